"""Rebuild: how fast ``tongda rebuild start`` makes everything after the raw records again, on the cores of its broker."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

from ops.bus import Admin, Writer
from ops.settings import ROOT, Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from streams.rebuild.workers import workers_for
from tests.bench.line import Line
from tests.bench.run import Run
from tests.bench.throughput import PAGE
from tests.payloads import history, outgoing

AIM = 1_000_000 / 180  # a million raw records in three minutes
LONGEST_SECONDS = 900
METHOD = "wall clock of the command with so many workers, its start and its last look included; nothing else runs but the broker"


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    records = [outgoing(record, settings.partitions) for record in history(run.scale.patents_rebuilt)]
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    with Writer(settings, "bench.feed.0") as writer:
        for begin in range(0, len(records), PAGE):
            writer.commit(records[begin : begin + PAGE])
    for workers in sorted({1, workers_for(None, settings.partitions)}, reverse=True):  # the most find the broker cold
        started = time.perf_counter()
        rebuild(settings, "start", "--workers", str(workers))
        speed = len(records) / (time.perf_counter() - started)
        rebuild(settings, "discard")
        metric = f"{len(records):,} raw records, workers: {workers}"
        yield Line("rebuild", metric, speed, "records/s", METHOD, AIM)


def rebuild(settings: Settings, *words: str) -> None:
    """The command as an operator gives it."""
    command = [*TONGDA, "rebuild", *words]
    subprocess.run(command, cwd=ROOT, env=told(settings), check=True, timeout=LONGEST_SECONDS, capture_output=True)


def told(settings: Settings) -> dict[str, str]:
    """The environment of a command on this broker, under this prefix."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    return {
        **clean,
        "TONGDA_PROFILE": settings.profile,
        "TONGDA_HOME": str(settings.home),
        "TONGDA_KAFKA": settings.kafka,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
        "TONGDA_PARTITIONS": str(settings.partitions),
    }
