"""Targets 目标: plans as data, measured from contributions: value, progress, elapsed time and the gap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from ops import telemetry
from ops.sources import read_yaml
from schemas.errors import Misconfigured
from schemas.figures import BY_ID
from schemas.frozen import Frozen
from sinks.portal.read import money, statistics
from sinks.portal.read.coverage import Coverage, Days, coverage
from sinks.portal.read.figure_answers import Reading, Target, TargetSet, TargetStatus
from sinks.portal.secrecy import Reader, shows_figure
from sinks.store import figures
from sinks.store.database import Row, Snapshot
from sinks.store.figures import FEN_IN, Recount, Window

Measured = Literal["window", "growth", "stock", "stated"]


class OtherReading(Frozen):
    """What an open question may also mean: only what differs from the goal's own measure."""

    label: str
    label_en: str
    indicator: str = ""
    first: str = Field("", alias="from")
    base_year: str = ""
    where: dict[str, str] = {}


class Stated(Frozen):
    """A value that an office states, because no record counts it; ``evidence``: the document or the address that proves it."""

    on: str
    value: Decimal
    evidence: str
    evidence_en: str


class Goal(Frozen):
    """One line of a plan. ``growth`` compares the window with ``base_year``; ``stock`` is what is live now; ``stated`` is
    what an office entered here (``stated``), the last entry holds.

    ``awaits`` names what must be published before the goal can be measured, while no connected platform does.
    """

    id: str
    text: str
    text_en: str
    indicator: str = ""
    measure: Measured
    first: str | None = Field(None, alias="from")
    last: str = Field(alias="to")
    op: Literal[">="]
    value: Decimal
    unit: str
    base_year: str = ""
    default: str = ""
    default_en: str = ""
    awaits: str = ""
    awaits_en: str = ""
    stated: tuple[Stated, ...] = ()
    readings: tuple[OtherReading, ...] = ()


class Plan(Frozen):
    """One policy document's goals."""

    set: str
    title: str
    title_en: str
    adopted_on: str
    targets: tuple[Goal, ...]


def load_plans(folder: Path) -> tuple[Plan, ...]:
    """Every plan in the folder, the newest first. Raises Misconfigured, also when one id names two goals."""
    plans = []
    named: dict[str, Path] = {}  # pages and metrics know a goal by its id alone
    for file in sorted(folder.glob("*.yml")):
        try:
            plan = Plan.model_validate(read_yaml(file))
        except ValidationError as error:
            first = error.errors()[0]
            raise _unfit(file, f"{'/'.join(map(str, first['loc']))}: {first['msg']}") from None
        for goal in plan.targets:
            if goal.id in named:
                raise _unfit(file, f"{goal.id} is already a goal of {named[goal.id]}")
            named[goal.id] = file
        plans.append(plan)
    return tuple(sorted(plans, key=lambda plan: plan.adopted_on, reverse=True))


def _unfit(file: Path, why: str) -> Misconfigured:
    return Misconfigured(f"{file}: {why}", code="T3013", next_step=f"correct {file}")


class _Moment(NamedTuple):
    """When goals are measured: the day, the instant whose records count (None: now), the figures that have a point; for whom."""

    today: date
    as_of: str | None
    known: Mapping[str, Row]
    reader: Reader


def measure(db: Snapshot, plan: Plan, today: date, reader: Reader, as_of: str | None = None) -> TargetSet:
    """The plan's goals as they stand on this day, by what was held at the instant ``as_of``, as this reader may read them."""
    at = _Moment(today, as_of, {row["indicator"]: row for row in statistics.indicator_rows(db, as_of)}, reader)
    return TargetSet(
        set=plan.set,
        title=plan.title,
        title_en=plan.title_en,
        adopted_on=plan.adopted_on,
        closed=all(today.isoformat() > goal.last for goal in plan.targets),
        targets=tuple(_target(db, plan, goal, at) for goal in plan.targets),
    )


