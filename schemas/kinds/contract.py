"""Contract 技术合同: a technology contract registered 认定登记 by its seller."""

from __future__ import annotations

from typing import Annotated, Literal

from schemas.errors import Reject
from schemas.kinds.columns import Amount, Day, Number, Parties, Patents, Text, Title
from schemas.kinds.identity import Identity, official
from schemas.kinds.occurrence import Occurrence, says
from schemas.subjects import contract_subject, name_of
from schemas.words import Term

ContractType = Literal["development", "transfer", "licence", "consulting", "service", "other"]
CONTRACT_TYPES = {
    "development": Term("技术开发", "Development"),
    "transfer": Term("技术转让", "Transfer"),
    "licence": Term("技术许可", "Licence"),
    "consulting": Term("技术咨询", "Consulting"),
    "service": Term("技术服务", "Service"),
    "other": Term("其他", "Other"),
}


class Contract(Occurrence, frozen=True):
    """One registered contract; its subject is always its contract number."""

    name, label, secrecy = "contract", Term("技术合同", "Technology contract"), "shared"
    phases = {
        "registered": Term("已登记", "Registered"),
        "changed": Term("已变更", "Changed"),
        "cancelled": Term("已注销", "Cancelled"),
    }
    giver, taker, counts_on = "seller", "buyer", "registered_on"
    stated_on = ("registered_on", "signed_on")
    named_on = ("registered_on", "signed_on")

    contract_number: Annotated[Number, says("合同登记编号", "Contract number")]
    title: Annotated[Title | None, says("项目名称", "Title", is_disputed=False)] = None
    contract_type: Annotated[
        ContractType | None, says("合同类别", "Contract type", otherwise="other", values=CONTRACT_TYPES)
    ] = None
    seller: Annotated[Parties, says("卖方", "Seller")] = ()
    buyer: Annotated[Parties, says("买方", "Buyer")] = ()
    patents: Annotated[Patents, says("专利号", "Patents")] = ()
    intellectual_property: Annotated[Text | None, says("知识产权类型", "Intellectual property")] = None
    registered_on: Annotated[Day | None, says("认定登记日", "Registered on")] = None
    signed_on: Annotated[Day | None, says("签订日期", "Signed on")] = None
    contract_value: Annotated[Amount | None, says("成交额", "Contract value")] = None
    technology_value: Annotated[Amount | None, says("技术交易额", "Technology value")] = None

    def __post_init__(self) -> None:
        """0 ≤ 技术交易额 ≤ 成交额. Raises ``contract_values_inverted``."""
        technology, whole = self.technology_value, self.contract_value
        if technology and whole and not 0 <= technology.fen <= whole.fen:
            raise Reject("contract_values_inverted", "技术交易额 is above 成交额")

    @property
    def patent_related(self) -> bool:
        """涉及专利: 知识产权类型 names patents, or a patent number is given (docs/domain.md#contracts)."""
        return bool(self.patents) or "专利" in (self.intellectual_property or "")

    def subjects(self) -> tuple[str, ...]:
        return (contract_subject(self.contract_number),)

    def identity(self, subject: str, phase: str) -> Identity:
        return official(name_of(subject))
