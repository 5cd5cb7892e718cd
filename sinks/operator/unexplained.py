"""Unexplained: why nothing is found under what was typed after ``tongda explain``, and what to type instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from schemas.errors import NotFound
from schemas.figures import BY_ID
from schemas.figures.dimensions import AREA
from schemas.figures.indicator import Indicator
from schemas.nearest import unknown
from schemas.records.point import PERIOD

FORMS = (
    "a figure (transfers:area=430100:2025-03), an event or listing (its id) or a record (source|feed|record)"
    " · 没有名为 {name} 的统计点、事件、供需或记录"
)


class Figure(NamedTuple):
    """A point's key, taken apart; ``dimensions`` without the area."""

    indicator: str
    area: str
    dimensions: dict[str, str]
    period: str


def no_figure(key: str, figure: Figure, held: str | None, as_of: str | None) -> NotFound:
    """``held``: the key of a figure that is published now, to show how one is written; None when there is none."""
    indicator = BY_ID.get(figure.indicator)
    wrong = unknown(figure.indicator, BY_ID, "figure") if indicator is None else _wrong(indicator, figure)
    then = f" at {as_of}" if as_of else ""
    return NotFound(
        f"{wrong} · 没有统计点 {key}" if wrong else f"nothing is published under {key}{then} · 没有公布过统计点 {key}",
        next_step=f"tongda explain {held}" if held else "tongda status",
    )


def _wrong(indicator: Indicator, figure: Figure) -> str:
    """Which part of a key cannot be; empty when each part can, and nothing counted there."""
    accepted: Mapping[str, Collection[str]] = {each.id: each.values for each in (indicator.area, *indicator.dimensions)}
    for name, value in {AREA.id: figure.area, **figure.dimensions}.items():
        if name not in accepted:
            return unknown(name, accepted, f"dimension of {indicator.id}")
        if accepted[name] and value not in accepted[name]:
            return unknown(value, accepted[name], name)
    if not re.fullmatch(PERIOD, figure.period):
        return f"{figure.period!r} is no period; accepted: 2025, 2025-03, current"
    return ""


def nothing_called(name: str, as_of: str | None) -> NotFound:
    """Neither an event nor a listing has this id, or had it at that instant."""
    if as_of:
        return NotFound(
            f"nothing was called {name} at {as_of} · {as_of} 时没有 {name}", next_step=f"tongda explain {name}"
        )
    return NotFound(f"nothing is called {name}; accepted: {FORMS.format(name=name)}", next_step="tongda explain --help")
