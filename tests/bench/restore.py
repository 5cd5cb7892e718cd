"""Restore: how fast a stage reads its state back over all its partitions, and what a record of dossiers takes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence

from ops.bus import Admin
from ops.garbage import collect_seldom
from ops.health import Health
from ops.settings import Settings
from streams.fold import Fold
from streams.processor import Context
from streams.runtime.host import Host
from streams.runtime.work_thread import WorkThread
from tests.bench.dossiers import State, keep, many
from tests.bench.line import Line
from tests.bench.run import Run
from tests.live.trial import TRIAL

BYTES = 880
AIM = 100_000.0
METHOD = "{:,} records of {} bytes, from joining the group to all partitions running, in one process"


SCATTERED = (
    "CPU of a fold for each of {:,} state records of {:,} dossiers, by function calls, in any order of the log; beside: the"
    " same, all of a subject together"
)


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
    dossiers = run.scale.dossiers // 10
    in_order = [*many(settings, dossiers)]
    scattered = random.Random(1).sample(in_order, len(in_order))
    method = SCATTERED.format(len(in_order), dossiers)
    yield Line("restore", "dossiers", micros(scattered), "µs/record", method, micros(in_order))


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


def micros(states: Sequence[State]) -> float:
    """Microseconds of CPU for each record of a fold's state."""
    fold, started = Fold(0, Context(1)), time.process_time()
    for state in states:
        fold.restore(state.key, state.value)
    fold.restored()
    return 1e6 * (time.process_time() - started) / len(states)
