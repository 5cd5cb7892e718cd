"""Dossiers: everything held about one patent, one organisation. Natural persons are masked and have no page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.errors import NotFound, Reject
from schemas.fields.patent_number import read_patent_number, right_type
from schemas.kinds import BY_NAME
from schemas.kinds.legal_status import LegalStatus, right_after
from schemas.records.event import Event
from schemas.records.listing import Listing, organisation_id
from sinks.portal.models import MaskedPerson, Organisation, OrganisationDossier, PatentDossier
from sinks.store.database import Snapshot

SHOWN = 200  # deals and cards of one organisation on its page


def canonical_number(text: str) -> str:
    """The canonical form of a patent number. Raises NotFound with what is wrong with it."""
    try:
        return read_patent_number(text).number
    except Reject as reject:
        raise NotFound(reject.message) from None


def patent(db: Snapshot, number: str, as_of: str | None) -> PatentDossier:
    """Events in order of the date that counts, cards, status and present holders. Raises NotFound."""
    events = [Event.model_validate(row["value"]) for row in db.rows("events_of_patent", number=number)]
    listings = [Listing.model_validate(row["value"]) for row in db.rows("listings_of_patent", number=number)]
    if not events and not listings:
        raise NotFound(f"nothing is known of patent {number}")
    current = [event for event in events if event.state == "current"]
    told = sorted(
        (event for event in current if event.kind == "legal-status"),
        key=lambda event: (event.occurred_on or "", LegalStatus.phases.index(event.phase), event.id),
    )
    right = right_after((event.phase, event.occurred_on, event.id) for event in told)
    titles = [card.title for card in listings] or [
        str(event.statement["title"]) for event in events if event.statement.get("title")
    ]
    codes = [tuple(card.ipc) for card in listings if card.ipc]
    codes += [tuple(event.statement["ipc"]) for event in events if event.statement.get("ipc")]
    return PatentDossier(
        number=number,
        right_type=right_type(number),
        title=titles[-1] if titles else None,
        legal_status=right.status,
        legal_status_on=right.since,
        ipc=codes[0] if codes else (),
        holders=_holders(current),
        events=tuple(events),
        listings=tuple(listings),
        as_of=as_of,
        synthetic=any(event.synthetic for event in events) or any(card.synthetic for card in listings),
    )


def organisation(db: Snapshot, id: str, as_of: str | None) -> OrganisationDossier:
    """One organisation's cards and deals, newest first; its name is the one used last. Raises NotFound."""
    events = [Event.model_validate(row["value"]) for row in db.rows("events_of_organisation", id=id, limit=SHOWN)]
    listings = [Listing.model_validate(row["value"]) for row in db.rows("listings_of_organisation", id=id, limit=SHOWN)]
    seen = [
        party
        for event in events
        for party in parties(event)
        if party.get("key") and organisation_id(party["key"]) == id
    ]
    owners = [card.owner for card in listings if card.owner]
    names = [party["name"] for party in seen] + [owner.name for owner in owners]
    if not names:
        raise NotFound(f"no organisation {id}")
    told: list[dict[str, Any]] = [*seen, *(owner.model_dump() for owner in owners)]

    def first(field: str) -> str | None:
        return next((str(each[field]) for each in told if each.get(field) not in (None, "unknown")), None)

    return OrganisationDossier(
        organisation=Organisation(
            id=id,
            name=names[0],
            party_type=first("party_type") or "unknown",
            credit_code=first("credit_code"),
            region=first("region"),
            sme=first("sme") or "unknown",
        ),
        aliases=tuple(dict.fromkeys(name for name in names if name != names[0])),
        listings=tuple(listings),
        events=tuple(events),
        as_of=as_of,
        synthetic=any(event.synthetic for event in events) or any(card.synthetic for card in listings),
    )


def parties(event: Event) -> Iterable[dict[str, Any]]:
    """Everyone an event names, givers first."""
    kind = BY_NAME[event.kind]
    for role in (kind.giver, kind.taker):
        yield from event.statement.get(role or "", ())


def _holders(events: Iterable[Event]) -> tuple[Organisation | MaskedPerson, ...]:
    """Those who took the right last, by what is recorded; before any transfer, those whom the register names."""
    holders: list[dict[str, Any]] = []
    for event in events:
        if event.kind == "transfer" and event.phase == "recorded":
            holders = list(event.statement.get("transferee", ()))
        elif event.kind in ("legal-status", "open-licence") and not holders:
            holders = list(parties(event))
    return tuple(
        MaskedPerson(name=party["name"])
        if party.get("party_type") == "individual" or not party.get("key")
        else Organisation(
            id=organisation_id(party["key"]),
            name=party["name"],
            party_type=party.get("party_type") or "unknown",
            credit_code=party.get("credit_code"),
            region=party.get("region"),
            sme=party.get("sme") or "unknown",
        )
        for party in holders
    )
