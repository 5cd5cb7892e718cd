"""Filters: questions to the store, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from schemas.records.event import EventState

Flow = Literal["period", "ytd"]  # of what happens in a period: in it, or in the year up to its end
Accumulation = Literal["period", "ytd", "end"]  # end: of a stock, what stood when the period ended


@dataclass(frozen=True)
class Paged:
    """One page of a list."""

    limit: int = 200
    cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class EventFilter(Paged):
    """Events of one kind, newest first."""

    kind: str
    limit: int = 50
    subject: str | None = None
    area: str | None = None  # of the giver, as figures count: province, prefecture or county; OTHER
    taker_area: str | None = None
    phase: str | None = None
    states: tuple[EventState, ...] = ("current",)
    since: str | None = None  # the date that counts, on or after
    until: str | None = None
    updated_since: str | None = None  # the hub's commit time, inclusive


@dataclass(frozen=True, kw_only=True)
class GoneFilter(Paged):
    """What went away, of events or of listings of some kinds, since an instant."""

    table: Literal["event", "listing"]
    kinds: tuple[str, ...]
    since: str  # the hub's commit time, inclusive


@dataclass(frozen=True, kw_only=True)
class MatchFilter(Paged):
    """The matches of one listing, or of the newest listings of one organisation. ``id``: whole, with its kind."""

    id: str
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class FigureFilter(Paged):
    """One question about one figure. ``by``: dimensions to spread over; ``where``: dimensions held to one value."""

    indicator: str
    by: tuple[str, ...] = ()
    where: dict[str, str] = field(default_factory=dict)  # area=430100, right_type=invention
    period: str | None = None  # 2025, 2025-03, current
    start_period: str | None = None
    end_period: str | None = None
    as_of: str | None = None  # what was published at that instant
    accumulation: Accumulation = "period"

    @property
    def held(self) -> dict[str, str]:
        """Dimensions held to a value, besides the area."""
        return {name: value for name, value in self.where.items() if name != "area"}


@dataclass(frozen=True, kw_only=True)
class DerivedFilter(Paged):
    """Derived figures of one period; ``area``: of one area alone."""

    period: str
    area: str | None = None
    as_of: str | None = None
    accumulation: Flow = "period"


@dataclass(frozen=True, kw_only=True)
class RevisionFilter(Paged):
    """Figures that were revised between two moments, each an instant or the id of a release."""

    since: str
    until: str | None = None  # None: now
    indicator: str | None = None
    area: str | None = None
    period: str | None = None
    totals: bool = False  # without the cells of a further dimension


@dataclass(frozen=True, kw_only=True)
class RecordFilter:
    """Records of which changes are told: each part that is given holds, by one of its values. Equal ones are equal."""

    kind: tuple[str, ...] = ()
    area: tuple[str, ...] = ()  # of an event the giver's, as figures count
    indicator: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()  # whole ids

    @property
    def parts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The parts that are given, by name."""
        named = (
            ("kind", self.kind),
            ("area", self.area),
            ("indicator", self.indicator),
            ("organisation", self.organisation),
        )
        return tuple((name, values) for name, values in named if values)

    @property
    def query(self) -> list[tuple[str, str]]:
        """As an address has it."""
        return [(name, value) for name, values in self.parts for value in values]


EVERY_RECORD = RecordFilter()


@dataclass(frozen=True, kw_only=True)
class ChangeFilter:
    """Changes of some topics, in the order of the store: after a sequence, or from an instant on."""

    topics: tuple[str, ...]
    after: int = 0
    since: str | None = None  # the hub's commit time, inclusive; where ``after`` is given, that says where to go on
    limit: int = 200
    records: RecordFilter = EVERY_RECORD
