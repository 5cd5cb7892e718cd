"""``python -m tests.torture``: seed after seed, every process dies again and again; the result into torture.json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.torture.trial import Result, trial

SIZES = {"small": (60, 4.0), "large": (600, 10.0)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--kills", type=int, default=100, help="deaths a seed")
    parser.add_argument("--size", choices=SIZES, default="small", help="of the world")
    parser.add_argument("--into", type=Path, default=Path("torture.json"))
    given = parser.parse_args(arguments)
    folder, (size, pace) = Path(tempfile.mkdtemp(prefix="tongda-torture-")), SIZES[given.size]
    folder.chmod(0o755)                    # the database runs as another user
    results: list[Result] = []
    for seed in range(given.first, given.first + given.seeds):
        results.append(trial(folder / str(seed), seed, given.kills, size=size, pace=pace))
        tell(results[-1])
        given.into.write_text(json.dumps(summary(results), ensure_ascii=False, indent=1) + "\n")
    total = summary(results)
    print(f"{len(results)} seeds, {sum(total['kills'].values())} kills, {total['records']} records: "
          f"{total['wrong']} wrong, {total['missing']} missing, {total['doubled']} doubled, "
          f"{len(total['faults_never_reached'])} faults never reached")
    return 0 if all(result.passed for result in results) else 1


def tell(result: Result) -> None:
    """One seed in a few lines."""
    verdict = result.verdict
    print(f"seed {result.seed}: {result.kills.total()} kills, {result.stops.total()} stops, {verdict.records} records, "
          f"{len(verdict.wrong)} wrong, {len(verdict.missing)} missing, {len(verdict.doubled)} doubled, "
          f"{len(result.never_reached)} never reached; {result.seconds:.0f} s, drained in {result.drain_seconds:.0f} s")
    for word in ("wrong", "missing", "doubled"):
        for line in getattr(verdict, word)[:20]:
            print(f"  {word}: {line}")
    for line in result.never_reached:
        print(f"  never reached: {line}")
    sys.stdout.flush()


def summary(results: list[Result]) -> dict[str, Any]:
    """torture.json."""
    kills, stops = Counter[str](), Counter[str]()
    for result in results:
        kills += result.kills
        stops += result.stops
    return {
        "seeds": [result.seed for result in results],
        "kills": dict(kills),
        "stops": dict(stops),
        "records": sum(result.verdict.records for result in results),
        "wrong": sum(len(result.verdict.wrong) for result in results),
        "missing": sum(len(result.verdict.missing) for result in results),
        "doubled": sum(len(result.verdict.doubled) for result in results),
        "faults_never_reached": [line for result in results for line in result.never_reached],
        "by_seed": [result.as_document() for result in results],
    }


if __name__ == "__main__":
    sys.exit(main())
