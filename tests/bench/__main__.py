"""``python -m tests.bench``: prints a table and writes bench.json (section, metric, value, unit, baseline, ratio)."""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from ops.embedded import start_kafka
from ops.settings import Settings
from tests.bench import latency, restart, throughput
from tests.bench.line import Line

SECTIONS = {"throughput": throughput.measure, "latency": latency.measure, "restart": restart.measure}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; none: all")
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="tongda-bench-") as folder:
        kafka = start_kafka(Path(folder), 0)
        try:
            for name in options.sections or SECTIONS:
                settings = Settings(profile="test", home=Path(folder) / name, kafka=kafka.address, slot="bench")
                for line in SECTIONS[name](settings.model_copy(update={"topic_prefix": f"{name}."})):
                    print(line, flush=True)
                    lines.append(line)
        finally:
            kafka.stop()
    options.out.write_text(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=1) + "\n")


main()
