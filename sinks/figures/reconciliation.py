"""Reconciliation 对照: what offices published of a cell beside what the hub counts there; flagged, never repaired.

An office's table is matched by its title with the same figure, area, period and accumulation (``PUBLISHED``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from msgspec import convert

from schemas.figures import BY_ID
from schemas.figures.values import AREAS
from schemas.kinds.reported_figure import ReportedFigure
from schemas.records.event import EVENTS, Event
from sinks.figures.recount import counted
from sinks.store.database import Snapshot

# unreadable: no number, no area or no month of it. other_unit: it is counted in something else.
Verdict = Literal["equal", "close", "apart", "unreadable", "other_unit"]
CLOSE = Decimal("0.01")  # of what is printed
PUBLISHED: Mapping[str, str] = {"专利授权量": "grants"}  # title of a table → figure; each adds up from January
Key = tuple[str, str, str]  # figure, area, month


class Reconciled(NamedTuple):
    """One published cell beside the hub's own, in the figure's unit; ``difference``: counted − printed."""

    indicator: str
    area: str
    period: str
    printed: str
    counted: str
    difference: str | None
    ratio: str | None  # difference / printed; None on a printed 0
    verdict: Verdict
    publisher: str
    published_on: str | None
    event: str


def reconciled(db: Snapshot, indicator: str | None = None) -> list[Reconciled]:
    """Every published cell of one figure or of all, by figure, the newest month first, then by area."""
    said = [convert(row["value"], EVENTS[ReportedFigure.name]) for row in db.rows("reported_figures")]
    said = [event for event in said if indicator in (None, figure_of(event))]
    months: dict[str, set[str]] = defaultdict(set)
    for event in said:
        if (name := figure_of(event)) and is_month(event.statement.period or ""):
            months[name].add(event.statement.period)
    own = [cell for name, those in months.items() for cell in counted(db, BY_ID[name], sorted(those), ytd=True)]
    return reconcile(said, {(cell.indicator, cell.area, cell.period): cell.value for cell in own if not cell.dimension})


def reconcile(said: Iterable[Event], own: Mapping[Key, str]) -> list[Reconciled]:
    """Pure. ``own``: the hub's values of the year so far; a cell that is not there is 0."""
    found = [_beside(event, name, own) for event in said if (name := figure_of(event))]
    found.sort(key=lambda one: (list(AREAS).index(one.area) if one.area in AREAS else len(AREAS), one.event))
    found.sort(key=lambda one: one.period, reverse=True)
    return sorted(found, key=lambda one: one.indicator)


def figure_of(event: Event) -> str | None:
    """The figure that an office's table is of; None: the hub counts no such one."""
    return PUBLISHED.get(event.statement.title)


def is_month(period: str) -> bool:
    """Tables of a year or a quarter have no cell of a month."""
    return len(period) == len("2025-03")


def _beside(event: Event, name: str, own: Mapping[Key, str]) -> Reconciled:
    told: ReportedFigure = event.statement
    printed, period, area = _number(told.value), told.period or "", told.area or ""
    counts = own.get((name, area, period), "0")
    difference: Decimal | None = None
    if printed is None or not area or not is_month(period):
        verdict: Verdict = "unreadable"
    elif told.unit and told.unit != BY_ID[name].unit:
        verdict = "other_unit"
    else:
        difference = Decimal(counts) - printed
        verdict = "equal" if not difference else "close" if abs(difference) <= CLOSE * abs(printed) else "apart"
    ratio = None if difference is None or not printed else str((difference / printed).quantize(Decimal("0.0001")))
    shown = None if difference is None else str(difference)
    publisher = told.publisher[0].name
    return Reconciled(
        name, area, period, told.value, counts, shown, ratio, verdict, publisher, told.published_on, event.id
    )


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