def publish(target: Target) -> None:
    """The numbers of the page as gauges; a goal without a value has no series of it, and never an old one."""
    telemetry.gauge("tongda_target_goal", float(target.goal), target=target.id, unit=target.unit)
    telemetry.gauge("tongda_target_elapsed_ratio", float(target.elapsed), target=target.id)
    telemetry.gauge("tongda_target_missing_months", float(len(target.missing_months)), target=target.id)
    if target.value is None or target.progress is None:
        telemetry.forget("tongda_target_value", target=target.id, unit=target.unit)
        telemetry.forget("tongda_target_progress_ratio", target=target.id)
    else:
        telemetry.gauge("tongda_target_value", float(target.value), target=target.id, unit=target.unit)
        telemetry.gauge("tongda_target_progress_ratio", float(target.progress), target=target.id)


def _target(db: Snapshot, plan: Plan, goal: Goal, at: _Moment) -> Target:
    elapsed = _elapsed(date.fromisoformat(goal.first or plan.adopted_on), date.fromisoformat(goal.last), at.today)
    found = _measured(db, goal, at)
    progress = None if found.value is None else found.value / goal.value
    is_over = at.today.isoformat() > goal.last
    return Target(
        id=goal.id,
        text=goal.text,
        text_en=goal.text_en,
        indicator=goal.indicator,
        value=_text(found.value, _places(goal)),
        goal=str(goal.value),
        op=goal.op,
        unit=goal.unit,
        window_from=goal.first,
        window_to=goal.last,
        progress=_text(progress, 4),
        elapsed=str(elapsed),
        gap=_text(None if progress is None else progress - elapsed, 4),
        status=_status(progress, elapsed, is_over, found.is_whole),
        missing_months=found.coverage.months,
        unread_feeds=found.coverage.feeds,
        measured_on=found.measured_on,
        reason=found.reason,
        detail=found.detail,
        detail_en=found.detail_en,
        default=goal.default,
        default_en=goal.default_en,
        readings=tuple(_reading(db, goal, other, at) for other in goal.readings),
        as_of=found.as_of,
        synthetic=found.synthetic,
    )


class _Found(NamedTuple):
    """A goal's value with what it rests on; without a value why: a reason with words of its own, and what is missing."""

    value: Decimal | None = None
    as_of: str | None = None
    synthetic: bool = False
    coverage: Coverage = Coverage()
    measured_on: str | None = None  # the day of a stock's value, where it is not the last day of the window
    reason: str = ""
    detail: str = ""
    detail_en: str = ""

    @property
    def is_whole(self) -> bool:
        """Enough is known to say whether the goal is reached."""
        return not (self.coverage.months or self.coverage.feeds or self.measured_on)


def _measured(db: Snapshot, goal: Goal, at: _Moment) -> _Found:
    """The value in the goal's unit, and how far its sources cover it."""
    if goal.measure == "stated":
        return _stated(goal, at)
    known = at.known.get(goal.indicator)
    if known is None:
        reason = "source_missing" if goal.awaits else "indicator_missing" if goal.indicator in BY_ID else "not_counted"
        return _Found(reason=reason, detail=goal.awaits, detail_en=goal.awaits_en)
    value, cell = _value(db, goal, at)
    found = _Found(value, cell.received_at if cell else None, bool(cell and cell.synthetic), _coverage(db, goal, at))
    if value is None and not shows_figure(goal.unit, at.reader):
        return found._replace(reason="withheld")
    if value is None:
        since, now, year = known["first_month"] or "—", cell.keys if cell else 0, goal.base_year
        return found._replace(
            reason="base_missing",
            detail=f"本期{now}{known['unit']}；基准年{year}年，平台数据自{since}起",
            detail_en=f"{now} in the window; base year {year}; the platforms' records begin in {since}",
        )
    today = at.today.isoformat()
    return found._replace(measured_on=today) if goal.measure == "stock" and today > goal.last else found


def _stated(goal: Goal, at: _Moment) -> _Found:
    """What an office entered up to that day, with its evidence."""
    entries = [entry for entry in goal.stated if entry.on <= at.today.isoformat()]
    if not entries:
        return _Found(reason="not_stated")
    last = max(entries, key=lambda entry: entry.on)
    detail, detail_en = f"{last.on} {last.evidence}", f"{last.on} {last.evidence_en}"
    return _Found(last.value, detail=detail, detail_en=detail_en)


