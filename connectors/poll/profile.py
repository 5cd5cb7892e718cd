"""Profile: what a feed's columns held in the polls before, and whether new rows are of another form. Pure.

It finds what no bound of a definition declares: a column that nobody fills any more, dates that became a spreadsheet's
serials, numbers that lost their dot, amounts in another unit. Only what no row shows any more counts, so that a new
sort of rows beside the old one is no drift.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import Any

from connectors.http.messages import Failure
from connectors.poll.cursor import Column
from connectors.poll.expect import amounts_of, is_improbable
from schemas.source.model import Feed
from schemas.source.reading import Reading

LEAST_KNOWN = 30  # rows of a column before anything is concluded from it
LEAST_NEW = 5  # rows that may show a change
USUAL = 0.9  # the share of rows by which a form is the usual one
AMOUNTS_APART = 1000.0  # 万元 for 元 is ten thousand; medians of honest lists differ by less
REMEMBERED = 1000.0  # rows; older ones fade
FORMS = (  # X is the check digit of a patent number
    ("date", re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*(?:[-/.月]\s*\d{1,2}.*|月)?")),
    ("integer", re.compile(r"[-+]?\d+[Xx]?")),
    ("decimal", re.compile(r"[-+]?\d+\.\d*[\dXx]")),
    ("scientific", re.compile(r"[-+]?\d+(?:\.\d+)?[eE][-+]?\d+")),
)


def form(value: Any) -> str:
    """The form of a value as the platform wrote it; a number and a text with the same number have one form."""
    if isinstance(value, list | dict):
        return type(value).__name__
    text = str(value).strip()
    return next((name for name, pattern in FORMS if pattern.fullmatch(text)), "text")


def check_profile(profile: Mapping[str, Column], readings: Sequence[Reading]) -> None:
    """Raises Failure(``contract``): ``drift_fill``, ``drift_form``, ``drift_amount``."""
    number = len(readings)
    for ours, known in profile.items() if number >= LEAST_NEW else ():
        if known.rows < LEAST_KNOWN:
            continue
        values = [reading.values[ours] for reading in readings if ours in reading.values]
        if not values and is_improbable(0, number, known.filled / known.rows):
            raise Failure("contract", "drift_fill", f"{ours}: none of {number} rows has it, until now most had")
        usual, rows = max(known.shapes.items(), key=lambda item: item[1], default=("", 0.0))
        met = Counter(map(form, values))
        if len(values) >= LEAST_NEW and rows >= USUAL * known.filled > 0 and not met[usual]:
            message = f"{ours}: {len(values)} values, none is {usual} as until now, most are {met.most_common(1)[0][0]}"
            raise Failure("contract", "drift_form", message)
        amounts = amounts_of(readings, ours) if known.middle else []
        if len(amounts) >= LEAST_NEW:
            ratio = median_low(amounts) / 100 / known.middle
            if not 1 / AMOUNTS_APART < ratio < AMOUNTS_APART:
                raise Failure("contract", "drift_amount", f"{ours}: amounts are {ratio:g} times those until now")


def learned(feed: Feed, profile: Mapping[str, Column], readings: Sequence[Reading]) -> dict[str, Column]:
    """The profile after rows that were as expected."""
    if not readings:
        return dict(profile)
    names = dict.fromkeys((*profile, *(name for name in feed.fields if name != "phase")))
    return {ours: _learned(profile.get(ours, Column()), ours, readings) for ours in names}


def _learned(known: Column, ours: str, readings: Sequence[Reading]) -> Column:
    values = [reading.values[ours] for reading in readings if ours in reading.values]
    amounts = amounts_of(readings, ours)
    fade = min(1.0, REMEMBERED / (known.rows + len(readings)))
    shapes = Counter({name: rows * fade for name, rows in known.shapes.items()})
    shapes.update(Counter(map(form, values)))
    middle = median_low(amounts) / 100 if len(amounts) >= LEAST_NEW else 0.0
    return Column(
        rows=round(known.rows * fade + len(readings), 2),
        filled=round(known.filled * fade + len(values), 2),
        shapes={name: round(rows, 2) for name, rows in sorted(shapes.items())},
        middle=middle or known.middle,
    )
