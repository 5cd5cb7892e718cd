"""Trend 逐月走势: one large chart of a figure's months, with an axis, gridlines and the value of every month. Pure.

Months whose numbers are still the first ones are dashed. Every month is a link: its number shows under the pointer and on
the keyboard's focus, without script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil

from markupsafe import Markup, escape

from sinks.portal.show.charts import Datum, linked, svg

STEPS = (1, 2, 5, 10)  # by which an axis may count, times a power of ten
EVERY = (1, 2, 3, 6, 12)  # months between two names under the axis
Point = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """``letter``: the breadth of a digit; the narrow one is read on a telephone at about its own size."""

    kind: str
    width: int
    height: int
    letter: int


BROAD, NARROW = Size("broad", 900, 340, 8), Size("small", 340, 260, 7)
ABOVE, BELOW, RIGHT = 26, 44, 14


def trend(data: Sequence[Datum], first_open: int, printed: Callable[[Decimal], str], title: str) -> Markup:
    """For a broad and for a narrow screen; the stylesheet shows one. ``data``: months; from ``first_open`` on they are dashed.

    ``printed``: a value of the axis in the unit of the chart.
    """
    return Markup("").join(_drawn(data, first_open, printed, title, size) for size in (BROAD, NARROW))


def ticks(top: Decimal, most: int = 5) -> list[Decimal]:
    """Round values from 0 to the first that is not below ``top``, ``most`` steps at most."""
    step = Decimal(1)
    while step * most < top:
        digit = step.scaleb(-step.adjusted())
        step = Decimal(STEPS[STEPS.index(int(digit)) + 1]).scaleb(step.adjusted())
    return [step * n for n in range(max(1, ceil(top / step)) + 1)]


def _drawn(data: Sequence[Datum], first_open: int, printed: Callable[[Decimal], str], title: str, size: Size) -> Markup:
    values = [datum.value for datum in data]
    marks = ticks(max((value for value in values if value is not None), default=Decimal(0)))
    names = [printed(mark) for mark in marks]
    left = max(map(len, names)) * size.letter + 12
    bottom = size.height - BELOW
    step = (size.width - left - RIGHT) / max(len(data), 1)

    def at(n: int, value: Decimal) -> Point:
        return round(left + (n + 0.5) * step, 1), round(bottom - float(value / marks[-1]) * (bottom - ABOVE), 1)

    body = []
    for mark, name in zip(marks, names, strict=True):
        y = at(0, mark)[1]
        body.append(
            f'<line class="{"grid" if mark else "axis"}" x1="{left}" x2="{size.width - RIGHT}" y1="{y}" y2="{y}"/>'
        )
        body.append(text("tick", left - 8, y + 4, "end", name))
    body += _months(data, left, step, bottom, size.letter * 5)
    places = [None if value is None else at(n, value) for n, value in enumerate(values)]
    body += _lines(places, first_open)
    told = _told(values)
    for n, (datum, place) in enumerate(zip(data, places, strict=True)):
        if place:
            body.append(_month(datum, place, n in told, round(left + n * step, 1), step, size))
    return svg(f"trend {size.kind}", size.width, size.height, title, "".join(body))


def _lines(places: Sequence[Point | None], first_open: int) -> list[str]:
    """From month to month, dashed where it leads to an open one; a month without a value is a gap."""
    found = []
    for n, (one, other) in enumerate(pairwise(places), start=1):
        if one and other:
            kind = "line open" if n >= first_open else "line"
            found.append(f'<line class="{kind}" x1="{one[0]}" y1="{one[1]}" x2="{other[0]}" y2="{other[1]}"/>')
    return found


def _months(data: Sequence[Datum], left: float, step: float, bottom: int, breadth: int) -> list[str]:
    """The number of the month, as often as there is room, and the year under its first one.

    ``breadth``: of a year; one that the next would run into is left out.
    """
    every = next((each for each in EVERY if each * step >= 22), EVERY[-1])
    found = []
    years: dict[str, float] = {}
    for n, datum in enumerate(data):
        month = int(datum.name[5:])
        if (month - 1) % every:
            continue
        x = round(left + (n + 0.5) * step, 1)
        found.append(text("tick", x, bottom + 18, "middle", str(month)))
        years.setdefault(datum.name[:4], x)
    places = [*years.items(), ("", float("inf"))]
    found += [
        text("tick", x, bottom + 36, "middle", year) for (year, x), (_, y) in pairwise(places) if y - x >= breadth
    ]
    return found


def _told(values: Sequence[Decimal | None]) -> set[int]:
    """Months whose number always stands in the picture: the largest, and the last."""
    known = [(value, n) for n, value in enumerate(values) if value is not None]
    return {max(known)[1], known[-1][1]} if known else set()


def _month(datum: Datum, place: Point, is_told: bool, left: float, step: float, size: Size) -> str:
    """The column of a month, in which the pointer finds it, its dot and its number."""
    x, y = place
    half = len(datum.text) * size.letter / 2 + 2
    where = min(max(x, half), size.width - half)
    body = (
        f'<rect class="hit" x="{left}" y="0" width="{round(step, 1)}" height="{size.height}"/>'
        f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>'
        f"{text('point-value' if is_told else 'point-value tip', where, y - 10, 'middle', datum.text)}"
        f"<title>{escape(datum.name)} {escape(datum.text)}</title>"
    )
    return linked(datum.link, f"{datum.name} {datum.text}", body)


def text(kind: str, x: float, y: float, anchor: str, letters: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(letters)}</text>'
