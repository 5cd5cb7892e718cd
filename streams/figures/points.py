"""Points 统计点: what stands behind a figure, and the figure as it is published (``schemas.topics.STATISTICS``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from schemas.errors import HubError
from schemas.fields.money import Money
from schemas.figures import BY_ID
from schemas.figures.dimensions import AREA
from schemas.records.point import Point
from schemas.topics import statistic_in
from schemas.wire import encode
from streams.figures.cells import TOTAL, Weight
from streams.processor import Output, cloud_event


class Sum(msgspec.Struct, array_like=True, gc=False):
    """What all distinct keys add to one figure (``Weight``); changed in place, because every key moves dozens of sums.

    ``revision`` rises with every change of what the figure says; ``as_of`` never falls. ``was_sample``: of a figure that
    nothing counts in any more, whether the last key that did was sample data.
    """

    keys: int = 0
    fen: int = 0
    with_amount: int = 0
    disputed: int = 0
    contributions: int = 0
    synthetic: int = 0
    revision: int = 0
    as_of: str = ""
    was_sample: bool = False


class Breakdown(msgspec.Struct, array_like=True):
    """The figures of one indicator, area and period: the total and each value of each further dimension.

    One record of the state: a key that moves the total moves half a dozen of the others with it.
    """

    indicator: str
    area: str
    period: str
    sums: dict[str, Sum] = {}  # by part

    def move(self, parts: Iterable[str], weight: Weight, rise: int, as_of: str, changed: set[str]) -> None:
        """Put what a key changes into the sums; ``changed`` gets every part whose value differs now."""
        sums, keys, contributions = self.sums, weight.keys, weight.contributions
        has_more = bool(weight.fen or weight.with_amount or weight.disputed or weight.synthetic)
        if not (keys or contributions or has_more):
            parts = [part for part in parts if part not in sums or sums[part].as_of < as_of]
        for part in parts:
            found = sums.get(part)
            if found is None:
                found = sums[part] = Sum()
            found.keys += keys
            found.contributions += contributions
            found.revision += rise
            if as_of > found.as_of:
                found.as_of = as_of
            if has_more:
                found.fen += weight.fen
                found.with_amount += weight.with_amount
                found.disputed += weight.disputed
                found.synthetic += weight.synthetic
            if contributions and not found.contributions:
                found.was_sample = weight.synthetic < 0
        changed.update(parts)

    def published(self, parts: Iterable[str], floor: int) -> Iterator[Output]:
        """Figures as they stand; ``floor``: where the revisions of their generation begin. Raises ``HubError`` (T1005)."""
        topic = statistic_in(BY_ID[self.indicator].unit).name
        for part in parts:
            point = self.point(part, floor)
            key = self.key(part)
            headers = cloud_event(topic, key, point.revision, point.as_of)
            yield Output(topic, key.encode(), encode(point), None, headers)

    def key(self, part: str) -> str:
        """The point's key, of which the area is the first dimension (``schemas.records.point.point_key``)."""
        further = "" if part == TOTAL else f";{part.replace('|', '=', 1)}"
        return f"{self.indicator}:{AREA.id}={self.area}{further}:{self.period}"

    def point(self, part: str, floor: int) -> Point:
        """Raises ``HubError`` (T1005): a sum below zero means that something was taken away that was never added."""
        indicator, now = BY_ID[self.indicator], self.sums[part]
        dimension, _, value = part.partition("|")
        dimensions = {AREA.id: self.area, dimension: value} if dimension else {AREA.id: self.area}
        if now.keys < 0 or now.with_amount < 0 or now.contributions < 0:
            raise HubError(f"the figure {self.key(part)} would fall below nothing", code="T1005")
        is_money = indicator.amount is not None
        return Point(
            indicator=indicator.id,
            label=indicator.label.zh,
            dimensions=dimensions,
            period=self.period,
            value=Money.of(now.fen).value if is_money else str(now.keys),
            unit=indicator.unit,
            revision=floor + now.revision,
            status="P",
            as_of=now.as_of,
            coverage={"amounts": f"{now.with_amount / now.keys:.3f}"} if is_money and now.keys else {},
            contributions=now.contributions,
            flags=("amount_disagreement",) if now.disputed else (),
            def_version=indicator.version,
            synthetic=now.synthetic > 0 or (now.was_sample and not now.contributions),
        )
