"""Product 专利产品: what a firm makes or sells under its patents, filed 备案 and certified 认定 as patent-intensive."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from schemas.fields.names import name_key
from schemas.kinds.columns import Day, Industries, Number, Parties, Patents, Text, Title
from schemas.kinds.identity import Identity, joined, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import name_of, patent_subject
from schemas.words import Term


class Product(Occurrence, frozen=True):
    """One filed product and its patents; income and market share are the firm's secret and are not read."""

    name, label = "product", Term("专利产品", "Patent product")
    phases = {
        "filed": Term("已备案", "Filed"),
        "certified": Term("已认定", "Certified"),
        "cancelled": Term("已注销", "Cancelled"),
    }
    giver, counts_on = "enterprise", "filed_on"
    stated_on = ("certified_on", "filed_on")
    named_on = ("filed_on",)

    patents: Annotated[Patents, Meta(min_length=1), says("对应专利号", "Patents")]
    title: Annotated[Title, says("产品名称", "Product", is_disputed=False)]
    enterprise: Annotated[Parties, says("企业名称", "Enterprise")] = ()
    filing_number: Annotated[Number | None, says("备案编号", "Filing number")] = None
    model: Annotated[Text | None, says("产品型号", "Model")] = None
    industries: Annotated[Industries, says("产业", "Industries")] = ()
    filed_on: Annotated[Day | None, says("备案日期", "Filed on")] = None
    certified_on: Annotated[Day | None, says("认定日期", "Certified on")] = None

    def subjects(self) -> tuple[str, ...]:
        return tuple(map(patent_subject, self.patents))

    def identity(self, subject: str, phase: str) -> Identity:
        """The filing number; a product without one is named by its firm, its name and its model."""
        if self.filing_number:
            return official(name_of(subject), self.filing_number)
        firm = joined(frozenset(party.credit_code or party.key for party in self.enterprise))
        return official(name_of(subject), firm, name_key(self.title), self.model or "")
