"""``tongda explain``: from a figure, an event, a listing or a record down to the bytes as they were fetched.

Each step leads to the next: figure → contributions → events → raw records → evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import msgspec

from ops.evidence import EvidenceStore
from ops.excerpt import excerpt
from schemas.errors import NotFound
from schemas.fields.date import CHINA
from schemas.records.contribution import Contribution
from schemas.records.evidence import Evidence
from schemas.records.point import Point
from schemas.records.raw import RawRecord, record_key
from schemas.records.ruling import Ruling
from schemas.records.sighting import rank_of
from sinks.operator.resolved import Resolved, find, resting_on
from sinks.operator.unexplained import Figure, no_figure, nothing_called
from sinks.store import figures
from sinks.store.database import Snapshot, json
from sinks.store.figures import PROVINCE
from sinks.store.statements import statement

SHOWN = 400  # characters of a line of the record
SHOWN_LINES = 40
EXAMPLE = "transfers"  # a figure that every hub has
Rulings = Callable[[], Mapping[str, RawRecord]]


def explain(
    db: Snapshot, evidence: EvidenceStore, name: str, as_of: str | None = None, rulings: Rulings = dict
) -> Iterator[str]:
    """Lines for a reader. ``name``: a point's key, an id, or ``source|feed|record``. Raises NotFound.

    ``rulings`` gives every decision of a person by id; it is called at most once, and not before it matters.
    """
    explanation = Explanation(db, evidence, as_of, rulings)
    if name.count("|") == 2:
        return explanation.of_record(name)
    return explanation.of_figure(name) if name.count(":") >= 2 else explanation.of_id(name)


class Explanation:
    """Walks from what was named towards the bytes."""

    def __init__(self, db: Snapshot, evidence: EvidenceStore, as_of: str | None, rulings: Rulings) -> None:
        self._db, self._evidence, self._as_of, self._all_rulings = db, evidence, as_of, rulings

    def of_figure(self, key: str) -> Iterator[str]:
        """A figure, its recount, and every contribution behind it."""
        figure, point = figure_of(key), self._point(figure_of(key))
        if point is None:
            raise no_figure(key, figure, self._published(figure), self._as_of)
        counted = self._recounted(figure, point.unit)
        yield f"{point.label} {key}"
        yield f"  value {point.value} {point.unit}  revision {point.revision}  as of {point.as_of}"
        yield f"  recounted {counted} {point.unit}: {'agrees' if counted == point.value else 'DIFFERS'}"
        contributions = self._contributions(figure)
        counting = counting_by_key(contributions)
        for contribution in contributions:
            yield from self._contribution(contribution, counting[contribution.distinct])

    def of_id(self, id: str) -> Iterator[str]:
        """An event or a listing."""
        found = find(self._db, id, self._as_of)
        if found is None:
            raise nothing_called(id, self._as_of)
        yield from self._resolved(found)

    def of_record(self, key: str) -> Iterator[str]:
        """Everything that rests on a raw record, and the figures in which that counts."""
        found = resting_on(self._db, *key.split("|"))
        if not found:
            raise NotFound(
                f"no event or listing rests on {key} · 没有事件或供需基于记录 {key}",
                next_step="tongda dead-letters list",
            )
        for each in found:
            yield from self._resolved(each)
            for row in self._db.rows("contributions_of", id=each.id):
                contribution = msgspec.convert(row["value"], Contribution)
                counts = f"  counts in {contribution.indicator} as {contribution.distinct}"
                yield counts if contribution.live else f"{counts} (no longer)"

    def _contribution(self, contribution: Contribution, counting: Contribution) -> Iterator[str]:
        """One contribution and its event; ``counting``: the one whose amount counts for its distinct key."""
        amount = f"  {contribution.amount.value} {contribution.amount.unit}" if contribution.amount else ""
        yield f"  contribution {contribution.distinct}  {contribution.occurred_on or 'now'}{amount}"
        if counting is not contribution:
            with_whose = f", with the amount of {counting.event}" if counting.amount else ""
            yield f"    not added: {contribution.distinct} counts once{with_whose}"
        yield from ("    " + line for line in self.of_id(contribution.event))

    def _point(self, figure: Figure) -> Point | None:
        return next(iter(self._points(figure, self._as_of, figure.area, figure.period)), None)

    def _published(self, figure: Figure) -> str | None:
        """The newest published figure of the same indicator, of the same area if it has one; else of any indicator."""
        found = self._points(Figure(figure.indicator, "", {}, ""))
        found = found or self._points(Figure(EXAMPLE, "", {}, ""))
        newest = max(found, key=lambda point: (point.dimensions.get("area") == figure.area, point.period), default=None)
        return newest.key if newest else None

    def _points(
        self, figure: Figure, as_of: str | None = None, area: str | None = None, period: str | None = None
    ) -> list[Point]:
        """Of the figure's indicator with its dimensions; ``area`` and ``period`` None: all."""
        parameters = {
            "indicator": figure.indicator,
            "as_of": as_of,
            "names": sorted(figure.dimensions),
            "held": json(figure.dimensions),
            "period": period,
            "area": area,
            "first": None,
            "last": None,
        }
        points = statement("points_then" if as_of else "points_now")
        return [
            msgspec.convert(row["value"], Point)
            for row in self._db.fetch(statement("points", points=points), parameters)
        ]

    def _recounted(self, figure: Figure, unit: str) -> str:
        window = figures.window(figure.period)
        cells = figures.cells(
            self._db, figure.indicator, [window], held=figure.dimensions, area=figure.area, as_of=self._as_of
        )
        return figures.value_of(cells[0] if cells else None, unit)

    def _contributions(self, figure: Figure) -> list[Contribution]:
        window = figures.window(figure.period)
        rows = figures.contributions(
            self._db, figure.indicator, window, held=figure.dimensions, area=figure.area, as_of=self._as_of
        )
        return [msgspec.convert(row["value"], Contribution) for row in rows]

    def _resolved(self, found: Resolved) -> Iterator[str]:
        """What it rests on, in what its sources differ, who ruled on it."""
        yield f"{found.id}  revision {found.revision}  {found.phase} {found.state}".rstrip()
        for disagreement in found.disagreements:
            values = "; ".join(f"{each.value} ({', '.join(each.sources)})" for each in disagreement.values)
            yield f"  sources differ on {disagreement.field}: {values}"
        yield from self._ruled(found)
        for source in found.sources:
            record = record_key(source.source, source.feed, source.record)
            yield f"  record {record}  sequence {source.sequence}  {source.url}"
            if source.evidence:
                yield from self._bytes(source.evidence)

    @cached_property
    def _rulings(self) -> dict[str, tuple[RawRecord, Ruling]]:
        """Those that stand, as they stood then."""
        return {
            name: (record, msgspec.convert(record.content, Ruling))
            for name, record in sorted(self._all_rulings().items())
            if not record.absent and (self._as_of is None or instant(record.fetched_at) <= instant(self._as_of))
        }

    def _ruled(self, found: Resolved) -> Iterator[str]:
        """The rulings that put its records together, set one of them apart, or took one away from it."""
        records = set(found.records)
        for name, (record, ruling) in self._rulings.items():
            if records & set(ruling.members) or found.id in ruling.events:
                reason = f"  reason: {ruling.reason}" if ruling.reason else ""
                yield f"  ruling {name}  {ruling.action}  {record.fetched_at}  by {ruling.role}{reason}"
                yield f"    of {', '.join(ruling.members)}"
                yield f"    evidence {record.evidence.sha256}"

    def _bytes(self, at: Evidence) -> Iterator[str]:
        yield f"    evidence {at.sha256}  {at.pointer}"
        if not self._evidence.has(at.sha256):
            yield "    (the bytes are not in this evidence store)"
            return
        data = self._evidence.get(at.sha256)
        shown = excerpt(data, at.pointer)
        yield f"    {len(data)} bytes" + ("" if shown else "; the pointer leads nowhere in them, they begin:")
        shown = shown or data[:SHOWN].decode("utf-8", "replace")
        yield from (f"    | {line[:SHOWN]}" for line in shown.splitlines()[:SHOWN_LINES])


def counting_by_key(contributions: Sequence[Contribution]) -> dict[str, Contribution]:
    """Of each distinct key the contribution whose amount counts: one with an amount first, then of the highest authority.

    The order of the recount (``cells`` in queries.sql).
    """
    counting: dict[str, Contribution] = {}
    for each in contributions:
        counting[each.distinct] = min(counting.get(each.distinct, each), each, key=_order)
    return counting


def _order(contribution: Contribution) -> tuple[bool, int, str]:
    return contribution.amount is None, rank_of(contribution.authority), contribution.event


def figure_of(key: str) -> Figure:
    """From a point's key (``schemas.records.point.point_key``)."""
    indicator, cell, period = key.split(":", 2)
    dimensions = dict(pair.split("=", 1) for pair in cell.split(";") if "=" in pair)
    return Figure(indicator, dimensions.pop("area", PROVINCE), dimensions, period)


def instant(text: str) -> datetime:
    """A day or an instant; without an offset it is China's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)
