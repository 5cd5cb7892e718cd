"""Event: what the hub holds to have happened, merged from sightings (tongda.<kind>.v1). Key: the event's id."""

from __future__ import annotations

from typing import Any, Literal

from schemas.records.raw import Evidence, Frozen

EventState = Literal["current", "withdrawn", "merged"]


class Provenance(Frozen):
    """One sighting behind an event or a listing."""

    source: str
    feed: str
    record: str
    url: str
    phase: str
    received_at: str
    sequence: int
    evidence: Evidence | None = None
    synthetic: bool = False


class Value(Frozen):
    """One of several values that sources give for a field."""

    value: Any
    sources: tuple[str, ...]


class Disagreement(Frozen):
    """A field on which the sources of one event differ; the first value is the one the hub shows."""

    field: str
    values: tuple[Value, ...]


class Event(Frozen):
    """One thing that happened.

    ``id`` depends on kind and identity only, never on source, arrival or clock. ``revision`` is the sum of the weights
    of all sightings of this kind in the dossier: it rises with every accepted statement, is the same in any order of
    arrival, and equal revisions have equal bytes. Above 2^40 it counts generations (``streams.rebuild``). ``statement`` holds the kind's fields (``schemas.kinds``).
    """

    id: str  # <kind>:<hash>
    kind: str
    subject: str
    revision: int
    state: EventState = "current"
    merged_into: str | None = None
    phase: str
    occurred_on: str | None = None  # the date that counts (RecordedDate)
    statement: dict[str, Any]
    sources: tuple[Provenance, ...]
    disagreements: tuple[Disagreement, ...] = ()
    received_at: str  # newest statement behind this revision; CloudEvents' ce_time
    synthetic: bool = False
