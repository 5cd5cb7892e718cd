"""``python -m tests.bench [SECTION …]``: prints figures with their method and writes bench.json.

A line has section, metric, value, unit, method, baseline, ratio. A section is a module of this package with
``measure(settings)``, which gives its lines one by one; its topics have a prefix of their own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from ops.embedded import start_kafka
from ops.settings import Settings
from tests.bench import latency, memory, patterns, rebuild, restart, restore, search, throughput

MODULES = (throughput, latency, restart, restore, rebuild, memory, patterns, search)
SECTIONS = {module.__name__.rpartition(".")[2]: module.measure for module in MODULES}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; none: all")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(f"no section is called {', '.join(sorted(unknown))}; known: {', '.join(SECTIONS)}")
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="tongda-bench-") as folder:
        kafka = start_kafka(Path(folder), 0)
        try:
            for name in options.sections or SECTIONS:
                home = Path(folder) / name
                settings = Settings(
                    profile="test", home=home, kafka=kafka.address, slot="bench", topic_prefix=f"{name}."
                )
                for line in SECTIONS[name](settings):
                    print(line, flush=True)
                    rows.append(line.as_row())
        finally:
            kafka.stop()
    options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


main()
