"""``python -m tests.torture``: seed after seed, every process is killed again and again; the result goes into torture.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from ops.embedded.java import POM, java
from ops.embedded.postgres import program
from tests.torture.trial import Result, Trial

SIZES = {"small": (60, 4.0), "large": (600, 10.0)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--kills", type=int, default=100, help="kills a seed")
    parser.add_argument("--size", choices=SIZES, default="small", help="size of the world")
    parser.add_argument("--into", type=Path, default=Path("torture.json"))
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, interrupted)
    folder, (size, pace) = Path(tempfile.mkdtemp(prefix="tongda-torture-")), SIZES[given.size]
    folder.chmod(0o755)  # the database runs as another user
    results: list[Result] = []
    for seed in range(given.first, given.first + given.seeds):
        trial = Trial(folder / str(seed), seed, given.kills, size=size, pace=pace)
        results.append(trial.result)
        try:
            trial.run()
        except KeyboardInterrupt:
            trial.result.broken = "interrupted"
        show(trial.result, folder)
        given.into.write_text(json.dumps(summary(results), ensure_ascii=False, indent=1) + "\n")
        if trial.result.broken == "interrupted":
            break
    total = summary(results)
    print(
        f"{len(results)} seeds, {sum(total['kills'].values())} kills, {total['records']} records: "
        f"{total['wrong']} wrong, {total['missing']} missing, {total['doubled']} doubled, "
        f"{len(total['faults_never_reached'])} faults never reached; {total['seconds']:.0f} s"
    )
    return 0 if total["passed"] else 1


def interrupted(number: int, _: object) -> NoReturn:
    """SIGTERM ends a run as Ctrl-C does: the hub is stopped and the results so far are written."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def show(result: Result, folder: Path) -> None:
    """Print the result of one seed."""
    verdict = result.verdict
    print(
        f"seed {result.seed}: {result.kills.total()} kills, {result.reached.total()} other faults, {verdict.records} records, "
        f"{len(verdict.wrong)} wrong, {len(verdict.missing)} missing, {len(verdict.doubled)} doubled, "
        f"{len(result.never_reached)} never reached; {result.seconds:.0f} s, drained in {result.drain_seconds:.0f} s"
    )
    for word in ("wrong", "missing", "doubled"):
        for line in getattr(verdict, word)[:20]:
            print(f"  {word}: {line}")
    for line in result.never_reached:
        print(f"  never reached: {line}")
    for line in result.skipped:
        print(f"  skipped: {line}")
    if result.broken:
        print(f"  broken off: {result.broken}")
    if not result.passed:
        print(f"  kept: {folder / str(result.seed)}")
    sys.stdout.flush()


def summary(results: list[Result]) -> dict[str, Any]:
    """The content of torture.json."""
    kills, reached, effects = (
        sum((getattr(one, name) for one in results), Counter[str]()) for name in ("kills", "reached", "effects")
    )
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "hardware": hardware(),
        "versions": versions(),
        "seeds": [result.seed for result in results],
        "passed": all(result.passed for result in results),
        "kills": dict(kills),
        "records": sum(result.verdict.records for result in results),
        "wrong": sum(len(result.verdict.wrong) for result in results),
        "missing": sum(len(result.verdict.missing) for result in results),
        "doubled": sum(len(result.verdict.doubled) for result in results),
        "faults_reached": dict(reached),
        "faults_never_reached": [f"seed {result.seed}: {line}" for result in results for line in result.never_reached],
        "faults_skipped": sorted({line for result in results for line in result.skipped}),
        "effects_of_the_proxies": dict(effects),
        "seconds": round(sum(result.seconds for result in results), 1),
        "by_seed": [result.as_document() for result in results],
    }


def hardware() -> dict[str, Any]:
    """The machine."""
    model = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
    }


def versions() -> dict[str, str]:
    """The versions of the hub and of what it runs on."""
    kafka = re.search(r"<version>(\d+\.[\d.]+)</version>", POM.read_text())
    return {
        "tongda": version("tongda"),
        "python": platform.python_version(),
        "kafka": kafka[1] if kafka else "",
        "java": first_line([java(), "-version"]),
        "postgres": first_line([str(program("postgres")), "--version"]),
        **{name: version(name) for name in ("kafka-python", "aiokafka", "faust-streaming", "psycopg")},
    }


def first_line(command: list[str]) -> str:
    """The first line that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
