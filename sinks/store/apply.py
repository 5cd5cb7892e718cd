"""Rows of one batch into the tables, all together or without those that PostgreSQL cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ops.failpoints import hit
from schemas.errors import Reject
from schemas.records.dead_letter import DeadLetter
from sinks.store.database import Snapshot
from sinks.store.rows import Row
from sinks.store.statements import of_table, statement
from sinks.store.tables import LETTER, TABLES


class Counts(NamedTuple):
    """What one statement did with the rows of one table."""

    changed: int
    unchanged: int


@dataclass(frozen=True)
class Written:
    """What became of one batch: read = applied + stale + gone + skipped + letters, always."""

    read: int = 0
    applied: int = 0
    stale: int = 0  # not newer than what is held
    gone: int = 0
    skipped: int = 0  # a null for something never held
    letters: tuple[DeadLetter, ...] = ()  # records that were set aside

    @property
    def gap(self) -> int:
        """Records that nobody accounts for; anything but 0 is a lost or an invented row."""
        return self.read - self.applied - self.stale - self.gone - self.skipped - len(self.letters)

    def __add__(self, other: Written) -> Written:
        return Written(
            self.read + other.read,
            self.applied + other.applied,
            self.stale + other.stale,
            self.gone + other.gone,
            self.skipped + other.skipped,
            self.letters + other.letters,
        )


class Rejected(NamedTuple):
    """A row that PostgreSQL cannot hold, and its error."""

    row: Row
    error: Reject


Apply = Callable[[Snapshot, Sequence[Row]], tuple[Written, list[Rejected]]]


def apply_together(db: Snapshot, rows: Sequence[Row]) -> tuple[Written, list[Rejected]]:
    """Every revision into ``…_revision``, the newest into the table itself. Raises Reject; gives no rejected row."""
    db.execute(statement("incoming_table"))
    db.execute(statement("clear_incoming"))
    db.copy("incoming", ("position", "table_name", "topic", "id", "revision", "value"), rows)
    applied = stale = gone = skipped = 0
    filled = {row.table for row in rows}
    emptied = {row.table for row in rows if row.value is None}
    for table in filter(filled.__contains__, TABLES):
        (values,) = db.read(Counts, of_table("apply_values", table))
        applied, stale = applied + values.changed, stale + values.unchanged
        if table in emptied:
            (nulls,) = db.read(Counts, of_table("close_letters" if table == LETTER.name else "apply_nulls", table))
            gone, skipped = gone + nulls.changed, skipped + nulls.unchanged
        hit("sink.rows.partial")
    return Written(len(rows), applied, stale, gone, skipped), []


def apply_bisected(db: Snapshot, rows: Sequence[Row]) -> tuple[Written, list[Rejected]]:
    """The same without the rows that PostgreSQL cannot hold: halves are tried until each of these is alone."""
    if not rows:
        return Written(), []
    try:
        with db.savepoint():
            return apply_together(db, rows)
    except Reject as error:
        if len(rows) == 1:
            return Written(), [Rejected(rows[0], error)]
    middle = len(rows) // 2
    (first, rejected), (second, more) = apply_bisected(db, rows[:middle]), apply_bisected(db, rows[middle:])
    return first + second, rejected + more
