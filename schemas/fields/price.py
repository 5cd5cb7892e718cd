"""Price 意向价: what a listing asks or offers."""

from __future__ import annotations

from typing import Literal

from schemas.fields.money import Money
from schemas.records.base import Record

PriceBasis = Literal["lump_sum", "entry_fee_and_royalty", "royalty", "per_year", "free", "negotiable", "unknown"]


class Price(Record, frozen=True, kw_only=True):
    """An intention, not a deal. 面议 is ``negotiable`` without numbers, never 0; 免费 is ``free``."""

    basis: PriceBasis
    low: Money | None = None
    high: Money | None = None
    text: str  # as the platform words it; empty when it says nothing


NO_PRICE = Price(basis="unknown", text="")
