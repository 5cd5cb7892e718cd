"""``python -m tests.bench [SECTION …]``: prints figures with their method and writes bench.json.

A line has section, metric, value, unit, method, baseline, ratio. A section is a module of this package with
``measure(settings)`` or ``measure(settings, run)``, which gives its lines one by one; its topics have a prefix of
their own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ops.embedded import start_kafka
from ops.settings import Settings
from tests.bench import (
    before,
    bounds,
    cpu,
    doors,
    heavy,
    latency,
    memory,
    page,
    patterns,
    peers,
    polling,
    quiet,
    rebuild,
    restart,
    restore,
    search,
    store,
    throughput,
)
from tests.bench.line import Line
from tests.bench.run import FULL, QUICK, USUAL, NotMeasured, Run

MODULES = (search, patterns, bounds, peers)
OF_A_SCALE = (
    throughput,
    before,
    cpu,
    heavy,
    latency,
    restart,
    restore,
    rebuild,
    memory,
    page,
    store,
    doors,
    polling,
    quiet,
)
Measure = Callable[[Settings, Run], Iterator[Line]]


def sections() -> Mapping[str, Measure]:
    """Every section by its name."""
    scaled: dict[str, Measure] = {name_of(module): module.measure for module in OF_A_SCALE}
    return scaled | {
        name_of(module): lambda settings, _, measure=module.measure: measure(settings) for module in MODULES
    }


def name_of(module: object) -> str:
    return str(vars(module)["__name__"]).rpartition(".")[2]


def options() -> argparse.Namespace:
    known = sections()
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(known)}; none: all")
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--quick", dest="scale", action="store_const", const=QUICK, help="small: does every section work?"
    )
    size.add_argument("--full", dest="scale", action="store_const", const=FULL, help="up to 200,000 raw records")
    parser.add_argument(
        "--before", metavar="REV", default="", help="the release before; none: the latest tag, else its commit"
    )
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    chosen = parser.parse_args()
    if unknown := set(chosen.sections) - known.keys():
        parser.error(f"no section is called {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    return chosen


def main() -> None:
    chosen, rows = options(), list[dict[str, object]]()
    with tempfile.TemporaryDirectory(prefix="tongda-bench-") as folder:
        kafka = start_kafka(Path(folder), 0)
        run = Run(chosen.scale or USUAL, kafka.process.pid, chosen.before or before.latest())
        try:
            for name, measure in sections().items():
                if chosen.sections and name not in chosen.sections:
                    continue
                home = Path(folder) / name
                settings = Settings(
                    profile="test", home=home, kafka=kafka.address, slot="bench", topic_prefix=f"{name}."
                )
                try:
                    rows += map(Line.as_row, printed(measure(settings, run)))
                except NotMeasured as reason:
                    print(f"{name:<11} not measured: {reason}", flush=True)
        finally:
            kafka.stop()
    chosen.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def printed(lines: Iterator[Line]) -> Iterator[Line]:
    """The same lines, each printed as soon as it is there."""
    method = ""
    for line in lines:
        print(line, flush=True)
        if line.method != method:
            print(f"{'':<11} · {line.method}", flush=True)
        method = line.method
        yield line


if __name__ == "__main__":
    main()
