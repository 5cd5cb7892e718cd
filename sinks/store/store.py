"""The read model. Exactly once: rows and offsets share one transaction; an older revision changes nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.bus import Incoming, TopicPartition
from ops.failpoints import hit
from schemas.errors import Fenced
from schemas.wire import decode, encode
from sinks.store.database import Database, Snapshot, queries
from sinks.store.families import FAMILIES, TABLES

CONSUMER = "store"
WRITERS_LOCK = 7_360_002
NUL = b"\\u0000"  # as canonical JSON writes it
Row = tuple[int, str, str, str, int | None, str | None]  # position, family, topic, id, revision, value


@dataclass(frozen=True)
class Written:
    """What became of one batch: read = applied + stale + gone, always. ``stale``: not newer than what is held."""

    read: int = 0
    applied: int = 0
    stale: int = 0
    gone: int = 0
    skipped: int = 0  # a null for something never held

    @property
    def gap(self) -> int:
        """Records that nobody accounts for; anything but 0 is a lost or an invented row."""
        return self.read - self.applied - self.stale - self.gone - self.skipped


class Store:
    """Puts batches into the tables. One instance owns the partitions it claimed until another claims them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._epochs: dict[TopicPartition, int] = {}

    def claim(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Own these partitions and learn where to read on. A former owner's next batch raises Fenced."""
        positions = {}
        with self._database.transaction() as db:
            for topic, partition in sorted(partitions):
                row = db.row("claim_partition", consumer=CONSUMER, topic=topic, partition=partition)
                assert row is not None, "an upsert returns its row"
                self._epochs[topic, partition] = row["epoch"]
                positions[topic, partition] = row["position"]
        return positions

    def release(self, partitions: Sequence[TopicPartition]) -> None:
        """These partitions are no longer ours."""
        for tp in partitions:
            self._epochs.pop(tp, None)

    def lost(self) -> set[TopicPartition]:
        """Partitions that are no longer ours in the database: another store claimed them, or a backup was restored."""
        with self._database.snapshot() as db:
            epochs = {(row["topic"], row["partition"]): row["epoch"] for row in db.rows("owners", consumer=CONSUMER)}
        return {tp for tp, epoch in self._epochs.items() if epochs.get(tp) != epoch}

    def write(self, batch: Sequence[Incoming]) -> Written:
        """One batch, one transaction.

        1 wait for the writers' lock  2 move the offsets, if we still own them  3 rows  4 commit.
        Raises Fenced when another owner claimed a partition; Unreachable when the outcome is unknown: claim again, then
        go on from the positions that gives.
        """
        rows, stale = _rows(batch)
        with self._database.transaction() as db:
            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": WRITERS_LOCK})
            self._move(db, batch)
            hit("sink.offsets.after")
            written = _apply(db, rows)
            hit("sink.commit.before")
        hit("sink.commit.after")
        return Written(len(batch), written.applied, written.stale + stale, written.gone, written.skipped)

    def _move(self, db: Snapshot, batch: Sequence[Incoming]) -> None:
        for (topic, partition), (first, following) in _spans(batch).items():
            moved = db.row(
                "move_offset",
                consumer=CONSUMER,
                topic=topic,
                partition=partition,
                first=first,
                following=following,
                epoch=self._epochs.get((topic, partition), -1),
            )
            if moved is None:
                raise Fenced(f"{topic}/{partition} at {first}: another store claimed it, or these records are written")


def _spans(batch: Sequence[Incoming]) -> Mapping[TopicPartition, tuple[int, int]]:
    """The first offset of each partition in the batch and the one after its last."""
    spans: dict[TopicPartition, tuple[int, int]] = {}
    for record in batch:
        first, _ = spans.get((record.topic, record.partition), (record.offset, 0))
        spans[record.topic, record.partition] = first, record.offset + 1
    return spans


def _rows(batch: Sequence[Incoming]) -> tuple[list[Row], int]:
    """Rows for the tables, and how many of the batch are not newer than an earlier record of the same batch."""
    rows: list[Row] = []
    newest: dict[tuple[str, str], int] = {}
    stale = 0
    for position, record in enumerate(batch):
        family, key = FAMILIES[record.topic], record.key.decode()
        if record.value is None:
            newest.pop((family.table, key), None)
            rows.append((position, family.table, record.topic, key, None, None))
            continue
        value = _storable(decode(record.value), record.value)
        id, revision = family.id(key, value), family.revision(value, record.offset)
        if newest.get((family.table, id), -1) >= revision:
            stale += 1
            continue
        newest[family.table, id] = revision
        text = record.value if NUL not in record.value else encode(value)
        rows.append((position, family.table, record.topic, id, revision, text.decode()))
    return rows, stale


def _storable(value: Any, data: bytes) -> Any:
    """PostgreSQL holds no NUL in a text: an original that has one is kept as base64, others show U+FFFD instead."""
    if NUL not in data:
        return value
    if value.get("original_encoding") == "utf-8" and "\0" in value["original"]:
        original = base64.b64encode(value["original"].encode()).decode()
        value = {**value, "original": original, "original_encoding": "base64"}
    return _without_nul(value)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def _apply(db: Snapshot, rows: Sequence[Row]) -> Written:
    """Every revision into ``…_revision``, the newest into the table itself."""
    db.execute(queries()["incoming_table"])
    db.copy("incoming", ("position", "family", "topic", "id", "revision", "value"), rows)
    applied = stale = gone = skipped = 0
    present = {row[1] for row in rows}
    for table in filter(present.__contains__, TABLES):
        counts = db.fetch(_for(table, "apply_values"))[0]
        removed = db.fetch(_for(table, "apply_nulls"))[0] if any(r[1] == table and r[5] is None for r in rows) else None
        applied, stale = applied + counts["applied"], stale + counts["stale"]
        if removed:
            gone, skipped = gone + removed["gone"], skipped + removed["skipped"]
        hit("sink.rows.partial")
    return Written(len(rows), applied, stale, gone, skipped)


def _for(table: str, name: str) -> str:
    """A statement that is the same for every family; table names are our own words, never input."""
    return queries()[name].replace("FAMILY", table)
