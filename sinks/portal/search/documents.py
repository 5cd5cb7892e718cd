"""Listing → what it is found by, filtered by and sorted by (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.fields.price import Price
from schemas.records.listing import Listing
from sinks.portal.search.facets import UNKNOWN
from sinks.portal.search.text import index_tokens, word_token

FEN_PER_WAN = 1_000_000
BANDS = (("le_10", 10), ("le_50", 50), ("le_200", 200))  # up to so many 万元


@dataclass(frozen=True)
class Document:
    """What the index keeps of one listing. ``facets``: value tuples by facet name."""

    id: str
    title: frozenset[int]
    keywords: frozenset[int]
    text: frozenset[int]  # everything, title and keywords included
    facets: dict[str, tuple[str, ...]]
    complete: bool
    posted: int  # yyyymmdd, 0 unknown
    price: int | None  # 分
    expiry: int  # yyyymmdd, 0 unknown


def document(listing: Listing) -> Document:
    """A listing as the index holds it."""
    title = frozenset(index_tokens(listing.title, characters=True))
    words = (*listing.keywords, *listing.applications)
    keywords = frozenset(token for word in words for token in index_tokens(word, characters=True))
    names = frozenset(index_tokens(listing.owner.name if listing.owner else "", characters=True))
    number = frozenset({word_token(listing.patent_number)}) if listing.patent_number else frozenset()
    text = frozenset(index_tokens(listing.summary)) | title | keywords | names | number
    return Document(
        listing.id,
        title,
        keywords,
        text,
        facets(listing),
        not listing.missing,
        _day(listing.posted_on),
        _asked(listing.price),
        _day(listing.valid_until),
    )


def facets(listing: Listing) -> dict[str, tuple[str, ...]]:
    """The values of every facet; what is not known is the value ``unknown``."""
    area, owner = listing.area or "", listing.owner
    ipc = [code for code in listing.ipc if code[:1].isalpha()]  # a design has Locarno classes
    found: dict[str, Iterable[str]] = {
        "kind": (listing.kind,),
        "state": (listing.state,),
        "industry": listing.industries,
        "area": (prefecture(area),) if area else (),
        "county": (area,) if area and not area.endswith("00") else (),
        "right_type": (listing.right_type or UNKNOWN,),
        "section": (code[:1] for code in ipc),
        "subclass": (code[:4] for code in ipc if len(code) >= 4),
        "deal_form": listing.deal_forms,
        "price": (price_band(listing.price),),
        "stage": (listing.stage or UNKNOWN,),
        "owner_type": (owner.party_type if owner else UNKNOWN,),
        "legal_status": (listing.legal_status or UNKNOWN,),
        "open_licence": ("yes" if listing.open_licence else "no",),
        "encumbrance": [each.type for each in listing.encumbrances] or ("none",),
        "source": (each.source for each in listing.sources),
    }
    return {name: tuple(dict.fromkeys(values)) or (UNKNOWN,) for name, values in found.items()}


def prefecture(area: str) -> str:
    """The prefecture of a division in Hunan, the province of any other."""
    return area[:4] + "00" if area.startswith("43") else area[:2] + "0000"


def price_band(price: Price) -> str:
    """免费, 面议, or the band of the asked price."""
    if price.basis in ("free", "negotiable"):
        return price.basis
    fen = _asked(price)
    if fen is None:
        return UNKNOWN
    return next((name for name, wan in BANDS if fen <= wan * FEN_PER_WAN), "more")


def _asked(price: Price) -> int | None:
    """The lowest asked amount in 分; None when no amount is named."""
    if price.basis == "free":
        return 0
    amount = price.low or price.high
    return amount.fen if amount else None


def _day(text: str | None) -> int:
    """2025-03-01 → 20250301; a month or a year sorts before its days."""
    digits = re.sub(r"\D", "", text or "")[:8]
    return int(digits.ljust(8, "0")) if len(digits) >= 4 else 0
