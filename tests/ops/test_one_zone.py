"""Whatever the zone of the machine, every time that the hub writes is China's."""

from __future__ import annotations

import re
from pathlib import Path

from ops.embedded import Service
from ops.settings import ROOT

OWN_ZONE = re.compile(r"datetime\.now\(\)|time\.(strftime|localtime|ctime)\(|date\.today\(\)")


def test_no_code_reads_a_clock_in_the_zone_of_the_machine() -> None:
    files = [
        file
        for folder in ("schemas", "connectors", "streams", "sinks", "ops")
        for file in (ROOT / folder).rglob("*.py")
    ]
    assert len(files) > 300
    assert [str(file) for file in files if OWN_ZONE.search(file.read_text(encoding="utf-8"))] == []


def test_the_embedded_broker_writes_its_log_in_that_zone(kafka: Service) -> None:
    command = Path(f"/proc/{kafka.process.pid}/cmdline").read_bytes().split(b"\0")
    assert b"-Duser.timezone=Asia/Shanghai" in command
