"""Targets 目标: plans as data, measured from contributions: value, progress, elapsed time and the gap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from ops import telemetry
from ops.sources import read_yaml
from schemas.errors import Misconfigured
from schemas.frozen import Frozen
from sinks.portal.read.figure_answers import Reading, Target, TargetSet, TargetStatus
from sinks.store import figures
from sinks.store.database import Row, Snapshot
from sinks.store.figures import FEN_IN, Recount, Window

Measured = Literal["window", "growth", "stock"]


class OtherReading(Frozen):
    """What an open question may also mean: only what differs from the goal's own measure."""

    label: str
    label_en: str
    indicator: str = ""
    first: str = Field("", alias="from")
    base_year: str = ""
    where: dict[str, str] = {}


class Goal(Frozen):
    """One line of a plan. ``growth`` compares the window with ``base_year``; ``stock`` is what is live now.

    ``awaits`` names what must be published before the goal can be measured, while no connected platform does.
    """

    id: str
    text: str
    text_en: str
    indicator: str
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


def measure(db: Snapshot, plan: Plan, today: date) -> TargetSet:
    """The plan's goals as they stand."""
    known = {row["indicator"]: row for row in db.rows("indicators")}
    targets = tuple(_target(db, plan, goal, known, today) for goal in plan.targets)
    closed = all(today.isoformat() > goal.last for goal in plan.targets)
    return TargetSet(
        set=plan.set,
        title=plan.title,
        title_en=plan.title_en,
        adopted_on=plan.adopted_on,
        closed=closed,
        targets=targets,
    )


def publish(target: Target) -> None:
    """The numbers of the page as gauges; a goal without a value has no series of it, and never an old one."""
    telemetry.gauge("tongda_target_goal", float(target.goal), target=target.id, unit=target.unit)
    telemetry.gauge("tongda_target_elapsed_ratio", float(target.elapsed), target=target.id)
    if target.value is None or target.progress is None:
        telemetry.forget("tongda_target_value", target=target.id, unit=target.unit)
        telemetry.forget("tongda_target_progress_ratio", target=target.id)
    else:
        telemetry.gauge("tongda_target_value", float(target.value), target=target.id, unit=target.unit)
        telemetry.gauge("tongda_target_progress_ratio", float(target.progress), target=target.id)


def _target(db: Snapshot, plan: Plan, goal: Goal, known: Mapping[str, Row], today: date) -> Target:
    elapsed = _elapsed(date.fromisoformat(goal.first or plan.adopted_on), date.fromisoformat(goal.last), today)
    value, cell = _value(db, goal) if goal.indicator in known else (None, None)
    reason, detail, detail_en = ("", "", "") if value is not None else _missing(goal, known.get(goal.indicator), cell)
    progress = None if value is None else value / goal.value
    return Target(
        id=goal.id,
        text=goal.text,
        text_en=goal.text_en,
        indicator=goal.indicator,
        value=_text(value, _places(goal)),
        goal=str(goal.value),
        op=goal.op,
        unit=goal.unit,
        window_from=goal.first,
        window_to=goal.last,
        progress=_text(progress, 4),
        elapsed=str(elapsed),
        gap=_text(None if progress is None else progress - elapsed, 4),
        status=_status(progress, elapsed, today.isoformat() > goal.last),
        reason=reason,
        detail=detail,
        detail_en=detail_en,
        default=goal.default,
        default_en=goal.default_en,
        readings=tuple(_reading(db, goal, other, known) for other in goal.readings),
        as_of=cell.received_at if cell else None,
        synthetic=bool(cell and cell.synthetic),
    )


def _reading(db: Snapshot, goal: Goal, other: OtherReading, known: Mapping[str, Row]) -> Reading:
    changed = {name: value for name in ("indicator", "first", "base_year") if (value := getattr(other, name))}
    read = goal.model_copy(update=changed)
    value = _value(db, read, other.where)[0] if read.indicator in known else None
    return Reading(label=other.label, label_en=other.label_en, value=_text(value, _places(goal)))


def _missing(goal: Goal, known: Row | None, cell: Recount | None) -> tuple[str, str, str]:
    """Why there is no value: a reason with words of its own, and what exactly is missing in both languages."""
    if known is None:
        return ("source_missing" if goal.awaits else "indicator_missing", goal.awaits, goal.awaits_en)
    since, now = known["first_month"] or "—", cell.keys if cell else 0
    return (
        "base_missing",
        f"本期{now}{known['unit']}；基准年{goal.base_year}年，平台数据自{since}起",
        f"{now} in the window; base year {goal.base_year}; the platforms' records begin in {since}",
    )


def _value(db: Snapshot, goal: Goal, where: Mapping[str, str] | None = None) -> tuple[Decimal | None, Recount | None]:
    """The value in the goal's unit and the cell it comes from; a growth without a base has none."""
    span = Window("current", None, None) if goal.measure == "stock" else Window("window", goal.first, goal.last)
    cell = _cell(db, goal.indicator, span, where)
    if goal.measure != "growth":
        return _amount(cell, goal.unit), cell
    base = _cell(db, goal.indicator, figures.window(goal.base_year), where)
    if base is None or not base.keys:
        return None, cell
    return (Decimal(cell.keys if cell else 0) / base.keys - 1) * 100, cell


def _cell(db: Snapshot, indicator: str, span: Window, where: Mapping[str, str] | None = None) -> Recount | None:
    return next(iter(figures.cells(db, indicator, [span], held=where)), None)


def _amount(cell: Recount | None, unit: str) -> Decimal:
    return Decimal(figures.value_of(cell, unit))


def _elapsed(first: date, last: date, today: date) -> Decimal:
    """Share of the window that is gone, its first and last day counted."""
    gone = (min(today, last) - first).days + 1
    return (Decimal(max(gone, 0)) / ((last - first).days + 1)).quantize(Decimal("0.0001"))


def _status(progress: Decimal | None, elapsed: Decimal, closed: bool) -> TargetStatus:
    if progress is None:
        return "no_data"
    if closed:
        return "met" if progress >= 1 else "not_met"
    if progress >= 1:
        return "achieved"
    return "ahead" if progress >= elapsed else "behind"


def _places(goal: Goal) -> int:
    return 1 if goal.unit == "%" else 4 if goal.unit in FEN_IN else 0


def _text(value: Decimal | None, places: int) -> str | None:
    return None if value is None else str(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
