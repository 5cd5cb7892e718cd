"""Service: the process that polls all due feeds of the partitions it holds, each source at its own pace."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from connectors.cursor import Cursor, feed_key
from connectors.fetch import Door
from connectors.lease import Holding, Lease, LeaseLost
from connectors.memory import Memory
from connectors.poll import Poll, Tools
from connectors.schedule import in_hours, interval_of, is_due
from connectors.status import status_of, status_record
from ops import telemetry
from ops.evidence import EvidenceStore
from ops.health import Health
from ops.settings import Settings
from schemas.errors import Unreachable
from schemas.source import Source

TURN_SECONDS = 0.2
BROKER_PATIENCE_SECONDS = 2.0


class Service:
    """The loop. A source never has two polls at once, so a slow platform keeps no other source waiting."""

    def __init__(
        self,
        settings: Settings,
        sources: Mapping[str, Source],
        door: Door,
        health: Health,
        now: Callable[[], datetime],
        secret: Callable[[str], str],
        chance: random.Random,
    ) -> None:
        self.settings, self.sources, self.door, self.health = settings, sources, door, health
        self.now, self.secret, self.chance = now, secret, chance
        self.stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, len(sources)), thread_name_prefix="poll")
        self._running: dict[str, Future[None]] = {}
        self._announced: set[str] = set()

    def run(self) -> None:
        """Until told to stop. A broker that is away is waited for; whatever else is raised ends the process."""
        telemetry.gauge("tongda_feeds_declared", sum(len(source.feeds) for source in self.sources.values()))
        try:
            while not self.stopping.is_set():
                try:
                    self._hold()
                except Unreachable as error:
                    self.health.check("kafka", False, error.message)
                    telemetry.log("broker_away", "warning", message=error.message)
                    self.health.beat()
                    self.stopping.wait(BROKER_PATIENCE_SECONDS * (0.5 + self.chance.random()))
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _hold(self) -> None:
        """One membership in the group: everything known comes from the topic, so it can be left and taken again."""
        lease = Lease(self.settings, self.sources)
        try:
            lease.open()
            while not self.stopping.is_set():
                lease.poll(TURN_SECONDS)
                self._gather()
                self._start_due(lease)
                owned = [self._cursor(lease, source, feed) for source in self.sources.values() for feed in source.feeds]
                telemetry.gauge("tongda_feeds_owned", sum(cursor is not None for cursor in owned))
                self.health.check("kafka", True)
                self.health.ready = bool(lease.holdings) or self.health.ready
                self.health.beat()
        finally:
            lease.close()
            self._running.clear()

    def _cursor(self, lease: Lease, source: Source, feed_id: str) -> Cursor | None:
        holding = lease.holding_of(source.id, feed_id)
        return holding.cursors.get(feed_key(source.id, feed_id), Cursor()) if holding else None

    def _gather(self) -> None:
        """Polls that ended. What one raised, this process raises; a lost lease is no fault."""
        for name in [name for name, future in self._running.items() if future.done()]:
            try:
                self._running.pop(name).result()
            except LeaseLost as lost:
                telemetry.log("poll_abandoned", source=name, message=lost.message)

    def _start_due(self, lease: Lease) -> None:
        """For each idle source the feed that has waited longest."""
        now = self.now()
        for source in self.sources.values():
            if source.id in self._running or not in_hours(source, now):
                continue
            due = [
                (cursor.next_poll_at or "", feed_id)
                for feed_id in source.feeds
                if (cursor := self._cursor(lease, source, feed_id)) is not None and is_due(cursor, now)
            ]
            if due:
                feed_id = min(due)[1]
                holding = lease.holding_of(source.id, feed_id)
                assert holding is not None
                self._running[source.id] = self._pool.submit(self._poll, source, feed_id, holding)

    def _poll(self, source: Source, feed_id: str, holding: Holding) -> None:
        """One poll, in a thread of the pool."""
        key, interval = feed_key(source.id, feed_id), interval_of(source, feed_id, self.settings)
        if key not in holding.cursors:
            waiting = status_of(source, feed_id, Cursor(), interval)
            holding.publish([status_record(waiting, holding.partition)])
        memory = holding.memories.setdefault(key, Memory())
        tools = self.tools(holding)
        poll = Poll(
            source, feed_id, holding.cursors.get(key, Cursor()), memory, self.settings.partitions, interval, tools
        )
        holding.cursors[key] = poll.run()

    def tools(self, holding: Holding) -> Tools:
        """What a poll under this holding works with."""
        return Tools(
            door=self.door,
            evidence=EvidenceStore(self.settings.evidence),
            publish=holding.publish,
            now=self.now,
            wait=lambda seconds: self._wait(seconds, holding),
            secret=self.secret,
            chance=self.chance,
            transaction_records=self.settings.page_transaction_records,
            absence_polls=self.settings.absence_polls,
            absence_share=self.settings.absence_share,
        )

    def _wait(self, seconds: float, holding: Holding) -> None:
        if self.stopping.wait(seconds) or not holding.held:
            raise LeaseLost("the process stops, or its lease is gone")
