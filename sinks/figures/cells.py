"""Cells of figures as rows of one fixed table: what a release holds, byte for byte. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import NamedTuple

from schemas.figures.values import PROVINCE
from schemas.records.point import Point

Key = tuple[str, str, str, str, str, str]


class Cell(NamedTuple):
    """One number of a release. Columns are never renamed, moved or removed; a new one makes a new format.

    Format 1 has the published figures, format 2 the derived ones too (``flags``: derived).

    ``accumulation``: ``period`` (as published on the topic) or ``ytd`` 当年累计, counted from the contributions. ``dimension``
    and ``category`` are empty for a total. ``coverage``: keys with an amount / keys.
    """

    indicator: str
    area: str
    dimension: str
    category: str
    accumulation: str
    period: str
    value: str
    unit: str
    status: str
    coverage: str
    contributions: int
    flags: str
    def_version: int
    as_of: str
    synthetic: bool

    @property
    def key(self) -> Key:
        """What it is about: the columns that no other cell of the release shares."""
        return self[:6]


def name_of(key: Key) -> str:
    """As ``tongda figures diff`` prints it."""
    return ":".join(filter(None, key))


def of_point(point: Point) -> Cell:
    """A published figure."""
    cut = {name: value for name, value in point.dimensions.items() if name != "area"}
    dimension, category = next(iter(cut.items()), ("", ""))
    return Cell(
        point.indicator,
        point.dimensions.get("area", PROVINCE),
        dimension,
        category,
        "period",
        point.period,
        point.value,
        point.unit,
        point.status,
        point.coverage.get("amounts", ""),
        point.contributions,
        ";".join(point.flags),
        point.def_version,
        point.as_of,
        point.synthetic,
    )


def written(cells: Iterable[Cell]) -> bytes:
    """CSV with a heading (RFC 4180, UTF-8), sorted by key: equal cells give equal bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Cell._fields)
    writer.writerows(sorted(cells))
    return text.getvalue().encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Change(NamedTuple):
    """A cell that two releases of a period do not share, and why. ``was``, ``now``: None where that one has no such cell."""

    cell: str
    was: str | None
    now: str | None
    cause: str


def changes(earlier: Iterable[Cell], later: Iterable[Cell]) -> list[Change]:
    """Every cell whose value differs, by name."""
    before, after = ({cell.key: cell for cell in cells} for cells in (earlier, later))
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if not (was and now and was.value == now.value):
            found.append(Change(name_of(key), was and was.value, now and now.value, cause(was, now)))
    return found


def cause(was: Cell | None, now: Cell | None) -> str:
    """``definition``: another version of the rule. ``late``: more stands behind it than before, ``withdrawn``: less;
    ``correction``: as much, with another value (docs/figures.md#revisions).
    """
    if was and now and was.def_version != now.def_version:
        return "definition"
    before, after = (cell.contributions if cell else 0 for cell in (was, now))
    return "late" if after > before else "withdrawn" if after < before else "correction"
