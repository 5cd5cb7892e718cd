"""Unit 单位: in what a figure is counted or paid; its value is the code on the wire."""

from __future__ import annotations

from enum import StrEnum

from schemas.words import Term


class Unit(StrEnum):
    """``Unit("次") is Unit.TIMES``; money knows how many 分 one of it has, a count has none."""

    TIMES = "次"
    PATENTS = "件"
    ITEMS = "项"
    COPIES = "份"
    ENTERPRISES = "家"
    LISTINGS = "条"
    MEETINGS = "场"
    CENTRES = "个"
    PERCENT = "%"
    YUAN = "元"
    WAN_YUAN = "万元"
    YI_YUAN = "亿元"

    @property
    def label(self) -> Term:
        return Term(self.value, _ENGLISH[self])

    @property
    def fen(self) -> int | None:
        """分 in one of this unit; None: not money."""
        return _FEN.get(self)

    @property
    def is_money(self) -> bool:
        return self in _FEN


def is_money(unit: str) -> bool:
    """Whether a unit, as it is written, is one of money; what no release knows is none."""
    return unit in _MONEY


_ENGLISH = {
    Unit.TIMES: "times",
    Unit.PATENTS: "patents",
    Unit.ITEMS: "items",
    Unit.COPIES: "contracts",
    Unit.ENTERPRISES: "enterprises",
    Unit.LISTINGS: "listings",
    Unit.MEETINGS: "events",
    Unit.CENTRES: "centres",
    Unit.PERCENT: "%",
    Unit.YUAN: "CNY",
    Unit.WAN_YUAN: "10,000 CNY",
    Unit.YI_YUAN: "100 million CNY",
}
_FEN = {Unit.YUAN: 100, Unit.WAN_YUAN: 1_000_000, Unit.YI_YUAN: 10_000_000_000}
_MONEY = frozenset(unit.value for unit in _FEN)
