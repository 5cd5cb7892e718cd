"""Throughput: raw records through three hops to figures, with the broker on the same cores, beside an in-memory hub."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from ops.bus import Admin, Outgoing, Writer
from ops.garbage import collect_seldom
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from streams.processor import Context
from tests.bench.line import Line
from tests.bench.run import Run, cpu_seconds
from tests.hub import Hub
from tests.live.workers import Worker, until
from tests.payloads import history, outgoing

PAGE = 2000
PARTS, SMALLEST_PART = 5, 10_000  # in which records are fed, so that the first can be set beside the last
RECORDS_PER_PATENT = 7  # or more, in the history of a world
MOST_GROWTH = 1.2
AIM = 5_000.0  # raw records a second, with as many workers as cores
FLOOR = "the same records through the same processors by function calls in one process, no broker; collector set as in a worker"
HUB = "from the first raw record written to the last commit of any stage; broker and feeding on the same cores"
CPU = "CPU time of the process between the same moments, from /proc, divided by the raw records; beside: the floor's"
GROWTH = (
    f"CPU of all processes for the last of {PARTS} parts, each fed when the one before is through; beside: the first,"
    f" which warms the broker up; aim: a ratio of {MOST_GROWTH} or less"
)


class Spent(NamedTuple):
    """What some raw records took: seconds by the clock, and seconds of CPU by process."""

    records: int
    seconds: float
    cpu: Mapping[str, float]

    @property
    def speed(self) -> float:
        return self.records / self.seconds

    def micros(self, process: str) -> float:
        return 1e6 * self.cpu[process] / self.records

    @property
    def all_micros(self) -> float:
        return sum(map(self.micros, self.cpu))

    @classmethod
    def together(cls, parts: Sequence[Spent]) -> Spent:
        cpu = {process: sum(part.cpu[process] for part in parts) for process in parts[0].cpu}
        return cls(sum(part.records for part in parts), sum(part.seconds for part in parts), cpu)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    for size in run.scale.raw_records:
        world = history(size // RECORDS_PER_PATENT + 1)
        records = [outgoing(record, settings.partitions) for record in islice(world, size)]
        plain = floor(settings, records)
        yield Line("throughput", f"{size:,} raw records, floor", plain.speed, "records/s", FLOOR)
        yield Line("throughput", f"{size:,} raw records, floor, CPU", plain.all_micros, "µs", FLOOR)
        for slots in (("a",), ("a", "b")):
            name = f"{size:,} raw records, workers: {len(slots)}"
            prefix = f"{settings.topic_prefix}{size}.{len(slots)}."
            own = settings.model_copy(update={"topic_prefix": prefix, "home": settings.home / prefix})
            parts = hub(own, records, slots, run.broker)
            whole = Spent.together(parts)
            yield Line("throughput", name, whole.speed, "records/s", HUB, plain.speed)
            if len(slots) == 2:
                yield Line("throughput", f"{name}, beside the aim", whole.speed, "records/s", HUB, AIM)
            for process in whole.cpu:
                yield Line("throughput", f"{name}, CPU of {process}", whole.micros(process), "µs", CPU)
            yield Line("throughput", f"{name}, CPU of all", whole.all_micros, "µs", CPU, plain.all_micros)
            if len(parts) > 1:
                first, last = parts[0].all_micros, parts[-1].all_micros
                yield Line("throughput", f"{name}, growth", last, "µs", GROWTH, first)


def floor(settings: Settings, records: Sequence[Outgoing]) -> Spent:
    """What the records take without a broker."""
    collect_seldom()
    in_memory = Hub(Context(settings.partitions, load_sources(settings.sources)), batch=settings.batch_records)
    in_memory.write(records)
    started, used = time.perf_counter(), time.process_time()
    in_memory.run()
    return Spent(len(records), time.perf_counter() - started, {"the floor": time.process_time() - used})


def hub(settings: Settings, records: Sequence[Outgoing], slots: Sequence[str], broker: int) -> list[Spent]:
    """What the records take with a worker in each slot, part by part."""
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    workers = [Worker(settings, slot, role="streams") for slot in slots]
    parts = PARTS if len(records) >= PARTS * SMALLEST_PART else 1
    size = -(-len(records) // parts)
    try:
        assert until(lambda: all(worker.health() == 200 for worker in workers), 60)
        with Writer(settings, "bench.feed.0") as writer:
            return [
                spent(writer, records[begin : begin + size], begin, workers, broker)
                for begin in range(0, len(records), size)
            ]
    finally:
        for worker in workers:
            worker.end()


def spent(writer: Writer, records: Sequence[Outgoing], before: int, workers: Sequence[Worker], broker: int) -> Spent:
    """Feed some records and wait until they are through; ``before``: how many were fed earlier."""
    at_first, started = clocks(workers, broker), time.time()
    for begin in range(0, len(records), PAGE):
        writer.commit(records[begin : begin + PAGE])
    seen: list[tuple[float, dict[str, float]]] = []

    def through() -> bool:
        for _ in range(10):
            seen.append((time.time(), clocks(workers, broker)))
            time.sleep(0.1)
        return finished(workers, before + len(records))

    assert until(through, seconds=1800, every=0)
    ended = last_commit(workers)
    at_last = next((found for when, found in seen if when >= ended), seen[-1][1])
    used = {process: at_last[process] - at_first[process] for process in at_first}
    return Spent(len(records), ended - started, used)


def clocks(workers: Sequence[Worker], broker: int) -> dict[str, float]:
    """Seconds of CPU that every process has used so far."""
    each = {f"worker {number}": cpu_seconds(worker.process.pid) for number, worker in enumerate(workers, start=1)}
    return {**each, "the broker": cpu_seconds(broker), "the feeder": cpu_seconds(os.getpid())}


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
