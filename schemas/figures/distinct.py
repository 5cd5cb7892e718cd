"""Distinct keys: what counts once in a figure, however many events stand behind it."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.figures.dimensions import reported_type
from schemas.kinds.transfer import Transfer
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.subjects import name_of


def patent(event: Event) -> tuple[str, ...]:
    return (name_of(event.subject),)


def patent_and_event(event: Event) -> tuple[str, ...]:
    return (f"{name_of(event.subject)}+{event.id}",)


@dataclass(frozen=True, slots=True)
class numbered:  # used among functions, as functools.partial is
    """The official number in this field; an event without one counts by itself."""

    field: str

    def __call__(self, event: Event) -> tuple[str, ...]:
        return (getattr(event.statement, self.field) or event.id,)


def patent_and_recordal(event: Event) -> tuple[str, ...]:
    return (f"{name_of(event.subject)}+{event.statement.recordal_number or event.id}",)


def patent_and_takers(event: Event) -> tuple[str, ...]:
    """One patent for each who takes it; an event that names nobody counts by itself."""
    takers = dict.fromkeys(taker.credit_code or taker.key for taker in event.statement.takers())
    return tuple(f"{name_of(event.subject)}+{taker}" for taker in takers or (event.id,))


def event_itself(event: Event) -> tuple[str, ...]:
    return (event.id,)


def deal(event: Event) -> tuple[str, ...]:
    """One patent in one transfer or in one recordal of a licence."""
    return patent_and_event(event) if event.kind == Transfer.name else patent_and_recordal(event)


def enterprises(event: Event) -> tuple[str, ...]:
    """The firms that give: credit codes, else names as compared. The pledge kind knows no debtors."""
    firms = (giver for giver in event.statement.givers() if reported_type(giver.party_type) == "enterprise")
    return tuple(dict.fromkeys(firm.credit_code or firm.key for firm in firms))


def listing(found: Listing) -> tuple[str, ...]:
    return (found.id,)
