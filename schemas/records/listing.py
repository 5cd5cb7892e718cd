"""Listing: one offer or one need, with all its sources (tongda.supply.v1, tongda.demand.v1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from schemas.fields.party import Party, PartyType, is_person_key
from schemas.fields.price import Price
from schemas.records.base import Record
from schemas.records.event import Disagreement, Provenance
from schemas.wire import short_hash

ListingState = Literal["pending", "open", "reserved", "concluded", "expired", "withdrawn", "merged"]


class Owner(Record, frozen=True, kw_only=True):
    """Whose listing it is. A natural person is masked (张*) and has no organisation id."""

    name: str
    party_type: PartyType
    organisation_id: str | None = None  # org:<hash of the name key>; None for persons and hidden owners
    credit_code: str | None = None


class Encumbrance(Record, frozen=True, kw_only=True):
    """What stands against a patent on offer; shown before the price."""

    type: Literal["pledge", "exclusive_licence"]
    since: str | None = None
    event_id: str


class Listing(Record, frozen=True, kw_only=True):
    """One thing offered or wanted, whatever the number of platforms that show it."""

    id: str  # supply:<hash> | demand:<hash>
    kind: Literal["supply", "demand"]
    subject: str
    revision: int
    state: ListingState
    state_reason: str  # short code; its words are the portal's
    state_event: str | None = None  # the event behind the state
    merged_into: str | None = None
    title: str
    summary: str
    keywords: tuple[str, ...]
    applications: tuple[str, ...]
    industries: tuple[str, ...]  # 4×4 ids (T1 … F4)
    industries_derived: bool  # read from IPC, not said by a source
    ipc: tuple[str, ...]
    area: str | None = None  # six-digit division code
    owner: Owner | None = None
    posted_on: str | None = None
    valid_until: str | None = None
    last_seen_at: str
    patent_number: str | None = None
    right_type: str | None = None
    legal_status: str
    legal_status_on: str | None = None
    encumbrances: tuple[Encumbrance, ...]
    open_licence: bool
    deal_forms: tuple[str, ...]
    price: Price
    stage: str
    pool_tier: str | None = None
    evaluations: int
    missing: tuple[str, ...]  # application, classification, area, owner: named on the listing, ranked last
    sources: tuple[Provenance, ...]  # the most trusted first
    more_sources: int = 0  # further postings of it, which it does not rest on
    disagreements: tuple[Disagreement, ...]
    received_at: str
    synthetic: bool


@lru_cache(maxsize=8_192)  # of the firms whose events are published; a hash for each party of each would be noticed
def organisation_id(name_key: str) -> str:
    """The public id of an organisation, from its name as compared (``schemas.fields.names.name_key``) and nothing else.

    So it is the same for any order, repetition or replay of what is said of it. After the register changed a name it is
    another one: /organisations leads from a former name to what it became.
    """
    return f"org:{short_hash(name_key)}"


def organisation_of(party: Party) -> str | None:
    """The id of the organisation that a party is; None for natural persons."""
    if not party.key or is_person_key(party.key) or party.party_type == "individual":
        return None
    return organisation_id(party.key)
