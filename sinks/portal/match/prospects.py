"""Prospects 可能的需方: firms whose own patents lean to an offer, also those that they took over or are licensed to use (pure).

A firm seldom says what it looks for; what it holds says in which field it works. Each such patent is compared with the offer as
a need would be, and the nearest one decides; further ones add a little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from schemas.fields.industry import industries_of
from schemas.fields.party import Party
from schemas.fields.price import NO_PRICE
from schemas.frozen import Frozen
from schemas.kinds.licence import Licence
from schemas.records.event import Event
from schemas.records.listing import Listing, Owner, organisation_id
from sinks.portal.match.match import Match, Reason
from sinks.portal.match.reasons import match

CANDIDATES = 96  # events that are read and compared
MOST = 10  # firms
FURTHER, FURTHER_MOST = 3, 15  # points of each further patent, and of all of them
MOST_PATENTS = 5  # that are named


class Prospect(Frozen):
    """A firm with the reasons of its nearest patent. ``patents``: those of its own that lean to the offer, the nearest first."""

    organisation_id: str
    name: str
    area: str | None = None
    score: int
    reasons: tuple[Reason, ...]
    patents: tuple[str, ...]
    synthetic: bool = False


class Leaning(NamedTuple):
    """One patent of a firm, and how it fits the offer."""

    firm: Party
    patent: str
    fit: Match


def prospects(supply: Listing, events: Iterable[Event], weights: Mapping[int, int]) -> tuple[Prospect, ...]:
    """The firms to whom this offer may be of use, the likeliest first. Its owner is none of them, and no event of its own patent."""
    by_firm: dict[str, list[Leaning]] = {}
    for event in events:
        if event.state == "current" and event.subject != supply.subject:
            for leaning in _leanings(supply, event, weights):
                by_firm.setdefault(organisation_id(leaning.firm.key), []).append(leaning)
    found = [_prospect(id, leanings) for id, leanings in by_firm.items()]
    return tuple(sorted(found, key=lambda each: (-each.score, each.organisation_id))[:MOST])


def firms(event: Event) -> tuple[Party, ...]:
    """The enterprises that an event shows as holders or users of its patent: never a person, never a bank that has it in pledge."""
    said = event.statement
    parties = said.passes_to(event.phase) or said.held_by() or (said.takers() if isinstance(said, Licence) else ())
    return tuple(each for each in parties if each.party_type == "enterprise" and each.key)


def _leanings(supply: Listing, event: Event, weights: Mapping[int, int]) -> Iterator[Leaning]:
    title, ipc = getattr(event.statement, "title", None), getattr(event.statement, "ipc", ())
    if not title and not ipc:
        return
    for firm in firms(event):
        need = _as_need(event, firm, title or "", ipc)
        if (fit := match(need, supply, weights)) is not None:
            yield Leaning(firm, event.subject.partition(":")[2], fit)


def _as_need(event: Event, firm: Party, title: str, ipc: tuple[str, ...]) -> Listing:
    """A patent of a firm in the form of a need, by which it is compared."""
    owner = Owner(name=firm.name, party_type=firm.party_type, organisation_id=organisation_id(firm.key))
    return Listing(
        id=event.id,
        kind="demand",
        subject=event.subject,
        revision=event.revision,
        state="open",
        state_reason="",
        title=title,
        summary="",
        keywords=(),
        applications=(),
        industries=industries_of(ipc),
        industries_derived=True,
        ipc=ipc,
        area=firm.region,
        owner=owner,
        last_seen_at=event.received_at,
        legal_status="unknown",
        encumbrances=(),
        open_licence=False,
        deal_forms=(),
        price=NO_PRICE,
        stage="unknown",
        evaluations=0,
        missing=(),
        sources=(),
        disagreements=(),
        received_at=event.received_at,
        synthetic=event.synthetic,
    )


def _prospect(id: str, leanings: list[Leaning]) -> Prospect:
    nearest: dict[str, Leaning] = {}  # of each patent; several events may show one
    for each in sorted(
        leanings, key=lambda each: (-each.fit.score, each.patent, each.firm.name, each.firm.region or "")
    ):
        nearest.setdefault(each.patent, each)
    best, *further = nearest.values()
    patents = tuple(nearest)[:MOST_PATENTS]
    own = [each for each in best.fit.reasons if each.aspect != "price"]  # what the offer costs says nothing of a firm
    points = min(FURTHER_MOST, FURTHER * len(further))
    more = [Reason(aspect="further", points=points, values=(str(len(further)),))] if further else []
    reasons = (*own, *more)
    return Prospect(
        organisation_id=id,
        name=best.firm.name,
        area=best.firm.region,
        score=sum(each.points for each in reasons),
        reasons=reasons,
        patents=patents,
        synthetic=any(each.fit.synthetic for each in leanings),
    )
