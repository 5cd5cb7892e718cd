"""Raw record 原始记录: one record exactly as a source gave it (tongda.raw), and what became of the rows of a page."""

from __future__ import annotations

from typing import Any

from schemas.records.base import Record
from schemas.records.evidence import Evidence


class RawRecord(Record, frozen=True):
    """One record as a source gave it. Key: ``source|feed|record``.

    ``sequence`` counts the states of this record that the hub has seen (1, 2, 3 …): with the definition's version it
    ranks two statements of one record; arrival time never does. ``absent``: the source no longer shows it (two complete
    polls agree); ``content`` is then empty.
    """

    source: str
    feed: str
    record: str
    sequence: int
    fetched_at: str  # RFC 3339, +08:00
    url: str
    evidence: Evidence
    content: dict[str, Any]  # the platform's own columns, verbatim
    absent: bool = False

    @property
    def key(self) -> str:
        return record_key(self.source, self.feed, self.record)


def record_key(source: str, feed: str, record: str) -> str:
    """The name of one record across the hub; sightings carry it as ``id``."""
    return f"{source}|{feed}|{record}"


def feed_key(source: str, feed: str) -> str:
    """The key whose partition is the lease of this feed, and of all that is remembered of it."""
    return f"{source}|{feed}"


class RowCounts(Record, frozen=True, omit_defaults=False):
    """What became of the rows of one page or slice: read = new + changed + unchanged + rejected, always."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: RowCounts) -> RowCounts:
        return RowCounts(
            read=self.read + other.read,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            rejected=self.rejected + other.rejected,
        )

    @property
    def gap(self) -> int:
        """Rows that are in no other count; anything but 0 is a lost or an invented row."""
        return self.read - self.new - self.changed - self.unchanged - self.rejected
