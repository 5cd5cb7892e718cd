"""Rebuild: how fast ``tongda rebuild start`` makes everything after the raw records again, on the cores of its broker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from ops.bus import Admin, Writer
from ops.settings import ROOT, Settings
from schemas import topics
from tests.bench.line import Line
from tests.bench.throughput import PAGE
from tests.payloads import outgoing, raw_records

PATENTS = 6000
AIM = 1_000_000 / 180           # a million raw records in three minutes
LONGEST_SECONDS = 900
METHOD = "wall clock of the command, its start and its last look included; nothing else runs but the broker"


def measure(settings: Settings) -> Iterator[Line]:
    records = [outgoing(record, settings.partitions) for record in raw_records(PATENTS)]
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    with Writer(settings, "bench.feed.0") as writer:
        for begin in range(0, len(records), PAGE):
            writer.commit(records[begin : begin + PAGE])
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "streams.rebuild", "start"], cwd=ROOT, env=told(settings), check=True,
        timeout=LONGEST_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    speed = len(records) / (time.perf_counter() - started)
    yield Line("rebuild", f"{len(records):,} raw records", speed, "records/s", METHOD, AIM)


def told(settings: Settings) -> dict[str, str]:
    """The environment of a command on this broker, under this prefix."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    return {
        **clean, "TONGDA_PROFILE": settings.profile, "TONGDA_HOME": str(settings.home), "TONGDA_KAFKA": settings.kafka,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix, "TONGDA_PARTITIONS": str(settings.partitions),
    }
