"""Figures of technology contracts 技术合同."""

from __future__ import annotations

from schemas.figures.conditions import patent_related
from schemas.figures.dimensions import CONTRACT_TYPE, PARTY_TYPE
from schemas.figures.distinct import numbered
from schemas.figures.indicator import Indicator, Reads
from schemas.figures.subjects import CONTRACT
from schemas.figures.units import Unit
from schemas.kinds.contract import Contract
from schemas.words import Term

REGISTERED = Reads(Contract, ("registered", "changed"))  # one whose registration is cancelled is none

CONTRACTS = (
    Indicator(
        id="contracts",
        label=Term("技术合同登记", "Technology contracts"),
        definition=Term(
            "已认定登记的技术合同；按合同登记编号计项，由卖方登记。",
            "Registered technology contracts, one for each contract number, registered by the seller.",
        ),
        unit=Unit.ITEMS,
        subject=CONTRACT,
        reads=(REGISTERED,),
        distinct=numbered("contract_number"),
        dimensions=(CONTRACT_TYPE,),
        revision_class="R2",
    ),
    Indicator(
        id="contract_value",
        label=Term("技术合同成交额", "Contract value"),
        definition=Term(
            "已登记技术合同的成交额，按卖方所在地。",
            "Value of registered technology contracts, by the seller's area.",
        ),
        unit=Unit.YUAN,
        subject=CONTRACT,
        reads=(REGISTERED,),
        distinct=numbered("contract_number"),
        dimensions=(CONTRACT_TYPE, PARTY_TYPE),
        amount="contract_value",
        revision_class="R2",
    ),
    Indicator(
        id="technology_value",
        label=Term("技术交易额", "Technology value"),
        definition=Term(
            "已登记技术合同的技术交易额，即成交额扣除设备、材料等费用，按卖方所在地；每号只计一次。",
            "What registered contracts pay for technology alone, without equipment and material, by the seller's area,"
            " once for each number.",
        ),
        unit=Unit.YUAN,
        subject=CONTRACT,
        reads=(REGISTERED,),
        distinct=numbered("contract_number"),
        dimensions=(CONTRACT_TYPE,),
        amount="technology_value",
        revision_class="R2",
    ),
    Indicator(
        id="patent_contract_value",
        label=Term("涉及专利的技术合同成交额", "Value of patent-related contracts"),
        definition=Term(
            "知识产权类型载明专利或列有专利号的技术合同成交额，按卖方所在地；每号只计一次。",
            "Value of contracts whose type of property names patents or that list a patent number, by the seller's"
            " area, once for each number.",
        ),
        unit=Unit.YUAN,
        subject=CONTRACT,
        reads=(REGISTERED,),
        distinct=numbered("contract_number"),
        dimensions=(CONTRACT_TYPE, PARTY_TYPE),
        condition=patent_related,
        amount="contract_value",
        revision_class="R2",
    ),
)
