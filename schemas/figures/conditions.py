"""Conditions: which events of the kinds that a figure reads count in it."""

from __future__ import annotations

from typing import Any

from schemas.fields.party import Party
from schemas.fields.span import in_force
from schemas.kinds.transfer import Transfer
from schemas.records.event import Event

RESEARCH = frozenset({"university", "research_institute"})
BY_LAW = frozenset({"merger", "inheritance", "court"})


def always(found: Any) -> bool:
    return True


def not_by_law(event: Event) -> bool:
    """Merger, inheritance and court orders pass a right without a deal; an unknown cause is in."""
    return event.statement.cause not in BY_LAW


def is_sme(party: Party, day: str | None) -> bool:
    """On a list in force on that day; an unknown size is not yes."""
    return party.sme == "yes" and in_force(day, party.sme_on, None)


def research_to_sme(event: Event) -> bool:
    """A deal in which some giver is a university or institute and some taker small or medium on dated evidence."""
    return (
        (event.kind != Transfer.name or not_by_law(event))
        and any(giver.party_type in RESEARCH for giver in event.statement.givers())
        and any(is_sme(taker, event.occurred_on) for taker in event.statement.takers())
    )


def between_related(event: Event) -> bool:
    """A transfer between parties that a source calls related; without such a word it is not."""
    return not_by_law(event) and bool(event.statement.related_party)


def open_licence_taken(event: Event) -> bool:
    """A licence under an open declaration; the declaration itself is none."""
    return bool(event.statement.licence_kind == "open")


def patent_related(event: Event) -> bool:
    """涉及专利: by the contract's own rule."""
    return bool(event.statement.patent_related)
