"""Quiet latency: one event a second, from the platform's answer (``fetched_at``) to tongda.statistic.v1."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime

from ops.bus import Admin, Reader, Writer
from ops.settings import Settings
from ops.telemetry import CHINA
from schemas import topics, wire
from tests.bench.line import Line, percentile
from tests.live.workers import Worker, until
from tests.payloads import outgoing, raw_records

EVENTS = 60
AIM_MS = 250.0


def measure(settings: Settings) -> Iterator[Line]:
    with Admin(settings) as admin:
        admin.apply(topics.TOPICS)
    contracts = [record for record in raw_records(400) if record.feed == "contracts" and record.sequence == 1]
    worker = Worker(settings, "bench", module="streams")
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    ended = threading.Event()
    watcher = threading.Thread(target=watch, args=(settings, seen, ended))
    try:
        assert until(lambda: worker.health() == 200)
        watcher.start()
        with Writer(settings, "bench.feed.0") as writer:
            for record in contracts[:EVENTS]:
                now = time.time()
                at = datetime.fromtimestamp(now, CHINA).isoformat(timespec="microseconds")
                sent[at] = now
                writer.commit([outgoing(record.model_copy(update={"fetched_at": at}), settings.partitions)])
                time.sleep(max(0.0, now + 1 - time.time()))
        time.sleep(2)
    finally:
        ended.set()
        watcher.join()
        worker.end()
    taken = [1000 * (seen[at] - when) for at, when in sent.items() if at in seen]
    assert taken, "no figure was published"
    yield Line("latency", f"answer to statistic, 1/s, {len(taken)} of {len(sent)}, p50", percentile(taken, 0.50), "ms")
    p99 = percentile(taken, 0.99)
    yield Line("latency", "answer to statistic, 1/s, p99 (aim)", p99, "ms", AIM_MS, p99 / AIM_MS)


def watch(settings: Settings, seen: dict[str, float], ended: threading.Event) -> None:
    """Note when the first figure with each ``as_of`` was read, as a plain subscriber reads it."""
    with Reader(settings) as reader:
        reader.assign([(topics.STATISTIC.name, partition) for partition in range(settings.partitions)])
        reader.seek_to_beginning()
        while not ended.is_set():
            for record in reader.poll(1000, 0.1):
                seen.setdefault(wire.decode(record.value or b"{}")["as_of"], time.time())
