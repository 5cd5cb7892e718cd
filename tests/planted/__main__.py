"""``python -m tests.planted``: plants every bug in a copy of the tree, runs the tests that must notice, prints the score."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from ops.embedded import start_postgres
from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".venv", "var", ".git", ".*_cache", "__pycache__", ".hypothesis", "*.egg-info", "*.json.tmp"
)
FAILED = 1  # pytest: tests failed; anything else but 0 is no answer
TREES = 2
LONGEST_SECONDS = 180


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__)
    parser.add_argument("names", nargs="*", help="only bugs whose name contains one of these")
    given = parser.parse_args(arguments)
    bugs = [bug for bug in BUGS if not given.names or any(name in bug.name for name in given.names)]
    if unfit := [str(error) for bug in bugs if (error := unfit_for_the_code(bug))]:
        print("\n".join(unfit))
        return 1
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tongda-planted-") as folder, database(Path(folder)) as address:
        trees: Queue[Path] = Queue()
        for number in range(TREES):
            trees.put(a_copy(Path(folder) / f"tree{number}"))
        if run(trees.queue[0], sorted({test for bug in bugs for test in bug.tests}), address, 600, tells=True) != 0:
            print("the tests do not pass without a planted bug: there is nothing to score")
            return 1
        with ThreadPoolExecutor(TREES) as pool:
            outcomes = list(pool.map(lambda bug: plant(bug, trees, address), bugs))
    caught = sum(outcomes)
    print(f"planted bugs caught: {caught}/{len(bugs)} in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(bugs) else 1


def plant(bug: Bug, trees: Queue[Path], address: str) -> bool:
    """Put the bug into a free tree, run its tests, take it out again; says whether it was caught."""
    tree = trees.get()
    file = tree / bug.file
    sound = file.read_text()
    try:
        file.write_text(patched(sound, bug))
        code = run(tree, bug.tests, address, LONGEST_SECONDS)
    finally:
        file.write_text(sound)
        trees.put(tree)
    print(
        f"  {'caught' if code == FAILED else 'MISSED' if code == 0 else f'no answer ({code})':<10} {bug.name}",
        flush=True,
    )
    return code == FAILED


def patched(text: str, bug: Bug) -> str:
    """The text with the bug in it. Raises ValueError unless ``old`` stands in it exactly once."""
    if (times := text.count(bug.old)) != 1:
        raise ValueError(f"{bug.name}: {bug.old!r} stands {times} times in {bug.file}")
    return text.replace(bug.old, bug.new)


def unfit_for_the_code(bug: Bug) -> ValueError | None:
    """Why the bug cannot be planted, if it cannot: a patch that fits no longer proves nothing."""
    try:
        patched((ROOT / bug.file).read_text(), bug)
    except ValueError as error:
        return error
    return None


def run(tree: Path, tests: Iterable[str], address: str, seconds: float, tells: bool = False) -> int:
    """pytest's exit code for these tests in that tree; 124 when they do not end."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "POSTGRES_FOR_TESTS": address}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", *tests]
    try:
        done = subprocess.run(
            command, cwd=tree, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return 124
    if done.returncode not in (0, FAILED) or (tells and done.returncode):
        print(done.stdout[-1500:], done.stderr[-300:])
    return done.returncode


def a_copy(tree: Path) -> Path:
    """The whole tree without what is made."""
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    return tree


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """One server for all runs: starting it for each would be most of the time."""
    folder.chmod(0o755)
    service = start_postgres(folder / "home", 0)
    try:
        yield service.url
    finally:
        service.stop()


if __name__ == "__main__":
    sys.exit(main())
