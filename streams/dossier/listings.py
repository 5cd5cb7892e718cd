"""Listings 供需信息: one for each patent on offer and for each thing wanted, whatever the number of platforms that show it.

The state comes from events first (the right ended or is preserved; the patent was sold after it was posted), then from
what the platforms say. Every state names its reason and the event behind it. A pledge or an exclusive licence
encumbers, it closes nothing. Whether ``valid_until`` has passed, the reader decides: the stream has no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemas.fields.industry import industries_of
from schemas.fields.party import Party, is_person_key
from schemas.fields.patent_number import right_type
from schemas.fields.price import NO_PRICE, Price
from schemas.fields.span import span
from schemas.kinds.demand import Demand
from schemas.kinds.occurrence import Secrecy
from schemas.kinds.supply import Supply
from schemas.records.listing import Encumbrance, Listing, ListingState, Owner, organisation_id
from schemas.subjects import name_of
from streams.dossier.clusters import Cluster
from streams.dossier.history import History
from streams.dossier.member import Member
from streams.dossier.resolve import Profiles, newest, provenance, readable, with_profile
from streams.dossier.survivorship import survivors


class State(NamedTuple):
    """A listing's state, why, and the event behind it."""

    state: ListingState
    reason: str = ""
    event: str | None = None


def listing_of(
    cluster: Cluster, revision: int, profiles: Profiles, readers: Secrecy, history: History, received_at: str
) -> Listing | None:
    """The listing as these readers may know it; None if they may know none of its postings.

    ``received_at``: of the newest statement about its subject.
    """
    members = readable(cluster.members, readers)
    if not members:
        return None
    said, disagreements = survivors(members)
    subject = members[0].sighting.subject
    owner = with_profile(said.owner[0], profiles.of(said.owner[0].key, readers), None) if said.owner else None
    area = said.area or (owner.region if owner else None)
    industries = said.industries or industries_of(said.ipc)
    own = of_supply(said, subject, history) if isinstance(said, Supply) else of_demand(said)
    state = state_of(members, history)
    return Listing(
        id=cluster.id,
        kind="supply" if isinstance(said, Supply) else "demand",
        subject=subject,
        revision=revision,
        state=state.state,
        state_reason=state.reason,
        state_event=state.event,
        title=said.title,
        keywords=said.keywords,
        industries=industries,
        industries_derived=bool(industries and not said.industries),
        ipc=said.ipc,
        area=area,
        owner=shown(owner) if owner else None,
        posted_on=max((day for member in members if (day := member.sighting.statement.posted_on)), default=None),
        last_seen_at=newest(members),
        missing=missing(said, industries, area, owner),
        sources=tuple(provenance(member.sighting) for member in members),
        more_sources=cluster.more,
        disagreements=disagreements,
        received_at=received_at,
        synthetic=any(member.sighting.synthetic for member in members),
        **own._asdict(),
    )


class Own(NamedTuple):
    """What listings of the two kinds take from different fields, and what only a patent on offer has."""

    summary: str
    deal_forms: tuple[str, ...]
    price: Price
    valid_until: str | None
    applications: tuple[str, ...] = ()
    patent_number: str | None = None
    right_type: str | None = None
    legal_status: str = "unknown"
    legal_status_on: str | None = None
    encumbrances: tuple[Encumbrance, ...] = ()
    open_licence: bool = False
    stage: str = "unknown"
    pool_tier: str | None = None
    evaluations: int = 0


def of_supply(said: Supply, subject: str, history: History) -> Own:
    number, right = name_of(subject), history.right()
    return Own(
        summary=said.summary or "",
        applications=said.applications,
        patent_number=number,
        right_type=right_type(number),
        legal_status=right.status,
        legal_status_on=right.since,
        encumbrances=history.encumbrances(),
        open_licence=history.open_licence,
        deal_forms=said.deal_forms,
        price=said.price or NO_PRICE,
        stage=said.stage or "unknown",
        pool_tier=said.pool_tier,
        valid_until=said.valid_until,
        evaluations=history.evaluations,
    )


def of_demand(said: Demand) -> Own:
    return Own(
        summary=said.problem or "",
        deal_forms=said.cooperation_forms,
        price=said.budget or NO_PRICE,
        valid_until=said.deadline_on,
    )


def missing(said: Supply | Demand, industries: Sequence[str], area: str | None, owner: Party | None) -> tuple[str, ...]:
    """What a reader would look for and no source says."""
    there = {
        "application": isinstance(said, Demand) or said.applications,
        "classification": said.ipc or industries,
        "area": area,
        "owner": owner,
    }
    return tuple(name for name, value in there.items() if not value)


def shown(owner: Party) -> Owner:
    """Whose listing it is; a natural person (masked already) has no public id."""
    return Owner(
        name=owner.name,
        party_type=owner.party_type,
        credit_code=owner.credit_code,
        organisation_id=None if is_person_key(owner.key) else organisation_id(owner.key),
    )


def state_of(members: Sequence[Member], history: History) -> State:
    """What happened to the right, then whether the patent was sold since the newest offer, then the platforms' word."""
    if stopped := history.right().stopped_by:
        return State("withdrawn", *stopped)
    posted = max((span(day)[0] for member in members if (day := member.sighting.statement.posted_on)), default=0)
    if sold := history.concluded_since(posted):
        return State("concluded", sold.reason, sold.event)
    return as_platforms_say(members)


def as_platforms_say(members: Sequence[Member]) -> State:
    """Concluded or reserved if one says so, withdrawn only if all do."""
    phases = {member.sighting.phase for member in members}
    if "concluded" in phases:
        return State("concluded", "platform_concluded")
    if "reserved" in phases:
        return State("reserved", "platform_reserved")
    return State("withdrawn", "platform_withdrew") if phases == {"withdrawn"} else State("open")