def _coverage(db: Snapshot, goal: Goal, at: _Moment) -> Coverage:
    """Of a growth the base year must be covered like the window."""
    windows = [Days(goal.first, goal.last)] if goal.measure != "stock" and goal.first else []
    if goal.measure == "growth":
        windows.append(Days(f"{goal.base_year}-01-01", f"{goal.base_year}-12-31"))
    return coverage(db, goal.indicator, windows, at.today, at.as_of)


def _reading(db: Snapshot, goal: Goal, other: OtherReading, at: _Moment) -> Reading:
    changed = {name: value for name in ("indicator", "first", "base_year") if (value := getattr(other, name))}
    read = goal.model_copy(update=changed)
    if read.indicator not in at.known:
        return Reading(label=other.label, label_en=other.label_en, value=None)
    value = _value(db, read, at, other.where)[0]
    missing = _coverage(db, read, at).months
    return Reading(
        label=other.label, label_en=other.label_en, value=_text(value, _places(goal)), missing_months=missing
    )


def _value(
    db: Snapshot, goal: Goal, at: _Moment, where: Mapping[str, str] | None = None
) -> tuple[Decimal | None, Recount | None]:
    """The value in the goal's unit and the cell it comes from; a growth without a base has none."""

    def cell_in(span: Window) -> Recount | None:
        return next(iter(figures.cells(db, goal.indicator, [span], held=where, as_of=at.as_of)), None)

    is_stock = goal.measure == "stock"
    cell = cell_in(Window("current", None, None) if is_stock else Window("window", goal.first, goal.last))
    if not shows_figure(goal.unit, at.reader):
        return _published(db, goal, at, where or {}), cell
    if goal.measure != "growth":
        return _amount(cell, goal.unit), cell
    base = cell_in(figures.window(goal.base_year))
    if base is None or not base.keys:
        return None, cell
    return (Decimal(cell.keys if cell else 0) / base.keys - 1) * 100, cell


def _published(db: Snapshot, goal: Goal, at: _Moment, where: Mapping[str, str]) -> Decimal | None:
    """A sum of money as everybody has it: of whole years, which are published; None: one of them is withheld."""
    if goal.measure != "window" or not goal.first or (goal.first[4:], goal.last[4:]) != ("-01-01", "-12-31"):
        return None
    years = [str(year) for year in range(int(goal.first[:4]), int(goal.last[:4]) + 1)]
    spans = [figures.window(year) for year in years]
    counted = {one.period for one in figures.cells(db, goal.indicator, spans, held=where, as_of=at.as_of) if one.fen}
    held = next(iter(where.items()), ("", ""))
    found = money.year_sum(db, goal.indicator, held, [year for year in years if year in counted], at.as_of)
    return None if found is None else found * FEN_IN[BY_ID[goal.indicator].unit] / FEN_IN[goal.unit]


def _amount(cell: Recount | None, unit: str) -> Decimal:
    return Decimal(figures.value_of(cell, unit))


def _elapsed(first: date, last: date, today: date) -> Decimal:
    """Share of the window that is gone, its first and last day counted."""
    gone = (min(today, last) - first).days + 1
    return (Decimal(max(gone, 0)) / ((last - first).days + 1)).quantize(Decimal("0.0001"))


def _status(progress: Decimal | None, elapsed: Decimal, is_over: bool, is_whole: bool) -> TargetStatus:
    """Over a window that is not wholly covered nothing is claimed, whatever the progress."""
    if progress is None:
        return "no_data"
    if not is_whole:
        return "not_covered"
    if is_over:
        return "met" if progress >= 1 else "not_met"
    if progress >= 1:
        return "achieved"
    return "ahead" if progress >= elapsed else "behind"


def _places(goal: Goal) -> int:
    return 1 if goal.unit == "%" else 4 if goal.unit in FEN_IN else 0


def _text(value: Decimal | None, places: int) -> str | None:
    return None if value is None else str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
