"""The read model. Exactly once: rows and offsets share one transaction; an older revision changes nothing.

No record holds up the others. One that PostgreSQL cannot hold is set aside in the same transaction as a dead letter of
the stage ``store``, straight in the table: written to the letters' topic instead, it could be lost or doubled between the
two, and whoever reads the topics from their beginning again finds the same record refused again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from ops.bus import Incoming, TopicPartition
from ops.failpoints import hit
from schemas.errors import Fenced, Reject
from schemas.records.dead_letter import DeadLetter
from sinks.store.apply import Apply, Rejected, Written, apply_bisected, apply_together
from sinks.store.database import Database, Snapshot
from sinks.store.rows import LARGEST_REVISION, Refusal, Row, letter_of, letter_rows, read_batch

CONSUMER = "store"
CHANGED = "tongda_changed"  # what the store notifies with each commit, so that a portal need not look again and again
WRITERS_LOCK = 7_360_002
PIECE_RECORDS = 100  # of a batch with a refused record: at most twice as many tries in one transaction


class Claimed(NamedTuple):
    """A partition as the database has it: the offset to read next, and the epoch of its owner."""

    position: int
    epoch: int


class Position(NamedTuple):
    """Where the tables stand on a partition: the offset to read next."""

    topic: str
    partition: int
    position: int


class Owned(NamedTuple):
    """Whose a partition is: the epoch of the owner that may write it."""

    topic: str
    partition: int
    epoch: int


class OpenRefusal(NamedTuple):
    """A record that was set aside and has no later revision in the tables."""

    topic: str
    id: str
    revision: int


class Store:
    """Puts batches into the tables. One instance owns the partitions it claimed until another claims them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._epochs: dict[TopicPartition, int] = {}
        self.refused = 0  # open letters of this stage, as of the last look

    def claim(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Own these partitions; gives the offset to read next of each. A former owner's next batch raises Fenced."""
        positions = {}
        with self._database.transaction() as db:
            for topic, partition in sorted(partitions):
                (claimed,) = db.read(Claimed, "claim_partition", consumer=CONSUMER, topic=topic, partition=partition)
                self._epochs[topic, partition] = claimed.epoch
                positions[topic, partition] = claimed.position
            self.refused = _open_refusals(db)
        return positions

    def release(self, partitions: Sequence[TopicPartition]) -> None:
        """These partitions are no longer ours."""
        for partition in partitions:
            self._epochs.pop(partition, None)

    def look(self) -> set[TopicPartition]:
        """Partitions that are no longer ours in the database: another store claimed them, or a backup was restored."""
        with self._database.snapshot() as db:
            owned = {(row.topic, row.partition): row.epoch for row in db.read(Owned, "owners", consumer=CONSUMER)}
            self.refused = _open_refusals(db)
        return {partition for partition, epoch in self._epochs.items() if owned.get(partition) != epoch}

    def open_letters(self) -> int:
        """Dead letters of every stage that wait to be replayed or closed."""
        with self._database.snapshot() as db:
            return int(db.rows("open_letters")[0]["number"])

    def write(self, batch: Sequence[Incoming]) -> Written:
        """One batch in one transaction; when PostgreSQL refuses a value in it, in pieces that find the record.

        Raises Fenced when another owner claimed a partition; Unreachable when the outcome is unknown: claim again, then
        go on from the positions that gives.
        """
        try:
            return self._transaction(batch, apply_together)
        except Reject:
            records, written = iter(batch), Written()
            while piece := list(islice(records, PIECE_RECORDS)):
                written += self._transaction(piece, apply_bisected)
            return written

    def _transaction(self, batch: Sequence[Incoming], apply: Apply) -> Written:
        """1 wait for the writers' lock  2 move the offsets, if we still own them  3 rows and letters  4 commit."""
        read = read_batch(batch)
        with self._database.transaction() as db:
            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": WRITERS_LOCK})
            self._move(db, batch)
            hit("sink.offsets.after")
            written, rejected = apply(db, read.rows)
            letters = _set_aside(db, batch, read.refused, rejected)
            open_refusals = self._settle_refusals(db, read.rows, rejected) if letters or self.refused else 0
            db.rows("tell_followers", channel=CHANGED)
            hit("sink.commit.before")
        hit("sink.commit.after")
        self.refused = open_refusals
        return replace(written, read=len(batch), stale=written.stale + read.stale, letters=letters)

    def _settle_refusals(self, db: Snapshot, rows: Sequence[Row], rejected: Sequence[Rejected]) -> int:
        """Close the letters of records of which a later revision, or a null, was written; gives how many stay open."""
        refused = {each.row.position for each in rejected}
        written = [row for row in rows if row.position not in refused]
        db.rows(
            "close_superseded",
            topics=[row.topic for row in written],
            ids=[row.id for row in written],
            revisions=[LARGEST_REVISION if row.revision is None else row.revision for row in written],
        )
        return _open_refusals(db)

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


def _open_refusals(db: Snapshot) -> int:
    (row,) = db.rows("open_refusal_count")
    return int(row["number"])


def store_again(database: Database, record: Incoming) -> Written:
    """A record that was set aside, once more and without its offset. Raises Reject when it is refused again."""
    read = read_batch([record])
    for refusal in read.refused:
        raise Reject(refusal.reason, refusal.message)
    with database.transaction() as db:
        db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": WRITERS_LOCK})
        written, _ = apply_together(db, read.rows)
    return written


def _set_aside(
    db: Snapshot, batch: Sequence[Incoming], unread: Sequence[Refusal], rejected: Sequence[Rejected]
) -> tuple[DeadLetter, ...]:
    refused = [
        *unread,
        *(Refusal(batch[row.position], error.reason, str(error)) for row, error in rejected),
    ]
    letters = tuple(map(letter_of, refused))
    if letters:
        apply_together(db, letter_rows(letters))
    return letters


def _spans(batch: Sequence[Incoming]) -> Mapping[TopicPartition, tuple[int, int]]:
    """The first offset of each partition in the batch and the one after its last."""
    spans: dict[TopicPartition, tuple[int, int]] = {}
    for record in batch:
        first, _ = spans.get((record.topic, record.partition), (record.offset, 0))
        spans[record.topic, record.partition] = first, record.offset + 1
    return spans
