"""Decision 交易要点: what one judges a patent on offer by, from its listing and its dossier. Pure.

Platforms let an offer stand for years beyond its right, and go on offering licences of a patent that is licensed exclusively.
What they say stays in the record; what holds in law is said here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.fields.names import name_key
from schemas.fields.patent_term import COMPENSATED, last_day
from schemas.kinds.legal_status import ENDED, LegalStatus
from schemas.kinds.offering import barred_forms
from schemas.kinds.open_licence import OpenLicence
from schemas.kinds.pledge import Pledge
from schemas.records.event import Event
from schemas.records.listing import Encumbrance, Listing
from sinks.portal.read.answers import MaskedPerson, Organisation, PatentDossier

Verdict = Literal["on_offer", "limited", "over"]


@dataclass(frozen=True)
class Declared:
    """An open licence in force: its published fee and term, as the gazette words them."""

    event_id: str
    fee: str
    term: str
    since: str | None


@dataclass(frozen=True)
class Decision:
    """``ends``: the last day of the right, None for no patent or a compensated term. ``years_left``: whole years until then.

    ``offered_until``: the day that platforms name, unless the right ends before. ``forms``: deal forms that can be had;
    ``barred``: those that platforms name and an exclusive licence excludes. ``pledgees``: whose consent a deal needs (Civil
    Code, art. 444). ``holders``: those in the register, where the card names another owner.
    """

    verdict: Verdict
    ends: str | None
    years_left: int | None
    offered_until: str | None
    beyond_term: str | None
    forms: tuple[str, ...]
    barred: tuple[str, ...]
    pledgees: tuple[str, ...]
    declared: tuple[Declared, ...]
    holders: tuple[Organisation | MaskedPerson, ...]


def decision(listing: Listing, dossier: PatentDossier | None, today: date) -> Decision:
    """What holds of a listing on this day."""
    events = [event for event in dossier.events if event.state == "current"] if dossier else []
    ends = last_day_of(listing.patent_number, events)
    over = bool(ends and ends < today.isoformat()) or listing.legal_status in ENDED
    until = listing.valid_until
    beyond = until if until and ends and until > ends else None
    barred = barred_forms(listing.deal_forms, [each.type for each in listing.encumbrances])
    limited = bool(listing.encumbrances) or listing.state == "reserved"
    on_offer = listing.state in ("open", "reserved") and not over
    return Decision(
        verdict="over" if not on_offer else "limited" if limited else "on_offer",
        ends=ends,
        years_left=None if ends is None else max(0, int(ends[:4]) - today.year),
        offered_until=None if beyond else until,
        beyond_term=beyond,
        forms=tuple(form for form in listing.deal_forms if form not in barred),
        barred=barred,
        pledgees=_pledgees(listing.encumbrances, events),
        declared=tuple(_declared(events)),
        holders=_others(listing, dossier),
    )


def last_day_of(number: str | None, events: Iterable[Event]) -> str | None:
    """The last day of the right; None where the gazette announced a compensated term, whose length it does not tell."""
    if number is None or any(event.kind == LegalStatus.name and event.phase == COMPENSATED for event in events):
        return None
    return last_day(number)


def _pledgees(encumbrances: Iterable[Encumbrance], events: Iterable[Event]) -> tuple[str, ...]:
    """The creditors of the pledges that stand against the patent."""
    known = {event.id: event.statement for event in events if isinstance(event.statement, Pledge)}
    pledges = [known[each.event_id] for each in encumbrances if each.event_id in known]
    return tuple(dict.fromkeys(party.name for pledge in pledges for party in pledge.pledgee))


def _declared(events: Iterable[Event]) -> Iterable[Declared]:
    for event in events:
        said = event.statement
        if isinstance(said, OpenLicence) and event.phase == "declared":
            yield Declared(event.id, said.fee or "", said.term or "", said.declared_on or said.announced_on)


def _others(listing: Listing, dossier: PatentDossier | None) -> tuple[Organisation | MaskedPerson, ...]:
    """The holders that the register names, unless the card's owner is one of them."""
    if dossier is None or listing.owner is None:
        return ()
    owner = name_key(listing.owner.name)
    return () if owner in {name_key(holder.name) for holder in dossier.holders} else dossier.holders
