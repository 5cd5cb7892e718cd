"""Dossiers: everything held about one patent, one organisation. Natural persons are masked and have no page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from schemas.errors import NotFound, Reject
from schemas.fields.party import Party, name_key
from schemas.fields.patent_number import read_patent_number, right_type
from schemas.kinds.legal_status import LegalStatus, Right, right_after
from schemas.records.event import Event
from schemas.records.listing import Listing, Owner, organisation_id
from schemas.subjects import patent_subject
from sinks.portal import records
from sinks.portal.read.answers import MaskedPerson, Organisation, OrganisationDossier, PatentDossier
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot

SHOWN = 200  # deals and listings of one organisation on its page
T = TypeVar("T")


def canonical_number(text: str) -> str:
    """The canonical form of a patent number. Raises NotFound with what is wrong with it."""
    try:
        return read_patent_number(text).number
    except Reject as reject:
        raise NotFound(reject.message) from None


def patent(db: Snapshot, number: str, as_of: str | None, reader: Reader) -> PatentDossier:
    """Events in order of the date that counts, listings, status and present holders. Raises NotFound."""
    events = records.events(db.rows("events_of_patent", number=number), reader)
    listings = records.listings(db.rows("listings_of_patent", number=number), reader)
    if not events and not listings:
        raise NotFound(f"nothing is known of patent {number}")
    current = [event for event in events if event.state == "current"]
    right = _right(current)
    titles = [listing.title for listing in listings] or [
        title for event in events if (title := getattr(event.statement, "title", None))
    ]
    codes = [found.ipc for found in listings] + [getattr(event.statement, "ipc", ()) for event in events]
    return PatentDossier(
        number=number,
        right_type=right_type(number),
        title=titles[-1] if titles else None,
        legal_status=right.status,
        legal_status_on=right.since,
        ipc=next(filter(None, codes), ()),
        holders=_holders(current),
        events=events,
        listings=listings,
        as_of=as_of,
        synthetic=_any_synthetic(events, listings),
    )


def titles(db: Snapshot, numbers: Iterable[str]) -> dict[str, str]:
    """What patents are called; an offer's title stands before that of an announcement."""
    asked = sorted(numbers)
    rows = db.rows("titles", numbers=asked, subjects=[patent_subject(number) for number in asked]) if asked else []
    return {row["number"]: row["title"] for row in reversed(rows)}


def _right(events: Iterable[Event]) -> Right:
    """What the announcements of the register say of the right now."""
    order = list(LegalStatus.phases)
    announced = sorted(
        (event for event in events if event.kind == LegalStatus.name),
        key=lambda event: (event.occurred_on or "", order.index(event.phase), event.id),
    )
    return right_after((event.phase, event.occurred_on, event.id) for event in announced)


def organisation(db: Snapshot, id: str, as_of: str | None, reader: Reader) -> OrganisationDossier:
    """One organisation's listings and deals, newest first; its name is the one used last. Raises NotFound."""
    events = records.events(db.rows("events_of_organisation", id=id, limit=SHOWN), reader)
    listings = records.listings(db.rows("listings_of_organisation", id=id, limit=SHOWN), reader)
    named = [party for event in events for party in parties(event) if party.key and organisation_id(party.key) == id]
    owners = [listing.owner for listing in listings if listing.owner]
    everyone: list[Party | Owner] = [*named, *owners]
    names = [each.name for each in everyone]
    if not names:
        raise NotFound(f"no organisation {id}")
    renames = records.events(db.rows("renames_to", names=list(dict.fromkeys(names)), limit=SHOWN), reader)
    return OrganisationDossier(
        organisation=Organisation(
            id=id,
            name=names[0],
            party_type=next((each.party_type for each in everyone if each.party_type != "unknown"), "unknown"),
            credit_code=_first(each.credit_code for each in everyone),
            region=_first(party.region for party in named),
            sme=_first(party.sme for party in named) or "unknown",
        ),
        aliases=tuple(dict.fromkeys(name for name in names if name != names[0])),
        former_names=tuple(dict.fromkeys(name for event in renames for name in event.statement.renamed_from)),
        listings=listings,
        events=events,
        as_of=as_of,
        synthetic=_any_synthetic(events, listings),
    )


def organisation_named(db: Snapshot, text: str, reader: Reader) -> str:
    """The id of the organisation with this credit code, name or former name. Raises NotFound."""
    name, key = text.strip(), name_key(text)
    deals = records.events(db.rows("events_by_credit_code", code=name.upper(), limit=1), reader)
    for party in (party for event in deals for party in parties(event) if party.key):
        if party.credit_code == name.upper():
            return organisation_id(party.key)
    for listing in records.listings(db.rows("listings_by_credit_code", code=name.upper(), limit=1), reader):
        if listing.owner and listing.owner.organisation_id:
            return listing.owner.organisation_id
    id = organisation_id(key)
    if records.events(db.rows("events_of_organisation", id=id, limit=1), reader):
        return id
    if records.listings(db.rows("listings_of_organisation", id=id, limit=1), reader):
        return id
    for event in records.events(db.rows("renames_from", names=[name], limit=1), reader):
        if len(event.statement.renamed_from) == len(event.statement.renamed_to) == 1:
            return organisation_id(name_key(event.statement.renamed_to[0]))
    raise NotFound(f"no organisation {text[:60]}")


def parties(event: Event) -> tuple[Party, ...]:
    """Everyone an event names, givers first."""
    return (*event.statement.givers(), *event.statement.takers())


def _any_synthetic(events: Iterable[Event], listings: Iterable[Listing]) -> bool:
    return any(event.synthetic for event in events) or any(listing.synthetic for listing in listings)


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _holders(events: Iterable[Event]) -> tuple[Organisation | MaskedPerson, ...]:
    """Those who took the right last, by what is recorded; before any transfer, those whom the register names."""
    holders: tuple[Party, ...] = ()
    for event in events:
        holders = event.statement.passes_to(event.phase) or holders or event.statement.held_by()
    return tuple(_holder(party) for party in holders)


def _holder(party: Party) -> Organisation | MaskedPerson:
    if party.party_type == "individual" or not party.key:
        return MaskedPerson(name=party.name)
    return Organisation(
        id=organisation_id(party.key),
        name=party.name,
        party_type=party.party_type,
        credit_code=party.credit_code,
        region=party.region,
        sme=party.sme or "unknown",
    )
