"""Throughput: raw records through three hops to figures, with the broker on the same cores, beside an in-memory hub."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from ops.bus import Admin, Outgoing, Writer
from ops.garbage import collect_seldom
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from streams.processor import Context
from tests.bench.line import Line
from tests.hub import Hub
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

PATENTS = 3000
PAGE = 2000
FLOOR = "the same records through the same processors by function calls in one process, no broker; collector set as in a worker"
HUB = "from the first raw record written to the last commit of any stage; broker and feeding on the same cores"


def measure(settings: Settings) -> Iterator[Line]:
    records = [outgoing(record, settings.partitions) for record in raw_records(PATENTS)]
    plain = floor(settings, records)
    yield Line("throughput", f"floor, {len(records)} raw records", plain, "records/s", FLOOR)
    for slots in (("a",), ("a", "b")):
        prefix = f"{settings.topic_prefix}{len(slots)}."
        speed = hub(
            settings.model_copy(update={"topic_prefix": prefix, "home": settings.home / prefix}), records, slots
        )
        yield Line("throughput", f"raw to statistic, workers: {len(slots)}", speed, "records/s", HUB, plain)


def floor(settings: Settings, records: Sequence[Outgoing]) -> float:
    """Raw records a second without a broker."""
    collect_seldom()
    in_memory = Hub(Context(settings.partitions, load_sources(settings.sources)), batch=settings.batch_records)
    in_memory.write(records)
    started = time.perf_counter()
    in_memory.run()
    return len(records) / (time.perf_counter() - started)


def hub(settings: Settings, records: Sequence[Outgoing], slots: Sequence[str]) -> float:
    """Raw records a second with a worker in each slot."""
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    workers = [Worker(settings, slot, role="streams") for slot in slots]
    try:
        assert until(lambda: all(worker.health() == 200 for worker in workers))
        started = time.time()
        with Writer(settings, "bench.feed.0") as writer:
            for begin in range(0, len(records), PAGE):
                writer.commit(records[begin : begin + PAGE])
        assert until(lambda: finished(workers, len(records)), seconds=600, every=1)
        return len(records) / (last_commit(workers) - started)
    finally:
        for worker in workers:
            worker.end()


def finished(workers: Sequence[Worker], count: int) -> bool:
    """The first stage has taken all in, no stage has anything left, and nothing was committed for two seconds."""
    taken = sum(sum(values(worker, 'stage_records_total{[^}]*stage="normalise"}')) for worker in workers)
    behind = any(any(values(worker, "consumer_lag_records{.*}")) for worker in workers)
    return taken >= count and not behind and time.time() - last_commit(workers) > 2


def last_commit(workers: Sequence[Worker]) -> float:
    """When the last transaction of any stage was committed."""
    return max(time for worker in workers for time in values(worker, "stage_last_commit_timestamp_seconds{.*}"))


def values(worker: Worker, series: str) -> list[float]:
    """What a worker's metrics of this form say."""
    form = "^tongda_" + series.replace("{", r"\{").replace("}", r"\}").replace(r"[^\}]", "[^}]") + r" (\S+)"
    return [float(value) for value in re.findall(form, worker.metrics(), re.M)]
