"""Indicator 指标: all that is known of one figure: its words, what it counts and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal, NamedTuple

from schemas.figures.conditions import always
from schemas.figures.dimensions import AREA, Dimension
from schemas.figures.subjects import SubjectGroup
from schemas.figures.units import Unit
from schemas.kinds.occurrence import Occurrence, Secrecy, narrowest, rules_of
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.words import Term

RevisionClass = Literal[
    "R1", "R2", "R3", "R4"
]  # who gives the number and until when it moves: docs/figures.md#revisions
# Functions of an indicator take an Event or a Listing, whichever its kinds make.
Condition = Callable[[Any], bool]
Distinct = Callable[[Any], tuple[str, ...]]  # what counts once; several: the event counts under each of them


class Counting(Enum):
    """How a distinct key counts when several events stand behind it (docs/figures.md#counting-rules).

    The one declaration of additivity: the stream counts by it, and so does the recount in the database.
    """

    ONCE = "once"  # at the earliest day, with that event's dimensions: sums over months and over areas
    WINDOW = "window"  # once in each window in which any of them lies, with the dimensions of those: never summed
    COMPLETE = "complete"  # at the last day, when every event has its day: sums like ONCE
    STOCK = "stock"  # now, whatever its day: sums over areas, not over time


class Reads(NamedTuple):
    """A kind and the phases of its events (states of its listings) that a figure reads."""

    kind: type[Occurrence]
    phases: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Indicator:
    """One figure. It owns no loop, no table and no topic: the stream, the recount and the pages read it here.

    ``amount``, ``day``: fields of the statement. A figure without ``amount`` counts keys; one with it sums the money of
    each key once. Without ``day`` an event counts on the date that counts for its kind. ``version`` rises with every
    change of what is counted; points carry it. ``over``, ``until``: of a stock the phases in which it has ended, and the field of the day:
    with both it is also counted at the end of each past period (accumulation ``end``). ``secrecy``: who may read that a single event meets the condition; the
    figure itself is public.
    """

    id: str
    label: Term
    definition: Term  # what counts and what does not, in plain words
    unit: Unit
    subject: SubjectGroup
    reads: tuple[Reads, ...]
    distinct: Distinct
    counting: Counting = Counting.ONCE
    area: Dimension = AREA  # where an event counts; one that has no value there does not
    dimensions: tuple[Dimension, ...] = ()  # besides the area, which every figure has
    condition: Condition = always
    amount: str | None = None
    day: str | None = None
    over: tuple[Reads, ...] = ()
    until: str | None = None
    secrecy: Secrecy = "public"
    revision_class: RevisionClass = "R1"
    version: int = 1

    @property
    def has_ends(self) -> bool:
        """What stood at the end of a past period can be told."""
        return self.until is not None

    @cached_property
    def phases_over(self) -> Mapping[str, tuple[str, ...]]:
        """Name of a kind → the phases in which what was counted has ended."""
        return {kind.name: phases for kind, phases in self.over}

    def ended_on(self, found: Event | Listing) -> str | None:
        """The first day on which it is no more, of what was counted and has ended on a known day."""
        if (
            self.until is None
            or isinstance(found, Listing)
            or phase_of(found) not in self.phases_over.get(found.kind, ())
        ):
            return None
        ended: str | None = getattr(found.statement, self.until)
        return ended

    @cached_property
    def phases(self) -> Mapping[str, tuple[str, ...]]:
        """Name of a kind → the phases or states that are read of it."""
        return {kind.name: phases for kind, phases in self.reads}

    def secrecy_of(self, kind: type[Occurrence], held: Iterable[str] = ()) -> Secrecy:
        """Who may read that an event of this kind counts, and with how much; ``held``: dimensions held to a value."""
        rules = rules_of(kind)
        amount: Secrecy = rules[self.amount].secrecy if self.amount and self.amount in rules else "public"
        cuts = [dimension.secrecy for dimension in self.dimensions if dimension.id in held]
        return narrowest(kind.secrecy, self.secrecy, amount, *cuts)

    def counts(self, found: Event | Listing) -> bool:
        """The figure reads this kind in this phase or state, its condition holds, and a day is known where one is needed."""
        return phase_of(found) in self.phases.get(found.kind, ()) and self.admits(found, self.day_of(found))

    def admits(self, found: Event | Listing, day: str | None) -> bool:
        """What it reads counts on this day: its condition holds, and the day is known where one is needed."""
        return (day is not None or not self.needs_day) and self.condition(found)

    @property
    def sums_over_areas(self) -> bool:
        """The prefectures and 其他 add up to the province: a key counts in one area only."""
        return self.counting is not Counting.WINDOW

    @cached_property
    def needs_day(self) -> bool:
        """What has no day does not count; a key of ``COMPLETE`` waits for it."""
        return self.counting in (Counting.ONCE, Counting.WINDOW)

    def day_of(self, found: Event | Listing) -> str | None:
        """The recorded date at which it counts; None for stocks, and while it has none."""
        if isinstance(found, Listing):
            return None
        return getattr(found.statement, self.day) if self.day else found.occurred_on


def phase_of(found: Event | Listing) -> str:
    """By which a figure reads it or does not: the phase of an event, the state of a listing."""
    return found.phase if isinstance(found, Event) else found.state
