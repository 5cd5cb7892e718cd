"""Restore: how fast a stage reads its state back, over all its partitions at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ops.bus import Admin, Outgoing, Writer
from ops.garbage import collect_seldom
from ops.health import Health
from ops.settings import Settings
from schemas.records.position import POSITION, Position, Totals
from schemas.topics import Topic
from streams.processor import Context
from streams.runtime.host import Host
from streams.runtime.work_thread import WorkThread
from tests.bench.line import Line
from tests.bench.run import Run
from tests.live.trial import TRIAL

BYTES = 880
PAGE = 5000
AIM = 100_000.0
METHOD = "{:,} records of {} bytes, from joining the group to all partitions running, in one process"


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    states = run.scale.states
    relay = TRIAL[0]
    with Admin(settings) as admin:
        admin.apply([relay.reads, relay.keeps])
    filling = (State(number % settings.partitions, b"key%d" % number, b"0" * BYTES) for number in range(states))
    keep(settings, relay.keeps, filling)
    yield Line(
        "restore",
        "state of one stage",
        states / asyncio.run(restored(settings)),
        "records/s",
        METHOD.format(states, BYTES),
        AIM,
    )


class State(NamedTuple):
    """A record of a state topic."""

    partition: int
    key: bytes
    value: bytes


def keep(settings: Settings, topic: Topic, states: Iterable[State]) -> None:
    """Write a state, as a stage that read nothing yet would have left it."""
    page: list[Outgoing] = []
    with Writer(settings, "bench.state.0") as writer:
        for state in states:
            page.append(Outgoing(topic.name, state.key, state.value, state.partition))
            if len(page) == PAGE:
                writer.commit(page)
                page = []
        start = Position(Totals()).encode()
        writer.commit([*page, *(Outgoing(topic.name, POSITION, start, p) for p in range(settings.partitions))])


async def restored(settings: Settings) -> float:
    """Seconds until a host of the relay stage runs all its partitions."""
    host = Host(TRIAL[0], settings, Context(settings.partitions), Health(settings, "streams"), set(), WorkThread())
    collect_seldom()
    started = time.perf_counter()
    await host.start()
    while not host.owned or any(owner.phase != "running" for owner in host.owned.values()):  # noqa: ASYNC110 - the host tells nobody when a phase begins
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - started
    await host.stop()
    return seconds
