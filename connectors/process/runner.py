"""Runner: one poll of one feed under its lease, in a thread of the service's pool."""

from __future__ import annotations

import random
import secrets
import threading
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from datetime import datetime

from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from connectors.poll.cursor import Cursor
from connectors.poll.kept import KeptPages
from connectors.poll.memory import Memory
from connectors.poll.poll import Poll
from connectors.poll.robots import RobotsFiles
from connectors.poll.tools import Tools
from connectors.process.circuit import circuit_of
from connectors.process.lease import Holding, LeaseLost
from connectors.process.pauses import Pauses
from connectors.process.schedule import interval_of
from connectors.process.status import status_of, status_record
from ops import telemetry
from ops.bus import Outgoing, read_to_end
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas.records.raw import feed_key
from schemas.records.release import Release
from schemas.source.model import Source
from schemas.topics import RELEASE, partition_of
from schemas.wire import load


@dataclass(frozen=True)
class Runner:
    """What every poll of this process works with. ``stopping`` is set when the process ends."""

    settings: Settings
    client: HttpClient
    now: Callable[[], datetime]
    secret: Callable[[str], str]
    chance: random.Random
    stopping: threading.Event
    pauses: Pauses
    sessions: dict[str, Session] = field(default_factory=dict)  # by source
    robots: RobotsFiles = field(init=False)  # of all sources

    def __post_init__(self) -> None:
        object.__setattr__(self, "robots", RobotsFiles(EvidenceStore(self.settings.evidence)))

    def run(self, source: Source, feed_id: str, holding: Holding, cursors: Mapping[str, Cursor]) -> None:
        """One poll. ``cursors``: those of the source's feeds, none of which is polled by another thread.

        An error of the poll's own pauses this feed and ends nothing else. Raises LeaseLost; and whatever broke the
        producer of this holding, which ends the process: its outcome is unknown and a new process restores the truth.
        """
        key, interval = feed_key(source.id, feed_id), interval_of(source, feed_id, self.settings)
        if key not in holding.cursors:
            waiting = status_of(source, feed_id, Cursor(), interval)
            holding.publish([status_record(waiting, holding.partition, self.now())])
        memory = holding.memories.setdefault(key, Memory())
        tools = self._tools(source, feed_id, holding, cursors)
        before = holding.cursors.get(key, Cursor())
        poll = Poll(source, feed_id, before, memory, self.settings.partitions, interval, tools)
        try:
            holding.cursors[key] = poll.run()
            holding.told |= {key: poll.told_at} if poll.told_at else {}
        except (LeaseLost, CancelledError):  # another process polls on, or the client closes with this one
            raise
        except Exception as error:
            if holding.broken:
                raise
            _report(source, feed_id, error)
            holding.cursors[key] = poll.break_off(error)

    def _tools(self, source: Source, feed_id: str, holding: Holding, cursors: Mapping[str, Cursor]) -> Tools:
        interval = interval_of(source, feed_id, self.settings)

        def is_paused() -> bool:
            return self.pauses.of(source.id, feed_id) is not None

        def status(cursor: Cursor) -> Outgoing:
            circuit = circuit_of(source, {**cursors, feed_id: cursor})
            found = status_of(source, feed_id, cursor, interval, circuit, by_person=is_paused())
            return status_record(found, holding.partition, self.now())

        return Tools(
            client=self.client,
            evidence=EvidenceStore(self.settings.evidence),
            publish=holding.publish,
            now=self.now,
            wait=lambda seconds: self.wait(seconds, holding),
            session=self._session(source),
            chance=self.chance,
            robots=self.robots,
            transaction_records=self.settings.page_transaction_records,
            absence_polls=self.settings.absence_polls,
            absence_share=self.settings.absence_share,
            budget=self._budget(source, feed_id, cursors),
            kept=holding.kept.setdefault(feed_key(source.id, feed_id), KeptPages()),
            told_at=holding.told.get(feed_key(source.id, feed_id)),
            validators=holding.validators.setdefault(feed_key(source.id, feed_id), Validators()),
            released=self._is_released(source, feed_id, cursors[feed_id]),
            is_paused=is_paused,
            status=status,
        )

    def _session(self, source: Source) -> Session:
        """The source's own, with the token that it was given; another after its definition changed."""
        known = self.sessions.get(source.id)
        if known is None or known.auth != source.access.auth:
            known = self.sessions[source.id] = Session(source.access.auth, self.secret, lambda: secrets.token_hex(16))
        return known

    def _budget(self, source: Source, feed_id: str, cursors: Mapping[str, Cursor]) -> int | None:
        """What the other feeds of the source leave of the day's requests."""
        day, budget = self.now().date().isoformat(), source.access.requests_a_day
        spent = {each: cursor.asked.on(day) for each, cursor in cursors.items()}
        telemetry.gauge("tongda_source_requests_today", sum(spent.values()), source=source.id)
        if source.synthetic:
            return None
        left = max(0.0, 1 - sum(spent.values()) / budget)
        telemetry.gauge("tongda_source_budget_remaining_ratio", left, source=source.id)
        return budget - sum(number for each, number in spent.items() if each != feed_id)

    def _is_released(self, source: Source, feed_id: str, cursor: Cursor) -> bool:
        """A person let this hold pass. Looked up for a held feed only, before each of its polls."""
        if cursor.held_since is None:
            return False
        key = feed_key(source.id, feed_id)
        for record in read_to_end(self.settings, RELEASE.name, partition_of(key, self.settings.partitions)):
            release = load(Release, record.value) if record.value and record.key == key.encode() else None
            if release and release.held_since == cursor.held_since:
                telemetry.log("hold_released", source=source.id, feed=feed_id, held_since=cursor.held_since)
                return True
        return False

    def wait(self, seconds: float, holding: Holding) -> None:
        """Raises LeaseLost when there is nothing left to wait for."""
        if self.stopping.wait(seconds) or not holding.held:
            raise LeaseLost("the process stops, or its lease is gone")


def _report(source: Source, feed_id: str, error: Exception) -> None:
    """Metric and log line of an error of the hub's own. Its text may quote a record, so only a public feed's is logged."""
    telemetry.count("tongda_polls_broken_off_total", source=source.id, feed=feed_id)
    is_public = source.feeds[feed_id].secrecy == "public"
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    telemetry.log(
        "poll_broken_off",
        "error",
        source=source.id,
        feed=feed_id,
        error=type(error).__name__,
        message=str(error)[:500] if is_public else "",
        trace=frames,
    )
