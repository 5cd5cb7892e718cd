"""Cells: in which figures a distinct key counts, and what it adds there.

Everything here is a function of the set of the key's contributions: order, repetition and split change no figure.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

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
Cut = tuple[tuple[str, str], ...]  # dimensions with their values
CURRENT = "current"  # the period of a stock
T = TypeVar("T")


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

    @property
    def order(self) -> tuple[str, int, str, Cut]:
        """The earliest day first; of one day the most trusted, then the smaller id."""
        return (self.occurred_on or "", rank_of(self.authority), self.event, tuple(self.dimensions.items()))


class Weight(msgspec.Struct, array_like=True, gc=False):
    """What one distinct key adds to a figure, and the sum of that over all keys; counts, but for ``fen``."""

    keys: int = 0
    fen: int = 0  # money in 分
    with_amount: int = 0  # keys with an amount
    disputed: int = 0  # keys whose events name different amounts
    contributions: int = 0
    synthetic: int = 0  # keys with sample data behind them


NOTHING = Weight()


class Group:
    """Live contributions of one key that count together, kept in order: one more costs the same beside any number."""

    __slots__ = ("amounts", "cuts", "naming", "ordered", "synthetic")

    def __init__(self) -> None:
        self.ordered: list[tuple[str, int, str, Cut]] = []  # by day, authority, event
        self.naming: list[tuple[int, str, int]] = []  # those with an amount: authority, event, 分
        self.amounts: Counter[int] = Counter()
        self.cuts: Counter[Cut] = Counter()
        self.synthetic = 0

    def add(self, addend: Addend) -> None:
        order = addend.order
        insort(self.ordered, order)
        self.cuts[order[3]] += 1
        self.synthetic += addend.synthetic
        if addend.amount is not None:
            insort(self.naming, (order[1], order[2], addend.amount.fen))
            self.amounts[addend.amount.fen] += 1

    def remove(self, addend: Addend) -> None:
        """Take away what was added."""
        order = addend.order
        del self.ordered[bisect_left(self.ordered, order)]
        taken_away(self.cuts, order[3])
        self.synthetic -= addend.synthetic
        if addend.amount is not None:
            del self.naming[bisect_left(self.naming, (order[1], order[2], addend.amount.fen))]
            taken_away(self.amounts, addend.amount.fen)

    def weight(self, indicator: Indicator) -> Weight:
        """One key, and its money once: of the most trusted contribution that names an amount."""
        weight = Weight(keys=1, contributions=len(self.ordered), synthetic=int(self.synthetic > 0))
        if indicator.amount and self.naming:
            weight.fen, weight.with_amount, weight.disputed = self.naming[0][2], 1, int(len(self.amounts) > 1)
        return weight


def taken_away(counter: Counter[T], one: T) -> None:
    """One less; what falls to nothing is no longer in the counter."""
    counter[one] -= 1
    if not counter[one]:
        del counter[one]


def groups_of(indicator: Indicator, addend: Addend) -> tuple[str, ...]:
    """With which others of its key a contribution counts: in a window those of the period, else all; () when not live."""
    if not addend.live:
        return ()
    return periods_of(addend.occurred_on) if indicator.counting is Counting.WINDOW else ("",)


def cells(indicator: Indicator, name: str, group: Group) -> dict[Cell, Weight]:
    """Every figure in which the key counts for the contributions of this group, and what it adds there."""
    if not group.ordered:
        return {}
    weight, first = group.weight(indicator), group.ordered[0][3]
    whose: Sequence[Cut] = tuple(group.cuts) if indicator.counting is Counting.WINDOW else (first,)
    found: dict[Cell, Weight] = {}
    for cut in whose:
        for period in periods(indicator.counting, name, group):
            found |= dict.fromkeys(cells_of(indicator.id, period, cut), weight)
    return found


def periods(counting: Counting, name: str, group: Group) -> tuple[str, ...]:
    """The periods in which the key counts for this group."""
    first, last = group.ordered[0][0], group.ordered[-1][0]
    if counting is Counting.WINDOW:
        return (name,)
    if counting is Counting.STOCK:
        return (CURRENT,)
    if counting is Counting.COMPLETE:
        return periods_of(last) if first else ()  # without a day comes first: that one is not complete
    return periods_of(first)


def periods_of(day: str | None) -> tuple[str, ...]:
    """The month, if the date is that precise, and the year."""
    if not day:
        return ()
    month = month_of(day)
    return (month, day[:4]) if month else (day[:4],)


@lru_cache(maxsize=65_536)
def cells_of(indicator: str, period: str, cut: Cut) -> tuple[Cell, ...]:
    """The total of the area and of the province, and each of their further dimensions alone."""
    further = [f"{name}|{value}" for name, values in cut if name != AREA.id for value in values.split(";")]
    return tuple(
        f"{indicator}|{area}|{each}|{period}" for area in (dict(cut)[AREA.id], PROVINCE) for each in ("|", *further)
    )
