"""Derived figures 派生指标: a share or a difference of two published figures. Computed when it is read, never stored.

Both sides are figures of their own, checked and explained as such; from their unrounded values follows this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from schemas.figures.units import Unit
from schemas.figures.values import OUTSIDE
from schemas.words import Term

TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Side:
    """A figure, whole or with one dimension held to a value."""

    indicator: str
    held: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Derived:
    """``first / second`` in per cent when ``unit`` is 百分比, else ``first − second``."""

    id: str
    label: Term
    definition: Term
    unit: Unit
    first: Side
    second: Side
    version: int = 1  # rises when another value follows from the same sides

    def of(self, first: Decimal, second: Decimal) -> Decimal | None:
        """A share to one tenth, half up, as the bureau's workbooks round; None: it is of nothing."""
        if self.unit is not Unit.PERCENT:
            return first - second
        return (first * 100 / second).quantize(TENTH, ROUND_HALF_UP) if second else None


DERIVED = (
    Derived(
        id="transfer_net",
        label=Term("专利净流入", "Net transfers into Hunan"),
        definition=Term(
            "省外流入的专利转让次数减去流出省外的次数；受让方或转让方所在地不明的两边都不计。",
            "Transfers from other provinces minus transfers to other provinces; those from or to an unknown place are in"
            " neither.",
        ),
        unit=Unit.TIMES,
        first=Side("transfer_inflow"),
        second=Side("transfer_flows", {"counter_area": OUTSIDE}),
    ),
    Derived(
        id="inclusive_loan_share",
        label=Term("普惠项目占比", "Share of inclusive loans"),
        definition=Term(
            "贷款不超过1000万元（含）的质押项目占全部质押登记项目的百分比；未载明金额的计入全部，不计入普惠。",
            "Pledges with a loan of up to ¥10 million in per cent of all; one whose amount nobody states is in all and not"
            " in the part.",
        ),
        unit=Unit.PERCENT,
        first=Side("pledges", {"loan_band": "le_10m"}),
        second=Side("pledges"),
    ),
    Derived(
        id="patent_contract_share",
        label=Term("涉及专利的技术合同占比", "Share of contracts with patents"),
        definition=Term(
            "涉及专利的技术合同成交额占全部技术合同成交额的百分比；按未取整的金额计算。",
            "Value of contracts with patents in per cent of the value of all, from unrounded amounts.",
        ),
        unit=Unit.PERCENT,
        first=Side("patent_contract_value"),
        second=Side("contract_value"),
    ),
)
