"""Listing: one curated card of supply or demand, with all its sources (tongda.supply.v1, tongda.demand.v1)."""

from __future__ import annotations

from typing import Literal

from schemas.fields.money import Money
from schemas.records.event import Disagreement, Provenance
from schemas.records.raw import Frozen
from schemas.wire import short_hash

ListingState = Literal["pending", "open", "reserved", "concluded", "expired", "withdrawn", "merged"]


class Owner(Frozen):
    """Whose listing it is. A natural person is masked (张*) and has no organisation id."""

    name: str
    party_type: str = "unknown"
    organisation_id: str | None = None  # org:<hash of the name key>; None for persons and hidden owners
    credit_code: str | None = None


class Encumbrance(Frozen):
    """What stands against a patent on offer; shown before the price."""

    type: Literal["pledge", "exclusive_licence"]
    since: str | None = None
    until: str | None = None
    event_id: str


class Price(Frozen):
    """An intention, not a deal. 面议 is ``negotiable`` without numbers, never 0; 免费 is ``free``."""

    basis: Literal["lump_sum", "entry_fee_and_royalty", "royalty", "per_year", "free", "negotiable", "unknown"] = (
        "unknown"
    )
    low: Money | None = None
    high: Money | None = None
    text: str = ""


class Listing(Frozen):
    """One thing offered or wanted, whatever the number of platforms that show it."""

    id: str  # supply:<hash> | demand:<hash>
    kind: Literal["supply", "demand"]
    subject: str
    revision: int
    state: ListingState
    state_reason: str = ""  # short code; words in sinks/portal/words.py
    state_event: str | None = None  # the event behind the state
    merged_into: str | None = None
    title: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()  # 4×4 ids (T1 … F4)
    industries_derived: bool = False  # read from IPC, not said by a source
    ipc: tuple[str, ...] = ()
    area: str | None = None  # six-digit division code
    owner: Owner | None = None
    posted_on: str | None = None
    valid_until: str | None = None
    last_seen_at: str
    patent_number: str | None = None
    right_type: str | None = None
    legal_status: str = "unknown"
    legal_status_on: str | None = None
    encumbrances: tuple[Encumbrance, ...] = ()
    open_licence: bool = False
    deal_forms: tuple[str, ...] = ()
    price: Price = Price()
    stage: str = "unknown"
    pool_tier: str | None = None
    evaluations: int = 0
    missing: tuple[str, ...] = ()  # application, classification, area, owner: named on the card, ranked last
    sources: tuple[Provenance, ...]
    disagreements: tuple[Disagreement, ...] = ()
    received_at: str
    synthetic: bool = False


def organisation_id(name_key: str) -> str:
    """The public name of an organisation, from ``schemas.fields.party.name_key`` of its name."""
    return f"org:{short_hash(name_key)}"
