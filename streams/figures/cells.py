"""Cells: in which figures a distinct key counts, and what it adds there.

Everything here is a function of the set of the key's contributions: order, repetition and split change no figure.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from schemas.fields.date import month_of
from schemas.figures import Counting, Indicator
from schemas.figures.dimensions import AREA
from schemas.figures.values import PROVINCE
from schemas.records.contribution import Contribution
from schemas.records.sighting import rank_of

Cut = tuple[tuple[str, str], ...]  # dimensions with their values
Parts = tuple[str, ...]  # of a breakdown: ``dimension|value``
TOTAL = "|"  # the part without a further dimension
CURRENT = "current"  # the period of a stock
T = TypeVar("T")


class Addend(msgspec.Struct, frozen=True, array_like=True):
    """A contribution as it stands in the state under its indicator, distinct key and event."""

    event: str
    revision: int
    live: bool
    occurred_on: str | None
    dimensions: dict[str, str]
    fen: int | None  # its amount in 分
    authority: str
    synthetic: bool

    @classmethod
    def of(cls, one: Contribution) -> Addend:
        """Raises ``Reject``: money_unreadable."""
        fen = None if one.amount is None else one.amount.fen
        return cls(
            one.event, one.revision, one.live, one.occurred_on, one.dimensions, fen, one.authority, one.synthetic
        )

    @property
    def cut(self) -> Cut:
        return tuple(self.dimensions.items())

    @property
    def order(self) -> tuple[str, int, str, Cut]:
        """The earliest day first; of one day the most trusted, then the smaller id."""
        return (self.occurred_on or "", rank_of(self.authority), self.event, self.cut)


class Weight(msgspec.Struct, frozen=True, gc=False):
    """What one distinct key adds to a figure, or how that changes; counts, but for ``fen``."""

    keys: int = 0
    fen: int = 0  # money in 分
    with_amount: int = 0  # keys with an amount
    disputed: int = 0  # keys whose events name different amounts
    contributions: int = 0
    synthetic: int = 0  # keys with sample data behind them

    def minus(self, other: Weight) -> Weight:
        return Weight(
            self.keys - other.keys,
            self.fen - other.fen,
            self.with_amount - other.with_amount,
            self.disputed - other.disputed,
            self.contributions - other.contributions,
            self.synthetic - other.synthetic,
        )


NOTHING, ONE = Weight(), Weight(keys=1, contributions=1)


class Share(NamedTuple):
    """What the contributions of a key that count together add: a weight, and to which parts of which breakdowns."""

    weight: Weight
    parts: dict[str, Iterable[str]]  # by the name of the breakdown


NO_SHARE = Share(NOTHING, {})


def moves(before: Share, after: Share) -> list[Share]:
    """What a key that added ``before`` and now adds ``after`` changes; each part of a breakdown is moved once.

    A part that weighs what it did is among them: a figure may have a newer statement behind it.
    """
    if not before.parts:
        return [after] if after.parts else []
    stays = after.weight.minus(before.weight)
    if before.parts == after.parts:
        return [Share(stays, after.parts)]
    found: tuple[dict[str, Iterable[str]], ...] = ({}, {}, {})
    for name in before.parts | after.parts:
        was, now = set(before.parts.get(name, ())), set(after.parts.get(name, ()))
        for parts, each in zip(found, (now & was, now - was, was - now), strict=True):
            if each:
                parts[name] = each
    return [*map(Share, (stays, after.weight, NOTHING.minus(before.weight)), found)]


class Group:
    """Live contributions of one key that count together, kept in order: one more costs the same beside any number."""

    __slots__ = ("amounts", "cuts", "naming", "ordered", "synthetic")

    def __init__(self) -> None:
        self.ordered: list[tuple[str, int, str, Cut]] = []  # by day, authority, event
        self.naming: list[tuple[int, str, int]] = []  # those with an amount: authority, event, 分
        self.amounts: dict[int, int] = {}  # how often each was named
        self.cuts: dict[Cut, int] = {}
        self.synthetic = 0

    def add(self, addend: Addend) -> None:
        order = addend.order
        insort(self.ordered, order)
        self.cuts[order[3]] = self.cuts.get(order[3], 0) + 1
        self.synthetic += addend.synthetic
        if addend.fen is not None:
            insort(self.naming, (order[1], order[2], addend.fen))
            self.amounts[addend.fen] = self.amounts.get(addend.fen, 0) + 1

    def remove(self, addend: Addend) -> None:
        """Take away what was added."""
        order = addend.order
        del self.ordered[bisect_left(self.ordered, order)]
        taken_away(self.cuts, order[3])
        self.synthetic -= addend.synthetic
        if addend.fen is not None:
            del self.naming[bisect_left(self.naming, (order[1], order[2], addend.fen))]
            taken_away(self.amounts, addend.fen)

    def weight(self, indicator: Indicator) -> Weight:
        """One key, and its money once: of the most trusted contribution that names an amount."""
        if not (indicator.amount and self.naming):
            return Weight(keys=1, contributions=len(self.ordered), synthetic=int(self.synthetic > 0))
        return Weight(
            keys=1,
            fen=self.naming[0][2],
            with_amount=1,
            disputed=int(len(self.amounts) > 1),
            contributions=len(self.ordered),
            synthetic=int(self.synthetic > 0),
        )

    def share(self, indicator: Indicator, name: str) -> Share:
        """What it adds, and where; ``name``: the group's, by ``groups_of``."""
        if not self.ordered:
            return NO_SHARE
        if indicator.counting is Counting.WINDOW:
            each = [parts_of(indicator.id, (name,), cut) for cut in self.cuts]
            return Share(self.weight(indicator), each[0] if len(each) == 1 else together(each))
        (first, _, _, cut), last = self.ordered[0], self.ordered[-1][0]
        # Without a day comes first: a key of COMPLETE waits for that one.
        day = first if indicator.counting is not Counting.COMPLETE else last if first else ""
        return Share(self.weight(indicator), parts_of(indicator.id, periods(indicator.counting, day), cut))


