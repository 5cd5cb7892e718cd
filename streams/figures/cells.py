"""Cells: in which figures a distinct key counts, and what it adds there. Pure functions of its contributions.

Every order, repetition and split of the same contributions therefore gives the same figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from schemas.fields.date import month_of
from schemas.fields.money import Money
from schemas.figures import Counting, Indicator
from schemas.figures.dimensions import AREA
from schemas.figures.values import PROVINCE
from schemas.records.base import Record
from schemas.records.contribution import Contribution
from schemas.records.sighting import rank_of

Cell = str  # indicator|area|dimension|its value|period: one text, because its hash is looked up for every move
CURRENT = "current"  # the period of a stock


class Addend(Record, frozen=True, kw_only=True):
    """A contribution as it stands in the state under its indicator and distinct key."""

    event: str
    revision: int
    live: bool
    occurred_on: str | None = None
    dimensions: dict[str, str]
    amount: Money | None = None
    authority: str
    received_at: str
    synthetic: bool = False

    @classmethod
    def of(cls, contribution: Contribution) -> Addend:
        return msgspec.convert(contribution, cls, from_attributes=True)


class Weight(msgspec.Struct, array_like=True, gc=False):
    """What one distinct key adds to a figure, and the sum of that over all keys; counts, but for ``fen``."""

    keys: int = 0
    fen: int = 0  # money in 分
    with_amount: int = 0  # keys with an amount
    disputed: int = 0  # keys whose events name different amounts
    contributions: int = 0
    synthetic: int = 0  # keys with sample data behind them


NOTHING = Weight()


class Share(NamedTuple):
    """The periods in which a key counts alike: ``first`` gives the dimensions, ``behind`` all that it rests on."""

    periods: Sequence[str]
    first: Sequence[Addend]
    behind: Sequence[Addend]


def cells(indicator: Indicator, addends: Iterable[Addend]) -> dict[Cell, Weight]:
    """Every figure in which a distinct key with these contributions counts, and what it adds there."""
    live = sorted((addend for addend in addends if addend.live), key=in_order)
    found: dict[Cell, Weight] = {}
    if not live:
        return found
    for periods, first, behind in COUNTING[indicator.counting](live):
        weight = weight_of(indicator, behind)
        for addend in first:
            for period in periods:
                found |= dict.fromkeys(cuts(indicator.id, period, *addend.dimensions.items()), weight)
    return found


def in_order(addend: Addend) -> tuple[str, int, str]:
    """The earliest day first; of one day the most trusted, then the smaller id."""
    return (addend.occurred_on or "", rank_of(addend.authority), addend.event)


def once(live: Sequence[Addend]) -> Iterator[Share]:
    yield Share(periods_of(live[0].occurred_on), live[:1], live)


def complete(live: Sequence[Addend]) -> Iterator[Share]:
    """A number is free only when its last patent is."""
    if all(addend.occurred_on for addend in live):
        yield Share(periods_of(live[-1].occurred_on), live[:1], live)


def window(live: Sequence[Addend]) -> Iterator[Share]:
    by_period: dict[str, list[Addend]] = defaultdict(list)
    for addend in live:
        for period in periods_of(addend.occurred_on):
            by_period[period].append(addend)
    for period, those in by_period.items():
        yield Share((period,), those, those)


def stock(live: Sequence[Addend]) -> Iterator[Share]:
    yield Share((CURRENT,), live[:1], live)


COUNTING: Mapping[Counting, Callable[[Sequence[Addend]], Iterator[Share]]] = {
    Counting.ONCE: once,
    Counting.WINDOW: window,
    Counting.COMPLETE: complete,
    Counting.STOCK: stock,
}


def periods_of(day: str | None) -> tuple[str, ...]:
    """The month, if the date is that precise, and the year."""
    if day is None:
        return ()
    month = month_of(day)
    return (month, day[:4]) if month else (day[:4],)


def weight_of(indicator: Indicator, behind: Sequence[Addend]) -> Weight:
    """One key, and its money once: of the most trusted contribution that names an amount."""
    weight = Weight(keys=1, contributions=len(behind), synthetic=int(any(addend.synthetic for addend in behind)))
    if indicator.amount:
        named = [
            (rank_of(addend.authority), addend.event, addend.amount.fen)
            for addend in behind
            if addend.amount is not None
        ]
        if named:
            weight.fen, weight.with_amount = min(named)[2], 1
            weight.disputed = int(len({fen for *_, fen in named}) > 1)
    return weight


@lru_cache(maxsize=65_536)
def cuts(indicator: str, period: str, *dimensions: tuple[str, str]) -> tuple[Cell, ...]:
    """The total of the area and of the province, and each of their further dimensions alone."""
    further = [f"{name}|{value}" for name, values in dimensions if name != AREA.id for value in values.split(";")]
    return tuple(
        f"{indicator}|{area}|{cut}|{period}"
        for area in (dict(dimensions)[AREA.id], PROVINCE)
        for cut in ("|", *further)
    )
