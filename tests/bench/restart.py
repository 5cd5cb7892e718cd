"""Restart: how fast a state is restored, and how long after a ``kill -9`` every partition gives output again."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator

from ops.bus import Admin, Outgoing, Reader, Writer
from ops.health import Health
from ops.settings import Settings
from schemas import topics, wire
from streams.batch import POSITION, Totals
from streams.stage import Host
from streams.verb import Context
from tests.bench.line import Line, percentile
from tests.live.trial import TRIAL
from tests.live.workers import Feed, Worker, until

STATES, BYTES = 200_000, 880
KILLS = 10
AIM_RESTORE, AIM_SECONDS = 100_000.0, 3.0


def measure(settings: Settings) -> Iterator[Line]:
    speed = asyncio.run(restore(settings.model_copy(update={"topic_prefix": "restore."})))
    name = f"restore, {STATES} states of {BYTES} bytes (aim)"
    yield Line("restart", name, speed, "records/s", AIM_RESTORE, speed / AIM_RESTORE)
    taken = kills(settings.model_copy(update={"topic_prefix": "kills."}))
    yield Line("restart", f"kill -9 to output of all partitions, {len(taken)} kills, p50", percentile(taken, 0.5), "s")
    p95 = percentile(taken, 0.95)
    yield Line("restart", "kill -9 to output of all partitions, p95 (aim)", p95, "s", AIM_SECONDS, p95 / AIM_SECONDS)


async def restore(settings: Settings) -> float:
    """Records a second over all partitions of one stage at once, from joining the group to running."""
    relay = TRIAL[0]
    with Admin(settings) as admin:
        admin.apply([relay.reads, relay.keeps])
    with Writer(settings, "bench.feed.0") as writer:
        for begin in range(0, STATES, 5000):
            writer.commit([
                Outgoing(relay.keeps.name, b"key%d" % number, b"0" * BYTES, number % settings.partitions)
                for number in range(begin, begin + 5000)
            ])
        writer.commit([
            Outgoing(relay.keeps.name, POSITION, wire.encode(Totals()._asdict()), p) for p in range(settings.partitions)
        ])
    host = Host(relay, settings, Context(settings.partitions), Health(settings, "streams"), set())
    started = time.perf_counter()
    await host.start()
    while not host.owned or any(owner.phase != "running" for owner in host.owned.values()):  # noqa: ASYNC110 - the host tells nobody when a phase begins
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - started
    await host.stop()
    return STATES / seconds


def kills(settings: Settings) -> list[float]:
    """Seconds from each kill, with a restart at once, until all partitions have given output."""
    feed, taken = Feed(settings), []
    worker = Worker(settings, "bench")
    assert until(lambda: worker.health() == 200)
    with Reader(settings) as reader:
        reader.assign([(topics.SIGHTING.name, partition) for partition in range(settings.partitions)])
        for _ in range(KILLS):
            feed.send(200)
            wait_for_all(reader, settings.partitions)
            killed = time.perf_counter()
            worker.signal(signal.SIGKILL)
            worker.wait()
            worker = Worker(settings, "bench")
            feed.send(200)
            wait_for_all(reader, settings.partitions)
            taken.append(time.perf_counter() - killed)
    worker.end()
    feed.close()
    return taken


def wait_for_all(reader: Reader, partitions: int) -> None:
    """Until every partition has given a record."""
    missing = set(range(partitions))
    while missing:
        missing -= {record.partition for record in reader.poll(5000, 0.05)}
