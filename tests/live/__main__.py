"""``python -m tests.live``: crash at every failpoint of every process in turn; lists what was not exact or not reached."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from ops.embedded import start_kafka, start_postgres
from ops.settings import Settings
from tests.live.enumerate import ACTIONS, HITS, run, verdict


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.live", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these processes, or points that contain one of these")
    parser.add_argument("--short", action="store_true", help="kill, first hit")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tongda-enumerate-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        kafka, postgres = start_kafka(home, 0), start_postgres(home, 0)
        try:
            settings = Settings(profile="test", home=home, kafka=kafka.address, database=postgres.url, slot="test")
            scores = run(settings, given.names, ("kill",) if given.short else ACTIONS, (1,) if given.short else HITS)
        finally:
            postgres.stop()
            kafka.stop()
    return verdict(scores)


if __name__ == "__main__":
    sys.exit(main())
