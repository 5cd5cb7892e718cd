"""Contribution: what one event adds to one indicator. Point: one published figure."""

from __future__ import annotations

from schemas.fields.money import Money
from schemas.records.raw import Frozen


class Contribution(Frozen):
    """What one event adds to one indicator (tongda.contribution). Key: ``indicator|distinct|event``.

    A higher revision of the same event replaces the lower one; what is withdrawn stays with ``live`` False and no
    amount, never as a null: the guard by revision would die with it. ``dimensions`` always has ``area``.
    """

    indicator: str
    distinct: str  # what is counted once: patent+event, contract number, …
    event: str
    revision: int
    live: bool = True
    occurred_on: str | None = None  # RecordedDate; None only for stocks
    dimensions: dict[str, str]
    amount: Money | None = None
    amount_missing: bool = False  # the indicator sums money and this event names none: lowers coverage
    authority: str = "vendor"  # whose amount wins when several events stand behind one distinct key
    received_at: str
    synthetic: bool = False

    @property
    def key(self) -> str:
        return f"{self.indicator}|{self.distinct}|{self.event}"


class Point(Frozen):
    """One figure as published (tongda.statistic.v1): absolute, never a delta; describes itself.

    Key: ``transfers:area=430100;right_type=invention:2025-03``: dimensions sorted, an absent one means total.
    ``period`` is a month, a year (so far), or ``current`` for a stock. ``value`` is a decimal string in ``unit``.
    """

    indicator: str
    label: str
    dimensions: dict[str, str]
    period: str
    value: str
    unit: str
    revision: int
    status: str = "P"  # OBS_STATUS: P provisional until a release freezes it
    as_of: str  # newest statement behind the figure (received_at)
    coverage: dict[str, str] = {}  # amounts: keys with an amount / keys
    contributions: int = 0  # live contributions behind it
    flags: tuple[str, ...] = ()  # amount_disagreement, …
    def_version: int = 1
    synthetic: bool = False

    @property
    def key(self) -> str:
        return point_key(self.indicator, self.dimensions, self.period)


def point_key(indicator: str, dimensions: dict[str, str], period: str) -> str:
    """The text under which a figure is published."""
    cell = ";".join(f"{name}={value}" for name, value in sorted(dimensions.items()))
    return f"{indicator}:{cell}:{period}"
