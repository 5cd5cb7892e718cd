"""Print the measures and write them: ``python -m tests.measures [--data FOLDER] [--out measures.json]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from tests.measures.all import measures
from tests.measures.records import folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.measures", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of the real records; default TONGDA_REAL_DATA, then ../shared/data"
    )
    parser.add_argument("--out", type=Path, default=Path("measures.json"))
    given = parser.parse_args()
    if given.data:
        os.environ["TONGDA_REAL_DATA"] = str(given.data)
    data = folder()
    if data is None:
        print("The real records are not on this machine; what needs none is measured. Give their folder with --data.")
    found = measures(data)
    for measure in found:
        print(
            f"{measure.name:32} {measure.value:>7} of {measure.of:>7}  {measure.share:7.2%}  "
            + ", ".join(f"{reason} {count}" for reason, count in measure.misses.most_common(8))
        )
    given.out.write_text(
        json.dumps([measure.as_json() for measure in found], ensure_ascii=False, indent=2) + "\n", "utf-8"
    )
    print(f"written: {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
