"""Audit: once a minute every topic's current set of (id, revision) against its table, both at the same offsets.

The gauge is the number of topics whose digest is not the table's; it must be 0.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict

from ops import telemetry
from ops.bus import Incoming, Reader, TopicPartition
from ops.settings import Settings
from schemas.errors import HubError
from schemas.wire import decode
from sinks.store.database import Database, Row, Snapshot, queries
from sinks.store.families import FAMILIES, LETTER, STATUS
from sinks.store.store import CONSUMER

AUDIT_SECONDS = 60.0
COMPARED = tuple(
    topic for topic, family in FAMILIES.items() if family not in (LETTER, STATUS)
)  # these have no revisions


class Audit:
    """Keeps id and revision of everything current on the topics, read by a reader of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._held: dict[str, dict[str, int]] = defaultdict(dict)
        self._read: dict[TopicPartition, int] = {
            (topic, number): 0 for topic in COMPARED for number in range(settings.partitions)
        }

    def run(self, stopping: threading.Event) -> None:
        """Until told to stop. A broker or a database that is away is asked again a minute later."""
        while not stopping.wait(AUDIT_SECONDS):
            try:
                differing = self.differing_topics(stopping)
                telemetry.gauge("tongda_conservation_gap_records", len(differing), place="digest")
                if differing:
                    telemetry.log("audit_differs", "error", topics=differing)
            except HubError as error:
                telemetry.log("audit_waits", "warning", reason=error.message)

    def differing_topics(self, stopping: threading.Event) -> list[str]:
        """Topics whose digest is not the table's at the offsets that the table stands at."""
        with self._database.snapshot() as db:
            positions = {
                (row["topic"], row["partition"]): row["position"] for row in db.rows("positions", consumer=CONSUMER)
            }
            told = {
                row["topic"]: row
                for family in {FAMILIES[topic].table for topic in COMPARED}
                for row in _digests(db, family)
            }
        self._catch_up({tp: positions.get(tp, 0) for tp in self._read}, stopping)
        if stopping.is_set():
            return []
        return [topic for topic in COMPARED if self._digest(topic) != _told(told.get(topic))]

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
                        self._take(record)
                for tp in [tp for tp in behind if reader.position(*tp) >= goals[tp]]:
                    self._read[tp] = goals[tp]
                    behind.remove(tp)

    def _take(self, record: Incoming) -> None:
        held, key = self._held[record.topic], record.key.decode()
        if record.value is None:
            held.pop(key, None)
        else:
            held[key] = max(held.get(key, 0), int(decode(record.value)["revision"]))

    def _digest(self, topic: str) -> tuple[int, int]:
        held = self._held[topic]
        return len(held), sum(weight(key, revision) for key, revision in held.items())


def weight(key: str, revision: int) -> int:
    """What one current thing adds to a digest, in any order: 60 bits of its SHA-256, as the statement ``digest`` takes."""
    return int(hashlib.sha256(f"{key}|{revision}".encode()).hexdigest()[:15], 16)


def _digests(db: Snapshot, table: str) -> list[Row]:
    return db.fetch(queries()["digest"].replace("FAMILY", table))


def _told(row: Row | None) -> tuple[int, int]:
    return (int(row["number"]), int(row["digest"])) if row else (0, 0)
