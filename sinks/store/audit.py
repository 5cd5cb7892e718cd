"""Audit: once a minute every topic's set of (id, revision) that hold against its table, both at the same offsets.

What only tells that something is gone is left out on both sides (``schemas.records.validity``). The gauge is the number
of topics whose digest is not the table's; it must be 0. A record that was set aside has a gauge of its own, so here it
counts as what the table holds of it.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from typing import NamedTuple

from ops import telemetry
from ops.bus import Reader, TopicPartition
from ops.settings import Settings
from schemas.errors import HubError
from sinks.store.backup.folder import newest
from sinks.store.compare import Current
from sinks.store.database import Database, Snapshot
from sinks.store.statements import of_table
from sinks.store.store import CONSUMER, OpenRefusal, Position
from sinks.store.tables import REVISED, TABLE_OF, Version

AUDIT_SECONDS = 60.0


class Digest(NamedTuple):
    """What holds on a topic, in any order: how many records, and the sum of their weights."""

    number: int = 0
    weights: int = 0


class _TopicDigest(NamedTuple):
    topic: str
    number: int
    digest: int


class _Tables(NamedTuple):
    """One state of the database: where it stands on each partition, what it holds, and what it has of refused records."""

    positions: dict[TopicPartition, int]
    digests: dict[str, Digest]
    refused: dict[str, dict[str, Version | None]]  # topic → key → what its table has of it


class Audit:
    """Keeps id and revision of everything current on the topics, read by a reader of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._current: dict[str, Current] = defaultdict(Current)
        self._read: dict[TopicPartition, int] = {
            (topic, number): 0 for topic in REVISED for number in range(settings.partitions)
        }

    def run(self, stopping: threading.Event) -> None:
        """Until ``stopping`` is set. When the broker or the database is away, it tries again a minute later."""
        while not stopping.wait(AUDIT_SECONDS):
            telemetry.gauge("tongda_backup_newest_timestamp_seconds", newest(self._settings.backups))
            try:
                differing = self.differing_topics(stopping)
                telemetry.gauge("tongda_conservation_gap_records", len(differing), place="digest")
                if differing:
                    telemetry.log("audit_differs", "error", topics=differing)
            except HubError as error:
                telemetry.log("audit_waits", "warning", reason=error.message)

    def differing_topics(self, stopping: threading.Event) -> list[str]:
        """Topics whose digest is not the table's at the offsets that the table stands at, and those that no store reads."""
        with self._database.snapshot() as db:
            tables = _tables(db)
        unread = self._unread(tables.positions)
        self._catch_up({tp: tables.positions.get(tp, 0) for tp in self._read}, stopping)
        if stopping.is_set():
            return []
        return [
            topic
            for topic in REVISED
            if topic in unread
            or self._digest(topic, tables.refused.get(topic, {})) != tables.digests.get(topic, Digest())
        ]

    def _unread(self, positions: dict[TopicPartition, int]) -> set[str]:
        """Topics with records on a partition that was never claimed: the group did not deal it out."""
        unclaimed = self._read.keys() - positions.keys()
        if not unclaimed:
            return set()
        with Reader(self._settings) as reader:
            return {topic for (topic, _), end in reader.end_offsets(sorted(unclaimed)).items() if end}

    def _catch_up(self, goals: dict[TopicPartition, int], stopping: threading.Event) -> None:
        """Read every topic up to these offsets, no further."""
        behind = {tp for tp, goal in goals.items() if self._read[tp] < goal}
        if not behind:
            return
        with Reader(self._settings) as reader:
            reader.assign(sorted(behind))
            for tp in behind:
                reader.seek(*tp, self._read[tp])
            while behind and not stopping.is_set():
                for record in reader.poll(5000, 0.5):
                    if record.offset < goals[record.topic, record.partition]:
                        self._current[record.topic].take(record)
                for tp in [tp for tp in behind if reader.position(*tp) >= goals[tp]]:
                    self._read[tp] = goals[tp]
                    behind.remove(tp)

    def _digest(self, topic: str, refused: dict[str, Version | None]) -> Digest:
        held = [each for each in (self._current[topic] | refused).values() if each and not each.is_gone]
        return Digest(len(held), sum(weight(each.id, each.revision) for each in held))


def weight(key: str, revision: int) -> int:
    """What one record that holds adds to a digest: 60 bits of its SHA-256, as the statement ``digest`` takes them."""
    return int(hashlib.sha256(f"{key}|{revision}".encode()).hexdigest()[:15], 16)


def _tables(db: Snapshot) -> _Tables:
    positions = {(row.topic, row.partition): row.position for row in db.read(Position, "positions", consumer=CONSUMER)}
    digests = {
        row.topic: Digest(row.number, int(row.digest))
        for table in {TABLE_OF[topic].name for topic in REVISED}
        for row in db.read(_TopicDigest, of_table("digest", table))
    }
    refused: dict[str, dict[str, Version | None]] = defaultdict(dict)
    for each in db.read(OpenRefusal, "open_refusals"):
        if each.topic in REVISED:
            held = db.read(Version, of_table("held_revision", TABLE_OF[each.topic].name), id=each.id)
            refused[each.topic][each.id] = held[0] if held else None
    return _Tables(positions, digests, refused)
