"""Contract 技术合同: a technology contract registered 认定登记 by its seller."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.errors import Reject
from schemas.fields.date import RecordedDate
from schemas.fields.money import Money
from schemas.fields.party import Party
from schemas.fields.patent_number import PatentNumber
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import contract_subject

ContractType = Literal["development", "transfer", "licence", "consulting", "service", "other"]


class Contract(Occurrence):
    """One registered contract; its subject is always its contract number."""

    name, label, counts_on, secrecy = "contract", "技术合同", "registered_on", "shared"
    phases = ("registered", "changed", "cancelled")
    giver, taker = "seller", "buyer"

    contract_number: str = Field(min_length=1, title="合同登记编号")
    title: str | None = Field(None, title="项目名称")
    contract_type: ContractType = Field("other", title="合同类别")
    seller: tuple[Party, ...] = Field((), title="卖方")
    buyer: tuple[Party, ...] = Field((), title="买方")
    patents: tuple[PatentNumber, ...] = Field((), title="专利号")
    intellectual_property: str | None = Field(None, title="知识产权类型")
    registered_on: RecordedDate | None = Field(None, title="认定登记日")
    signed_on: RecordedDate | None = Field(None, title="签订日期")
    contract_value: Money | None = Field(None, title="成交额")
    technology_value: Money | None = Field(None, title="技术交易额")

    @property
    def patent_related(self) -> bool:
        """涉及专利: the 知识产权类型 names patents, or a patent number is given (domain.md §11)."""
        return bool(self.patents) or "专利" in (self.intellectual_property or "")

    @model_validator(mode="after")
    def values_in_order(self) -> Self:
        """0 ≤ 技术交易额 ≤ 成交额."""
        if (
            self.technology_value is not None
            and self.contract_value is not None
            and not 0 <= self.technology_value <= self.contract_value
        ):
            raise Reject("contract_values_inverted", "技术交易额 is above 成交额")
        return self

    def subjects(self) -> tuple[str, ...]:
        return (contract_subject(self.contract_number),)
