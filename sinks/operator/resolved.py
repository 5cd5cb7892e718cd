"""Resolved: an event or a listing, in the fields that both have."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.records.base import Record
from schemas.records.event import Disagreement, Provenance
from schemas.records.raw import record_key
from sinks.store.database import Snapshot


class Resolved(Record, frozen=True, kw_only=True):
    """What was resolved from the sightings of one cluster, as the database holds it."""

    id: str
    kind: str
    subject: str
    revision: int
    state: str
    phase: str = ""  # events
    state_reason: str | None = None  # listings
    merged_into: str | None = None
    sources: tuple[Provenance, ...]
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def records(self) -> list[str]:
        """The raw records that it rests on, as ``source|feed|record``."""
        return [record_key(each.source, each.feed, each.record) for each in self.sources]


def resolved(value: Any) -> Resolved:
    """From a column ``value``."""
    return msgspec.convert(value, Resolved)


def find(db: Snapshot, id: str, as_of: str | None = None) -> Resolved | None:
    """By its id: as it is, or as it was at an instant. None: nothing has that id, or it was removed."""
    row = db.row("held_by_id_then", id=id, as_of=as_of) if as_of else db.row("held_by_id", id=id)
    return None if row is None or row["value"] is None else resolved(row["value"])


def resting_on(db: Snapshot, source: str, feed: str, record: str) -> list[Resolved]:
    """Every event and listing that rests on a raw record."""
    return [resolved(row["value"]) for row in db.rows("held_by_record", source=source, feed=feed, record=record)]
