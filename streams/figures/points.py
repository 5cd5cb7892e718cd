"""Points 统计点: what stands behind a figure, and the figure as it is published (tongda.statistic.v1)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import msgspec

from schemas.errors import HubError
from schemas.fields.money import Money
from schemas.figures import BY_ID, Indicator
from schemas.figures.dimensions import AREA
from schemas.records.point import Point, point_key
from schemas.topics import STATISTIC
from schemas.wire import encode
from streams.figures.cells import Cell, Weight
from streams.processor import Output, cloud_event


class Sum(msgspec.Struct, array_like=True, gc=False):
    """What all distinct keys add to one figure; changed in place, because every key moves dozens of sums.

    ``revision`` rises with every change of what the figure says; ``as_of`` never falls.
    """

    weight: Weight = msgspec.field(default_factory=Weight)
    revision: int = 0
    as_of: str = ""

    def move(self, old: Weight, new: Weight, rise: int, as_of: str) -> bool:
        """A key that weighed ``old`` here now weighs ``new``; False: the figure says what it said."""
        if old == new and as_of <= self.as_of:
            return False
        weight = self.weight
        weight.keys += new.keys - old.keys
        weight.fen += new.fen - old.fen
        weight.with_amount += new.with_amount - old.with_amount
        weight.disputed += new.disputed - old.disputed
        weight.contributions += new.contributions - old.contributions
        weight.synthetic += new.synthetic - old.synthetic
        self.revision += rise
        if as_of > self.as_of:
            self.as_of = as_of
        return True


class Frame(NamedTuple):
    """What of a figure never changes: its keys in the state and on the topic, its indicator and its place."""

    stored: bytes
    published: str
    indicator: Indicator
    dimensions: dict[str, str]
    period: str


@lru_cache(maxsize=65_536)
def frame(cell: Cell) -> Frame:
    name, area, dimension, value, period = cell.split("|")
    dimensions = {AREA.id: area, **({dimension: value} if dimension else {})}
    return Frame(f"p|{cell}".encode(), point_key(name, dimensions, period), BY_ID[name], dimensions, period)


def published(cell: Cell, now: Sum, floor: int) -> Output:
    """One figure as it stands; ``floor``: where the revisions of its generation begin. Raises ``HubError`` (T1005)."""
    key, revision = frame(cell).published, floor + now.revision
    headers = cloud_event(STATISTIC.name, key, revision, now.as_of)
    return Output(STATISTIC.name, key.encode(), encode(point(cell, now, revision)), headers=headers)


def point(cell: Cell, now: Sum, revision: int) -> Point:
    """Raises ``HubError`` (T1005): a sum below zero means that something was taken away that was never added."""
    _, key, indicator, dimensions, period = frame(cell)
    weight = now.weight
    if weight.keys < 0 or weight.with_amount < 0 or weight.contributions < 0:
        raise HubError(f"the figure {key} would fall below nothing", code="T1005")
    is_money = indicator.amount is not None
    return Point(
        indicator=indicator.id,
        label=indicator.label.zh,
        dimensions=dimensions,
        period=period,
        value=Money.of(weight.fen).value if is_money else str(weight.keys),
        unit=indicator.unit.value,
        revision=revision,
        status="P",
        as_of=now.as_of,
        coverage={"amounts": f"{weight.with_amount / weight.keys:.3f}"} if is_money and weight.keys else {},
        contributions=weight.contributions,
        flags=("amount_disagreement",) if weight.disputed else (),
        def_version=indicator.version,
        synthetic=weight.synthetic > 0,
    )
