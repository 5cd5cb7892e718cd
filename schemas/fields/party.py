"""Party 当事人: who gave, who took, and what is known of them."""

from __future__ import annotations

import unicodedata
from typing import Literal

from pydantic import Field

from schemas.raw_record import Frozen

PartyType = Literal[
    "university", "research_institute", "enterprise", "public_body", "individual", "hospital", "financial_institution", "unknown"
]


class Party(Frozen):
    """One party as a statement names it. A natural person's name is masked (张*) before it gets here."""

    name: str = Field(title="名称")
    key: str = Field(title="比对名")                      # name_key(name); a person's key is a keyless hash of the masked name
    party_type: PartyType = Field("unknown", title="类型")
    credit_code: str | None = Field(None, title="统一社会信用代码")
    region: str | None = Field(None, title="行政区划")     # six digits
    sme: Literal["yes", "no", "unknown"] = Field("unknown", title="中小企业")
    sme_on: str | None = Field(None, title="中小企业依据日期")


def name_key(name: str) -> str:
    """The form in which two names are compared, never shown: NFKC, one kind of bracket, no blanks between CJK (domain.md §8)."""
    return unicodedata.normalize("NFKC", name).replace(" ", "").strip("。;")
