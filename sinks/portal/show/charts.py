"""Charts 图: points → inline SVG. Pure; text stays text, colours come from the stylesheet by class, no style attribute.

Every chart has a title and a description, and stands beside a table with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from markupsafe import Markup, escape


@dataclass(frozen=True)
class Datum:
    """One thing to draw: its name, its number, the number as printed, where it leads."""

    name: str
    value: Decimal | None
    text: str
    link: str = ""
    code: str = ""


# Column and row of each prefecture: own work, a schematic grid and no map (示意格图).
TILES = {
    "430800": (1, 0),
    "430700": (2, 0),
    "430600": (3, 0),
    "433100": (0, 1),
    "430900": (2, 1),
    "430100": (3, 1),
    "431200": (0, 2),
    "431300": (1, 2),
    "430300": (2, 2),
    "430200": (3, 2),
    "430500": (1, 3),
    "430400": (2, 3),
    "431100": (1, 4),
    "431000": (2, 4),
    "OTHER": (3, 4),
}
CLASSES = 5


def svg(kind: str, width: int, height: int, title: str, body: str, role: str = "group") -> Markup:
    """One picture; its title is what a screen reader says of it."""
    stretch = ' preserveAspectRatio="none"' if kind == "progress" else ""
    return Markup(
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="{role}"{stretch} aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{body}</svg>'
    )


def linked(link: str, label: str, body: str) -> str:
    return f'<a href="{escape(link)}" aria-label="{escape(label)}">{body}</a>' if link else body


def _breadth(text: str) -> int:
    """About how many units a name takes at the size of a narrow screen (15): a Chinese character is a square."""
    return sum(15 if character > "\u2e7f" else 8 for character in text)


def classes_of(values: Sequence[Decimal | None]) -> list[int]:
    """1 … 5 for each value by its place between 0 and the largest; 0 for nothing. Equal values share a class."""
    top = max((value for value in values if value is not None), default=Decimal(0))
    if top <= 0:
        return [0 for _ in values]
    return [0 if not value or value <= 0 else ceil(value * CLASSES / top) for value in values]


def tile_grid(data: Sequence[Datum], title: str, high: int = 72, roomy: int = 8) -> Markup:
    """The 14 prefectures and 其他: name, number, one of five classes by shade and by as many pips, and a link.

    A number of more than ``roomy`` characters is squeezed into its tile.
    """
    wide, gap = 104, 6
    body = []
    for datum, level in zip(data, classes_of([datum.value for datum in data]), strict=True):
        column, row = TILES[datum.code]
        x, y = column * (wide + gap), row * (high + gap)
        pips = "".join(
            f'<rect class="pip" x="{x + 8 + n * 9}" y="{y + high - 11}" width="6" height="4" rx="1"/>'
            for n in range(level)
        )
        fit = f' textLength="{wide - 16}" lengthAdjust="spacingAndGlyphs"' if len(datum.text) > roomy else ""
        cell = (
            f'<rect class="tile k{level}" x="{x + 1}" y="{y + 1}" width="{wide - 2}" height="{high - 2}" rx="5"/>'
            f'<text class="tile-name k{level}" x="{x + 8}" y="{y + high * 8 // 25}">{escape(datum.name)}</text>'
            f'<text class="tile-value k{level}" x="{x + 8}" y="{y + high * 7 // 10}"{fit}>{escape(datum.text)}</text>'
            f'<g class="k{level}">{pips}</g>'
        )
        body.append(linked(datum.link, f"{datum.name} {datum.text}", cell))
    return svg("tiles", 4 * (wide + gap) - gap, 5 * (high + gap) - gap, title, "".join(body))


def bars(data: Sequence[Datum], title: str, width: int = 440) -> Markup:
    """Horizontal bars: name, bar, number. The longest name decides where the bars begin, up to half the width."""
    line, right = 26, 84
    left = min(max((_breadth(datum.name) for datum in data), default=0) + 8, width // 2)
    top = max((datum.value for datum in data if datum.value), default=Decimal(0)) or Decimal(1)
    room = width - left - right
    body = []
    for n, datum in enumerate(data):
        y = n * line
        fit = f' textLength="{left - 8}" lengthAdjust="spacingAndGlyphs"' if _breadth(datum.name) > left else ""
        length = max(0, round(float((datum.value or Decimal(0)) / top) * room, 1))
        row = (
            f'<text class="bar-name" x="{left - 8}" y="{y + 18}" text-anchor="end"{fit}>{escape(datum.name)}</text>'
            f'<rect class="bar-back" x="{left}" y="{y + 6}" width="{room}" height="14" rx="2"/>'
            f'<rect class="bar" x="{left}" y="{y + 6}" width="{length}" height="14" rx="2"/>'
            f'<text class="bar-value" x="{left + room + 8}" y="{y + 18}">{escape(datum.text)}</text>'
        )
        body.append(linked(datum.link, f"{datum.name} {datum.text}", row))
    return svg("bars", width, max(line * len(data), line), title, "".join(body))


def sparkline(values: Sequence[Decimal | None], title: str, width: int = 96, height: int = 24) -> Markup:
    """A series at the size of a word."""
    top = max((value for value in values if value is not None), default=Decimal(0)) or Decimal(1)
    step = (width - 6) / max(len(values) - 1, 1)
    places = [
        (round(3 + n * step, 1), round(height - 3 - float(value / top) * (height - 6), 1))
        for n, value in enumerate(values)
        if value is not None
    ]
    body = f'<polyline class="line" points="{" ".join(f"{x},{y}" for x, y in places)}"/>' if len(places) > 1 else ""
    if places:
        body += f'<circle class="dot" cx="{places[-1][0]}" cy="{places[-1][1]}" r="2.5"/>'
    return svg("spark", width, height, title, body, "img")


def progress(done: Decimal | None, elapsed: Decimal | None, title: str, width: int = 320) -> Markup:
    """How much of a target is reached, with a mark where time stands; both are also written as words beside it."""

    def share(value: Decimal | None) -> float:
        return round(min(max(float(value or 0), 0.0), 1.0) * (width - 2), 1)

    body = (
        f'<rect class="bar-back" x="1" y="5" width="{width - 2}" height="12" rx="3"/>'
        f'<rect class="bar" x="1" y="5" width="{share(done)}" height="12" rx="3"/>'
    )
    if elapsed is not None:
        body += f'<rect class="elapsed" x="{share(elapsed)}" y="0" width="3" height="22"/>'
    return svg("progress", width, 22, title, body, "img")
