"""Restart: from the ``kill -9`` of a worker to output of all partitions again, made of records fed after the kill."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

from ops.bus import Reader
from ops.settings import Settings
from schemas import topics, wire
from tests.bench.line import Line, percentile
from tests.bench.run import Run
from tests.live.workers import Feed, Worker, until

KILLS_PER_TAKEOVER = 4
AIM_SECONDS = 3.0
AT_ONCE = "two trial stages, all partitions; killed while records flow, started anew at once in its slot"
AWAY = "the same, two workers; the killed one stays away until the other has its partitions"


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    session, kills = settings.session_timeout_seconds, run.scale.kills
    for name, aim, method, taken in (
        ("kill to output, restarted at once", AIM_SECONDS, AT_ONCE, restarts(under(settings, "restart."), kills)),
        (
            f"kill to output, session of {session:g} s",
            session + AIM_SECONDS,
            AWAY,
            takeovers(under(settings, "away."), kills // KILLS_PER_TAKEOVER),
        ),
    ):
        yield Line("restart", f"{name}, {len(taken)} kills, p50", percentile(taken, 0.50), "s", method)
        yield Line("restart", f"{name}, p95", percentile(taken, 0.95), "s", method, aim)


def under(settings: Settings, prefix: str) -> Settings:
    """The same hub under topics and a home of its own."""
    return settings.model_copy(update={"topic_prefix": settings.topic_prefix + prefix, "home": settings.home / prefix})


def restarts(settings: Settings, kills: int) -> list[float]:
    """Seconds after each kill when the worker is started anew at once: its partitions wait for it."""
    feed, worker = Feed(settings), ready(Worker(settings, "a"))

    def again() -> None:
        nonlocal worker
        worker.signal(signal.SIGKILL)
        worker.wait()
        worker.end()
        worker = Worker(settings, "a")

    try:
        return list(resumed(feed, kills, again))
    finally:
        worker.end()
        feed.close()


def takeovers(settings: Settings, kills: int) -> list[float]:
    """Seconds after each kill when the worker stays away: the other waits for the broker to give it up."""
    feed = Feed(settings)
    workers = {"a": ready(Worker(settings, "a")), "b": ready(Worker(settings, "b"))}
    victims = iter("ab" * kills)

    def kill() -> None:
        victim = workers[next(victims)]
        victim.signal(signal.SIGKILL)
        victim.wait()

    taken: list[float] = []
    try:
        for seconds in resumed(feed, kills, kill):
            taken.append(seconds)
            for slot, worker in workers.items():
                if worker.process.poll() is not None:
                    worker.end()
                    workers[slot] = ready(Worker(settings, slot))
        return taken
    finally:
        for worker in workers.values():
            worker.end()
        feed.close()


def ready(worker: Worker) -> Worker:
    assert until(lambda: worker.health() == 200)
    return worker


def resumed(feed: Feed, kills: int, kill: Callable[[], None]) -> Iterator[float]:
    """After each kill: seconds until every partition gave output of what was fed after it."""
    partitions = feed.settings.partitions
    with Reader(feed.settings) as reader:
        reader.assign([(topics.SIGHTING.name, partition) for partition in range(partitions)])
        for number in range(kills):
            feed.send(2000, b"before %d" % number)  # still being worked on when the kill comes
            killed = time.perf_counter()
            kill()
            feed.send(200, b"after %d" % number)
            wait_for_all(reader, partitions, f"after {number}")
            yield time.perf_counter() - killed


def wait_for_all(reader: Reader, partitions: int, text: str) -> None:
    """Wait until every partition has given a record with this text."""
    missing = set(range(partitions))
    while missing:
        records = reader.poll(5000, 0.05)
        missing -= {record.partition for record in records if wire.decode(record.value or b"{}")["text"] == text}
