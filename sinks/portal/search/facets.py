"""Facets: by which properties results are narrowed, and which values each of them can have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from schemas.fields.divisions import divisions
from schemas.fields.party import PartyType
from schemas.figures.values import INDUSTRY_VALUES, PREFECTURES
from schemas.kinds import KINDS
from schemas.kinds.legal_status import ENDED, REACHED
from schemas.kinds.offering import DEAL_FORMS, STAGES
from schemas.records.listing import ListingState
from schemas.words import Term

UNKNOWN = "unknown"
SHOWN_STATES = ("open", "reserved")  # what results hold unless other states are asked for
FOUND_STATES = (*SHOWN_STATES, "pending", "concluded", "expired", "withdrawn")
RIGHT_TYPES = ("invention", "utility_model", "design")
PRICE_BANDS = ("free", "negotiable", "le_10", "le_50", "le_200", "more")  # le_10: up to 100,000 yuan
SECTIONS = tuple("ABCDEFGH")  # of the IPC
LISTING_KINDS = tuple(kind.name for kind in KINDS if kind.is_listing)


def is_division(code: str) -> bool:
    """In force by GB/T 2260."""
    return code in divisions()


def provinces() -> tuple[str, ...]:
    """What a listing outside of Hunan has for its prefecture; 430000 where no prefecture is known."""
    return tuple(code for code in divisions() if code.endswith("0000"))


@dataclass(frozen=True)
class Facet:
    """One property of a listing. Either ``codes`` names every value, or ``pattern`` says how a value looks and ``known``
    which of those there are."""

    name: str
    label: Term
    codes: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""
    known: Callable[[str], bool] = bool

    def accepts(self, value: str) -> bool:
        """Whether it can have this value at all."""
        if self.codes:
            return value in self.codes
        return value == UNKNOWN or (re.fullmatch(self.pattern, value) is not None and self.known(value))

    @property
    def accepted(self) -> str:
        return ", ".join(self.codes) if self.codes else f"{self.example} or {UNKNOWN}"


COUNTY = r"\d{4}(?!00)\d\d"
WORD = r"[^\x00-\x1f\x7f]{1,60}"  # a platform may use a word of its own where its source.yml translates none
_TABLE = (
    Facet("kind", Term("类别", "Kind"), LISTING_KINDS),
    Facet("industry", Term("产业", "Industry"), (*INDUSTRY_VALUES, UNKNOWN)),
    Facet("area", Term("市州", "Prefecture"), (*PREFECTURES, *provinces(), UNKNOWN)),
    Facet("county", Term("县区", "County"), pattern=COUNTY, example="a county of GB/T 2260, 430104", known=is_division),
    Facet("right_type", Term("专利类型", "Right"), (*RIGHT_TYPES, UNKNOWN)),
    Facet("section", Term("IPC部", "IPC section"), (*SECTIONS, UNKNOWN)),
    Facet("subclass", Term("IPC小类", "IPC subclass"), pattern=r"[A-H]\d\d[A-Z]", example="C12N"),
    Facet("deal_form", Term("交易方式", "Deal form"), pattern=WORD, example=next(iter(DEAL_FORMS))),
    Facet("price", Term("价格", "Price"), (*PRICE_BANDS, UNKNOWN)),
    Facet("stage", Term("成熟度", "Maturity"), pattern=WORD, example=next(iter(STAGES))),
    Facet("owner_type", Term("权利人类型", "Owner"), get_args(PartyType)),
    Facet("legal_status", Term("法律状态", "Legal status"), (*sorted(ENDED | REACHED), "preserved", UNKNOWN)),
    Facet("open_licence", Term("开放许可", "Open licence"), ("yes", "no")),
    Facet("encumbrance", Term("权利负担", "Encumbrance"), ("pledge", "exclusive_licence", "none")),
    Facet("source", Term("平台", "Platform"), pattern=r"[a-z0-9_]{1,60}", example="hn_ip_service"),
    Facet("state", Term("状态", "State"), get_args(ListingState)),
)
FACETS: Mapping[str, Facet] = MappingProxyType({facet.name: facet for facet in _TABLE})
