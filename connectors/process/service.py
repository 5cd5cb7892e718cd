"""Service: the process that polls all due feeds of the partitions it holds, each source at its own pace."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from connectors.http.client import HttpClient
from connectors.poll.cursor import Cursor
from connectors.poll.evidence import DISK_FULL, shortage
from connectors.process.circuit import Circuit, circuit_of
from connectors.process.lease import Lease, LeaseLost
from connectors.process.pauses import Pauses
from connectors.process.refusals import refusals, usable_again
from connectors.process.runner import Runner
from connectors.process.schedule import in_hours, interval_of, is_due, waits_since
from connectors.process.status import status_of, status_record
from ops import telemetry
from ops.bus import read_to_end
from ops.health import Health
from ops.settings import Settings
from schemas.errors import Unreachable
from schemas.records.raw import feed_key
from schemas.source.model import Source
from schemas.topics import SOURCE_STATUS

TURN_SECONDS = 0.2
BROKER_RETRY_SECONDS = 2.0
NONE_REFUSED: Mapping[str, str] = MappingProxyType({})
SLOW_COMMIT_SECONDS = 5.0  # while a transaction waits longer no new poll starts


class Announced(NamedTuple):
    """Why a source is not polled as declared: a reason of this process's own, and what trips the source's circuit."""

    reason: str
    trips: tuple[tuple[str, str], ...]
    by_person: tuple[str, ...] = ()  # the feeds that a person paused


NOTHING = Announced("", ())


class Service:
    """The loop. A source never has two polls at once, so a slow platform keeps no other source waiting."""

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, Source],
        client: HttpClient,
        health: Health,
        now: Callable[[], datetime],
        secret: Callable[[str], str],
        chance: random.Random,
        refused: Mapping[str, str] = NONE_REFUSED,
    ) -> None:
        """``refused``: sources whose definitions cannot be used, with the code of the fault."""
        self.settings, self.sources, self.health = settings, sources, health
        self.now, self.chance, self.refused = now, chance, refused
        self.stopping = threading.Event()
        self.pauses = Pauses(settings)
        self.runner = Runner(settings, client, now, secret, chance, self.stopping, self.pauses)
        self._pool = ThreadPoolExecutor(max(1, len(sources)), thread_name_prefix="poll")
        self._running: dict[str, Future[None]] = {}
        self._announced: dict[str, Announced] = {}  # why a source is not polled as declared, as published
        self._shortage = ""  # of room for evidence
        self._told: tuple[str, ...] = ()  # keys of the status topic as this membership found them
        self._refusals_told: set[int] = set()  # partitions

    def run(self) -> None:
        """Until `stopping` is set. An unreachable broker is waited for; any other exception ends the process."""
        telemetry.gauge("tongda_feeds_declared", sum(len(source.feeds) for source in self.sources.values()))
        try:
            while not self.stopping.is_set():
                try:
                    self._hold()
                except Unreachable as error:
                    self.health.check("kafka", False, error.message)
                    telemetry.log("broker_away", "warning", message=error.message)
                    self.health.beat()
                    self.stopping.wait(BROKER_RETRY_SECONDS * (0.5 + self.chance.random()))
        finally:
            self.stopping.set()  # ends polls that wait for their platforms
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _hold(self) -> None:
        """One membership in the group: everything known comes from the topic, so it can be left and taken again."""
        lease = Lease(self.settings, self.sources)
        try:
            self.pauses.open()
            self._look_at_statuses()
            lease.open()
            while not self.stopping.is_set():
                lease.poll(TURN_SECONDS)
                self.pauses.follow()
                self._gather()
                self._tell_refusals(lease)
                if self._may_poll(lease):
                    self._start_due(lease)
                else:
                    self._announce_shortage(lease)
                telemetry.gauge(
                    "tongda_feeds_owned", sum(len(self._cursors(lease, source)) for source in self.sources.values())
                )
                self.health.ready = bool(lease.holdings) or self.health.ready
                self.health.beat()
        finally:
            lease.close()
            self.pauses.close()
            self._running.clear()

    def _may_poll(self, lease: Lease) -> bool:
        """What a poll brings can be stored and published; otherwise no poll starts, and /readyz gives the reason."""
        waits = lease.waits_seconds()
        stuck = waits > SLOW_COMMIT_SECONDS
        self.health.check("kafka", not stuck, f"a transaction has waited for {waits:.0f} s" if stuck else "")
        before, self._shortage = self._shortage, shortage(self.settings.evidence)
        self.health.check("evidence", not self._shortage, self._shortage)
        telemetry.gauge("tongda_evidence_full", int(bool(self._shortage)))
        if bool(before) != bool(self._shortage):
            level = "error" if self._shortage else "info"
            telemetry.log("evidence_room", level, message=self._shortage or "room again")
        return not stuck and not self._shortage

    def _look_at_statuses(self) -> None:
        """What the status topic says now."""
        last = {one.key.decode(): one.value for one in read_to_end(self.settings, SOURCE_STATUS.name)}
        self._take_statuses(tuple(key for key, value in last.items() if value is not None))

    def _take_statuses(self, told: tuple[str, ...]) -> None:
        """Feeds of a source that can be used again are to tell of themselves, though none of them is due."""
        self._told = told
        self._refusals_told.clear()
        self._announced |= {source: Announced("refused", ()) for source in usable_again(self.refused, self._told)}

    def _tell_refusals(self, lease: Lease) -> None:
        """Once for each partition that this process takes."""
        for number, holding in list(lease.holdings.items()):
            if number not in self._refusals_told:
                records = list(refusals(self.refused, self._told, number, self.settings.partitions, self.now()))
                if records:
                    holding.publish(records)
                self._refusals_told.add(number)
        self._refusals_told &= lease.holdings.keys()

    def _cursors(self, lease: Lease, source: Source) -> dict[str, Cursor]:
        """Of the feeds of this source that are held here."""
        return {
            feed_id: holding.cursors.get(feed_key(source.id, feed_id), Cursor())
            for feed_id in source.feeds
            if (holding := lease.holding_of(source.id, feed_id)) is not None
        }

    def _gather(self) -> None:
        """Polls that ended. What is raised here ends the process (a broken producer); a lost lease is no fault."""
        for name in [name for name, future in self._running.items() if future.done()]:
            try:
                self._running.pop(name).result()
            except LeaseLost as lost:
                telemetry.log("poll_abandoned", source=name, message=lost.message)

    def _start_due(self, lease: Lease) -> None:
        """For each idle source: publish that its circuit opened or closed, else poll the feed that has waited longest."""
        now = self.now()
        for source in self.sources.values():
            cursors = self._cursors(lease, source)
            circuit = circuit_of(source, cursors)
            if cursors:
                state = (1 if source.id in self._running else 2) if circuit.trips else 0
                telemetry.gauge("tongda_source_circuit_state", state, source=source.id)
            if source.id in self._running or self._announce(lease, source, circuit):
                continue
            due = [
                (waits_since(cursor, now), feed_id)
                for feed_id, cursor in cursors.items()
                if self.pauses.of(source.id, feed_id) is None
                and in_hours(source, now)
                and is_due(cursor, now, circuit.not_before(cursor, interval_of(source, feed_id, self.settings)))
            ]
            if due:
                feed_id = min(due)[1]
                holding = lease.holding_of(source.id, feed_id)
                assert holding is not None
                self._running[source.id] = self._pool.submit(self.runner.run, source, feed_id, holding, cursors)

    def _announce_shortage(self, lease: Lease) -> None:
        """Polls under way end by themselves; then the status of each feed shows why no other begins."""
        for source in self.sources.values():
            if self._shortage and source.id not in self._running:
                self._announce(lease, source, circuit_of(source, self._cursors(lease, source)))

    def _announce(self, lease: Lease, source: Source, circuit: Circuit) -> bool:
        """Publish the status of every feed of a source when what keeps it from being polled has changed."""
        resting = tuple(feed_id for feed_id in source.feeds if self.pauses.of(source.id, feed_id))
        why = Announced(DISK_FULL if self._shortage else "", tuple(sorted(circuit.trips.items())), resting)
        if why == self._announced.get(source.id, NOTHING):
            return False
        self._announced[source.id] = why
        for feed_id in source.feeds:
            telemetry.gauge("tongda_feed_paused", int(feed_id in resting), source=source.id, feed=feed_id)
        level = "warning" if why != NOTHING else "info"
        telemetry.log("source_paused" if why != NOTHING else "source_resumed", level, source=source.id, **why._asdict())
        self._running[source.id] = self._pool.submit(self._publish_statuses, lease, source, circuit, why)
        return True

    def _publish_statuses(self, lease: Lease, source: Source, circuit: Circuit, why: Announced) -> None:
        for feed_id, cursor in self._cursors(lease, source).items():
            if holding := lease.holding_of(source.id, feed_id):
                interval = interval_of(source, feed_id, self.settings)
                by_person = feed_id in why.by_person
                status = status_of(source, feed_id, cursor, interval, circuit, why.reason, by_person=by_person)
                holding.publish([status_record(status, holding.partition, self.now())])