def taken_away(counts: dict[T, int], one: T) -> None:
    """One less; what falls to nothing is no longer counted."""
    counts[one] -= 1
    if not counts[one]:
        del counts[one]


def groups_of(indicator: Indicator, addend: Addend) -> tuple[str, ...]:
    """With which others of its key a contribution counts: in a window those of the period, else all; () when not live."""
    if not addend.live:
        return ()
    return periods_of(addend.occurred_on) if indicator.counting is Counting.WINDOW else ("",)


def lone_share(indicator: Indicator, addend: Addend | None) -> Share:
    """What a key adds behind which stands one event alone: the same as in its groups, without making them."""
    if addend is None or not addend.live:
        return NO_SHARE
    has_amount = addend.fen is not None and indicator.amount is not None
    weight = ONE
    if has_amount or addend.synthetic:
        weight = Weight(1, addend.fen or 0 if has_amount else 0, int(has_amount), 0, 1, int(addend.synthetic))
    return Share(weight, parts_of(indicator.id, periods(indicator.counting, addend.occurred_on), addend.cut))


def periods(counting: Counting, day: str | None) -> tuple[str, ...]:
    """The periods in which something counts at this day."""
    return (CURRENT,) if counting is Counting.STOCK else periods_of(day)


def periods_of(day: str | None) -> tuple[str, ...]:
    """The month, if the date is that precise, and the year."""
    if not day:
        return ()
    month = month_of(day)
    return (month, day[:4]) if month else (day[:4],)


def parts_of(indicator: str, periods: Iterable[str], cut: Cut) -> dict[str, Iterable[str]]:
    """By breakdown, of the area and of the province in every period: its total and each further dimension alone."""
    area, parts = area_and_parts(cut)
    return {f"{indicator}|{each}|{period}": parts for period in periods for each in (area, PROVINCE)}


def together(several: Iterable[dict[str, Iterable[str]]]) -> dict[str, Iterable[str]]:
    """The parts of all of them."""
    found: dict[str, Iterable[str]] = {}
    for each in several:
        for name, parts in each.items():
            found[name] = {*found.get(name, ()), *parts}
    return found


@lru_cache(maxsize=65_536)
def area_and_parts(cut: Cut) -> tuple[str, Parts]:
    """The area, the total and each value of each further dimension."""
    further = (f"{name}|{value}" for name, values in cut if name != AREA.id for value in values.split(";"))
    return dict(cut)[AREA.id], (TOTAL, *dict.fromkeys(further))
