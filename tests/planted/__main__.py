"""``python -m tests.planted [names]``: plants every bug, runs the tests that must notice it, prints the score."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ops.embedded import start_postgres
from tests.planted.bug import Bug
from tests.planted.bugs import BUGS_BY_PROMISE
from tests.planted.hook.planting import NotPlantable
from tests.planted.trial import Outcome, attempt, outcome, run

AT_ONCE = 2
SOUND_SECONDS = 1800  # for all named tests together, without a bug


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="only bugs whose name, or whose promise, contains one of these")
    bugs = chosen(parser.parse_args(arguments).names)
    if complaints := [complaint for bug in bugs if (complaint := why_not(bug))]:
        print("\n".join(complaints))
        return 1
    started = time.monotonic()
    with database() as postgres:
        code, printed = run(sorted({test for bug in bugs for test in bug.tests}), None, postgres, SOUND_SECONDS)
        if code != 0:
            print(f"{printed}\nthe tests do not pass without a planted bug: there is nothing to score")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            caught = sum(pool.map(lambda bug: is_caught(bug, postgres), bugs))
    print(f"planted bugs caught {caught}/{len(bugs)} in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(bugs) else 1


def chosen(names: Sequence[str]) -> list[Bug]:
    """Bugs by parts of their names or promises; all of them when nothing is named."""
    return [
        bug
        for promise, bugs in BUGS_BY_PROMISE.items()
        for bug in bugs
        if not names or any(name in bug.name or name in promise for name in names)
    ]


def why_not(bug: Bug) -> str:
    """Why the bug cannot be planted into the present code; empty: it can."""
    try:
        attempt(bug.change)
    except (NotPlantable, OSError) as error:
        return f"{bug.name}: {error}"
    return ""


def is_caught(bug: Bug, postgres: str) -> bool:
    """Try one bug and print its line."""
    found, printed = outcome(bug, postgres)
    print(f"  {found.value:<10} {bug.name}" + (f"\n{printed}" if printed else ""), flush=True)
    return found is Outcome.CAUGHT


@contextmanager
def database() -> Iterator[str]:
    """One server for all runs: starting it for each would be most of the time."""
    with tempfile.TemporaryDirectory(prefix="tongda-planted-") as folder:
        Path(folder).chmod(0o755)
        service = start_postgres(Path(folder) / "home", 0)
        try:
            yield service.url
        finally:
            service.stop()


if __name__ == "__main__":
    sys.exit(main())
