"""Throughput: raw records through three hops to figures, with the broker on the same cores, beside the plain folds.

From the first raw record written to the last transaction of any stage, the writer's work included. The floor is the
same records through the same verbs in this process, without a broker, measured just before.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from ops.bus import Admin, Writer
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from streams.stages import STAGES
from streams.verb import Context
from tests.bench.line import Line
from tests.floor import Floor
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

PATENTS = 3000
PAGE = 2000


def measure(settings: Settings) -> Iterator[Line]:
    records = [outgoing(record, settings.partitions) for record in raw_records(PATENTS)]
    floor = Floor(Context(settings.partitions, load_sources(settings.sources)))
    floor.write(records)
    started = time.perf_counter()
    floor.run()
    plain = len(records) / (time.perf_counter() - started)

    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    worker = Worker(settings, "bench", module="streams")
    try:
        assert until(lambda: worker.health() == 200)
        started = time.time()
        with Writer(settings, "bench.feed.0") as writer:
            for begin in range(0, len(records), PAGE):
                writer.commit(records[begin:begin + PAGE])
        assert until(lambda: finished(worker, len(records)), seconds=600, every=1)
        seconds = last_commit(worker) - started
    finally:
        worker.end()
    speed = len(records) / seconds
    yield Line("throughput", f"raw to statistic, {len(records)} raw records", speed, "records/s", plain, speed / plain)
    inputs = {stage.reads.name for stage in STAGES}
    read = sum(len(log) for (topic, _), log in floor.logs.items() if topic in inputs)
    yield Line("throughput", f"records read by all stages, {read}", read / seconds, "records/s")


def finished(worker: Worker, count: int) -> bool:
    """The first stage has taken all in, no stage has anything left, and nothing was committed for two seconds."""
    taken = sum(map(float, re.findall(r'tongda_stage_records_total\{[^}]*stage="normalise"\} (\S+)', worker.metrics())))
    lags = re.findall(r"^tongda_consumer_lag_records\{.*\} (\S+)", worker.metrics(), re.M)
    return taken >= count and not any(map(float, lags)) and time.time() - last_commit(worker) > 2


def last_commit(worker: Worker) -> float:
    """When the last transaction of any stage was committed."""
    times = re.findall(r"^tongda_stage_last_commit_timestamp_seconds\{.*\} (\S+)", worker.metrics(), re.M)
    return max(map(float, times))
