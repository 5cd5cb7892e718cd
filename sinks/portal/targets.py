"""Targets 目标: plans as data, measured from contributions: value, progress, elapsed time and the gap."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from ops.sources import read_yaml
from schemas.errors import Misconfigured
from schemas.raw_record import Frozen
from sinks.portal.models import Reading, Target, TargetSet, TargetStatus
from sinks.store import figures
from sinks.store.database import Snapshot
from sinks.store.figures import FEN_IN, Window


class Goal(Frozen):
    """One line of a plan. ``growth`` compares the window with ``base_year``; ``stock`` is what is live now."""

    id: str
    text: str
    text_en: str
    indicator: str
    measure: Literal["window", "growth", "stock"]
    first: str | None = Field(None, alias="from")
    last: str = Field(alias="to")
    op: Literal[">="]
    value: Decimal
    unit: str
    base_year: str | None = None
    other_base_years: tuple[str, ...] = ()
    default: str = ""


class Plan(Frozen):
    """One policy document's goals."""

    set: str
    title: str
    title_en: str
    adopted_on: str
    targets: tuple[Goal, ...]


def load_plans(folder: Path) -> tuple[Plan, ...]:
    """Every plan in the folder, the newest first. Raises Misconfigured."""
    plans = []
    for file in sorted(folder.glob("*.yml")):
        try:
            plans.append(Plan.model_validate(read_yaml(file)))
        except ValidationError as error:
            first = error.errors()[0]
            place = "/".join(map(str, first["loc"]))
            raise Misconfigured(f"{file}: {place}: {first['msg']}", code="T3013", next_step=f"correct {file}") from None
    return tuple(sorted(plans, key=lambda plan: plan.adopted_on, reverse=True))


def measure(db: Snapshot, plan: Plan, today: date) -> TargetSet:
    """The plan's goals as they stand."""
    targets = tuple(_target(db, plan, goal, today) for goal in plan.targets)
    closed = all(today.isoformat() > goal.last for goal in plan.targets)
    return TargetSet(
        set=plan.set,
        title=plan.title,
        title_en=plan.title_en,
        adopted_on=plan.adopted_on,
        closed=closed,
        targets=targets,
    )


def _target(db: Snapshot, plan: Plan, goal: Goal, today: date) -> Target:
    known = {row["indicator"]: row for row in db.rows("indicators")}.get(goal.indicator)
    first = goal.first or plan.adopted_on
    elapsed = _elapsed(date.fromisoformat(first), date.fromisoformat(goal.last), today)
    value, cell, reason = _value(db, goal, goal.base_year) if known else (None, None, "indicator_missing")
    progress = None if value is None else value / goal.value
    closed = today.isoformat() > goal.last
    readings = tuple(
        Reading(
            label=f"以{year}年为基准",
            label_en=f"base year {year}",
            value=_text(_value(db, goal, year)[0] if known else None, 1),
        )
        for year in goal.other_base_years
    )
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
        status=_status(progress, elapsed, closed),
        reason=reason,
        default=goal.default,
        readings=readings,
        as_of=cell["received_at"] if cell else None,
        synthetic=bool(cell and cell["synthetic"]),
    )


def _value(db: Snapshot, goal: Goal, base_year: str | None) -> tuple[Decimal | None, dict[str, Any] | None, str]:
    """The value in the goal's unit, the cell it comes from, and why there is none."""
    span = Window("current", None, None) if goal.measure == "stock" else Window("window", goal.first, goal.last)
    cell = _cell(db, goal.indicator, span)
    if goal.measure != "growth":
        return _amount(cell, goal.unit), cell, ""
    base = _cell(db, goal.indicator, figures.window(str(base_year)))
    if base is None or not base["keys"]:
        return None, cell, "base_missing"
    return (Decimal(cell["keys"] if cell else 0) / base["keys"] - 1) * 100, cell, ""


def _cell(db: Snapshot, indicator: str, span: Window) -> dict[str, Any] | None:
    return next(iter(figures.cells(db, indicator, [span])), None)


def _amount(cell: dict[str, Any] | None, unit: str) -> Decimal:
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
