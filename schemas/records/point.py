"""Point 统计点: one published figure (tongda.statistic.v1, of money tongda.statistic-money.v1): absolute, never a delta; describes itself."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.records.base import Record

YEAR, MONTH = r"(19|20)\d\d", r"(19|20)\d\d-(0[1-9]|1[0-2])"
PERIOD = f"({MONTH}|{YEAR}|current)"  # of a point, as people type it


class Point(Record, frozen=True):
    """Key: ``transfers:area=430100;right_type=invention:2025-03``: dimensions sorted, an absent one means total.

    ``period`` is a month, a year (so far), or ``current`` for a stock. ``value`` is a decimal string in ``unit``.
    To readers without a key a sum of money has '' with the status Q, or the value of the newest vintage.
    """

    indicator: str
    label: str
    dimensions: dict[str, str]
    period: str
    value: str
    unit: str
    revision: int
    status: str  # OBS_STATUS: P provisional until a release freezes it
    as_of: str  # newest statement behind the figure (received_at)
    coverage: dict[str, str]  # amounts: keys with an amount / keys
    contributions: int  # live contributions behind it
    flags: tuple[str, ...]  # amount_disagreement, …
    def_version: int
    synthetic: bool

    @property
    def key(self) -> str:
        return point_key(self.indicator, self.dimensions, self.period)


def point_key(indicator: str, dimensions: Mapping[str, str], period: str) -> str:
    """The text under which a figure is published."""
    cell = ";".join(f"{name}={value}" for name, value in sorted(dimensions.items()))
    return f"{indicator}:{cell}:{period}"
