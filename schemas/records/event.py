"""Event 事件: what the hub holds to have happened, merged from sightings (tongda.<kind>.v1). Key: the event's id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from schemas.kinds import KINDS
from schemas.records.base import Record, tagged
from schemas.records.evidence import Evidence
from schemas.wire import Decoder

EventState = Literal["current", "withdrawn", "merged"]


class Provenance(Record, frozen=True, kw_only=True):
    """One sighting behind an event or a listing."""

    source: str
    feed: str
    record: str
    url: str
    phase: str
    received_at: str
    sequence: int
    evidence: Evidence | None = None
    synthetic: bool


class Value(Record, frozen=True):
    """One of several values that sources give for a field."""

    value: Any
    sources: tuple[str, ...]


class Disagreement(Record, frozen=True):
    """A field on which the sources of one event differ; the first value is the one the hub shows."""

    field: str
    values: tuple[Value, ...]


class Event(Record, frozen=True, kw_only=True):
    """One thing that happened.

    ``id`` depends on kind and identity only, never on source, arrival or clock. ``revision`` is the sum of the weights
    of all sightings that could change it, as it was when its content last changed: it rises whenever its content
    changes, and equal revisions have equal bytes. Above 2^40 it counts generations (``streams.rebuild``).
    """

    kind: ClassVar[str]
    id: str  # <kind>:<hash>
    subject: str
    revision: int
    state: EventState
    merged_into: str | None = None
    phase: str
    occurred_on: str | None = None  # the date that counts (RecordedDate)
    statement: Any  # an instance of the kind, its unsaid codes filled with their defaults
    sources: tuple[Provenance, ...]  # the most trusted first
    more_sources: int = 0  # further sightings of this event, which it does not rest on
    disagreements: tuple[Disagreement, ...]
    received_at: str  # newest statement behind this revision; CloudEvents' ce_time
    synthetic: bool


EVENTS: Final[Mapping[str, type[Event]]] = tagged(Event, {kind.name: kind for kind in KINDS if not kind.is_listing})
EVENT: Final[Decoder[Event]] = Decoder(EVENTS)
