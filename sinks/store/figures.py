"""Figures from contributions: cells that are not published as points, and the recount that explains those that are.

The recount shares with the stream that publishes figures the declaration of each one (``schemas.figures``), its counting
rule above all, and no code: the rules are written a second time, in SQL (``counted`` of queries.sql).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from schemas.errors import NotFound
from schemas.figures import BY_ID, Counting
from schemas.figures.units import Unit
from schemas.figures.values import PROVINCE as PROVINCE
from schemas.records.sighting import AUTHORITIES
from sinks.store.database import Row, Snapshot, json
from sinks.store.statements import Composed, joined, parameter, statement

# Units of money, in 分; every other unit counts keys.
FEN_IN: Mapping[str, int] = MappingProxyType({unit.value: unit.fen for unit in Unit if unit.fen is not None})


@dataclass(frozen=True)
class Recount:
    """One cell of one window as the contributions give it. A key counts once, with the amount of the highest authority."""

    period: str
    area: str
    dimensions: dict[str, str]  # without area
    cut: str  # the dimensions as text, by which cells are sorted
    keys: int
    keys_with_amount: int
    fen: int | None  # sum of the amounts in 分; None: no key has one
    contributions: int
    received_at: str  # of the newest record behind it
    synthetic: bool


@dataclass(frozen=True)
class KeyAmount:
    """What one distinct key adds to a figure of money, where and when; ``event``: the one that names the amount."""

    key: str
    event: str
    dimensions: dict[str, str]  # several values of one are joined by ;
    counts_on: str | None  # None: a stock
    fen: int


@dataclass(frozen=True)
class Window:
    """Days from ``first`` to ``last``; both None: whatever is live now (a stock)."""

    period: str
    first: str | None
    last: str | None


def window(period: str, *, ytd: bool = False) -> Window:
    """The days of 2025-03, of 2025, or from the year's first to a month's end; ``current`` is a stock."""
    if period == "current":
        return Window(period, None, None)
    month = period[5:] or "12"
    return Window(
        period, f"{period[:4]}-01-01" if ytd or len(period) == 4 else f"{period}-01", f"{period[:4]}-{month}-31"
    )


def cells(
    db: Snapshot,
    indicator: str,
    windows: Sequence[Window],
    *,
    by: Sequence[str] = (),
    held: Mapping[str, str] | None = None,
    area: str = PROVINCE,
    spread: bool = False,
    as_of: str | None = None,
    until: int | None = None,
    at_end: bool = False,
) -> list[Recount]:
    """Counts and sums by window, area and ``by``, straight from the contributions held.

    ``as_of``: as they were held at that instant, ``until``: when the change of that number was the newest. ``held``:
    dimensions with a fixed value, besides area. ``spread``: one cell for each area and one for the province. ``at_end``: of a stock,
    what stood when each window ended.
    """
    return db.read(
        Recount,
        statement("cells", placed=_placed(as_of, until, at_end=at_end), fitting=statement("fitting"), cut=_cut(by)),
        **_asked(indicator, as_of),
        until=until,
        **{f"by{number}": name for number, name in enumerate(by)},
        held=json(dict(held or {})),
        area=area,
        spread=spread,
        periods=[each.period for each in windows],
        firsts=[each.first for each in windows],
        lasts=[each.last for each in windows],
    )


def amounts(db: Snapshot, indicator: str) -> list[KeyAmount]:
    """Every key of a figure of money that has an amount, as ``cells`` counts it."""
    return db.read(KeyAmount, statement("amounts", counted=_counted(None)), **_asked(indicator, None))


def contributions(
    db: Snapshot,
    indicator: str,
    window: Window,
    *,
    held: Mapping[str, str],
    area: str,
    as_of: str | None = None,
    at_end: bool = False,
) -> list[Row]:
    """Every live contribution behind one cell, by id."""
    return db.fetch(
        statement("cell_contributions", placed=_placed(as_of, at_end=at_end), fitting=statement("fitting")),
        {
            **_asked(indicator, as_of),
            "held": json(dict(held)),
            "area": area,
            "periods": [window.period],
            "firsts": [window.first],
            "lasts": [window.last],
        },
    )


def first_month(db: Snapshot, indicator: str, as_of: str | None = None) -> str | None:
    """In which the earliest of a stock began; None: nothing has a day."""
    held = statement("contributions_then" if as_of else "contributions_now")
    (found,) = db.fetch(statement("first_begun", contributions=held), {"indicator": indicator, "as_of": as_of})
    return str(found["day"])[:7] if found["day"] else None


def value_of(cell: Recount | None, unit: str) -> str:
    """The decimal string a cell is published with: keys counted, or money in its unit. An empty cell is 0."""
    if unit not in FEN_IN:
        return str(cell.keys if cell else 0)
    return money(cell.fen or 0 if cell else 0, unit)


def money(fen: int, unit: str) -> str:
    """分 in a unit of money, exact: 120500000 → 1205000.00 元."""
    whole = FEN_IN[unit]
    digits = len(str(whole)) - 1
    return str((Decimal(fen) / whole).quantize(Decimal(1).scaleb(-digits)))


def _counted(as_of: str | None, until: int | None = None) -> Composed:
    return statement("counted", contributions=_held(as_of, until))


def _placed(as_of: str | None, until: int | None = None, *, at_end: bool = False) -> Composed:
    if at_end:
        return statement("standing_at_ends", contributions=_held(as_of, until))
    return statement("placed", counted=_counted(as_of, until))


def _held(as_of: str | None, until: int | None) -> Composed:
    return statement(
        "contributions_until" if until is not None else "contributions_then" if as_of else "contributions_now"
    )


def _asked(indicator: str, as_of: str | None) -> dict[str, Any]:
    rule = counting_of(indicator).value
    return {"indicator": indicator, "as_of": as_of, "rule": rule, "authorities": list(AUTHORITIES)}


def counting_of(indicator: str) -> Counting:
    """The rule by which its distinct keys count. Raises NotFound: no figure has this id."""
    if indicator not in BY_ID:
        raise NotFound(f"{indicator!r} is no figure", next_step="/api/v1/statistics")
    return BY_ID[indicator].counting


def _cut(by: Sequence[str]) -> Composed:
    """The values of these dimensions; they are the parameters ``by0``, ``by1`` …"""
    if not by:
        return statement("uncut")
    names = [(parameter(f"by{number}"), f"value{number}") for number in range(len(by))]
    return statement(
        "cut",
        pairs=joined(statement("cut_pair", dimension=dimension, value=value) for dimension, value in names),
        values=joined(statement("cut_values", dimension=dimension, value=value) for dimension, value in names),
    )
