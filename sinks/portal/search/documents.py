"""Listing → what it is found by, filtered by and sorted by (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from schemas.fields.patent_term import last_day
from schemas.fields.price import Price
from schemas.kinds.offering import barred_forms
from schemas.records.listing import Listing, Owner
from sinks.portal.search.facets import UNKNOWN
from sinks.portal.search.meanings import symbol_codes
from sinks.portal.search.postings import Texts

FEN_PER_WAN = 1_000_000
NOT_KNOWN = (UNKNOWN,)
CACHED = 20_000  # values of one field, which few listings have alone
Facets = dict[str, tuple[str, ...]]
BANDS = (("le_10", 10), ("le_50", 50), ("le_200", 200))  # up to so many 万元


class Document(NamedTuple):
    """What the index keeps of one listing. ``facets``: value tuples by facet name."""

    id: str
    texts: Texts
    codes: tuple[str, ...]  # words that no text has: its patent's number, its classes, its owner
    owners: tuple[Owner, ...]
    facets: Facets
    complete: bool
    posted: int  # yyyymmdd, 0 unknown
    price: int | None  # 分
    expiry: int  # yyyymmdd, 0 unknown


def document(listing: Listing) -> Document:
    """A listing as the index holds it."""
    return Document(
        listing.id,
        Texts(
            listing.title,
            "\n".join((*listing.keywords, *listing.applications)),
            listing.owner.name if listing.owner else "",
            listing.summary,
        ),
        _codes(listing),
        (listing.owner,) if listing.owner and listing.owner.organisation_id else (),
        facets(listing),
        not listing.missing,
        _day(listing.posted_on or ""),
        _asked(listing.price),
        _expiry(listing),
    )


def _codes(listing: Listing) -> tuple[str, ...]:
    owner = listing.owner.organisation_id if listing.owner else None
    return (*filter(None, (listing.patent_number, owner)), *symbol_codes(listing.ipc))


def facets(listing: Listing) -> Facets:
    """The values of every facet; what is not known is the value ``unknown``."""
    area, owner = listing.area, listing.owner
    sections, subclasses = _classes(listing.ipc)
    return {
        "kind": (listing.kind,),
        "state": (listing.state,),
        "industry": _distinct(listing.industries),
        "area": (prefecture(area),) if area else NOT_KNOWN,
        "county": (area,) if area and not area.endswith("00") else NOT_KNOWN,
        "right_type": (listing.right_type or UNKNOWN,),
        "section": sections,
        "subclass": subclasses,
        "deal_form": _distinct(_forms(listing)),
        "price": (price_band(listing.price),),
        "stage": (listing.stage or UNKNOWN,),
        "owner_type": (owner.party_type,) if owner else NOT_KNOWN,
        "legal_status": (listing.legal_status or UNKNOWN,),
        "open_licence": ("yes" if listing.open_licence else "no",),
        "encumbrance": _distinct([each.type for each in listing.encumbrances] or ["none"]),
        "source": _distinct([each.source for each in listing.sources]),
    }


def _forms(listing: Listing) -> tuple[str, ...]:
    """The deal forms that can be had."""
    barred = barred_forms(listing.deal_forms, [each.type for each in listing.encumbrances])
    return tuple(form for form in listing.deal_forms if form not in barred) if barred else listing.deal_forms


def _expiry(listing: Listing) -> int:
    """The day that platforms name, or the end of the right where that is earlier."""
    said = _day(listing.valid_until or "")
    ends = _day(last_day(listing.patent_number)) if listing.patent_number else 0
    return min(said, ends) if said and ends else said or ends


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values if len(values) == 1 else dict.fromkeys(values)) or NOT_KNOWN


@lru_cache(maxsize=CACHED)
def _classes(ipc: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sections and subclasses; a design has Locarno classes, which are not of the IPC."""
    codes = [code for code in ipc if code[:1].isalpha()]
    return _distinct([code[:1] for code in codes]), _distinct([code[:4] for code in codes if len(code) >= 4])


@lru_cache(maxsize=CACHED)
def prefecture(area: str) -> str:
    """The prefecture of a division in Hunan, the province of any other."""
    return area[:4] + "00" if area.startswith("43") else area[:2] + "0000"


@lru_cache(maxsize=CACHED)
def price_band(price: Price) -> str:
    """免费, 面议, or the band of the asked price."""
    if price.basis in ("free", "negotiable"):
        return price.basis
    fen = _asked(price)
    if fen is None:
        return UNKNOWN
    return next((name for name, wan in BANDS if fen <= wan * FEN_PER_WAN), "more")


@lru_cache(maxsize=CACHED)
def _asked(price: Price) -> int | None:
    """The lowest asked amount in 分; None when no amount is named."""
    if price.basis == "free":
        return 0
    amount = price.low or price.high
    return amount.fen if amount else None


@lru_cache(maxsize=CACHED)
def _day(text: str) -> int:
    """2025-03-01 → 20250301; a month or a year sorts before its days; 0 when it is not said."""
    digits = re.sub(r"\D", "", text)[:8]
    return int(digits.ljust(8, "0")) if len(digits) >= 4 else 0
