"""Revision log 修订记录: published figures of months and years that were over and changed all the same, and why.

A late record is booked to its own date: a month that was over gets another number. The log names every such cell between
two moments, an instant or a release each, with the cause that a release would give (``sinks.figures.cells.cause``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec import convert

from schemas.fields.date import CHINA
from schemas.fields.instant import an_instant
from schemas.frozen import Frozen
from schemas.records.point import Point
from sinks.figures.cells import Cell, cause, of_point
from sinks.figures.release import named
from sinks.store.database import Row, Snapshot

RELEASE_ID = re.compile(r"\d{4}(-\d\d)?\.\d{1,6}")


class Moment(Frozen):
    """Where a log begins or ends. ``sequence``: the newest numbered change of the read model that belongs to it."""

    at: str
    sequence: int
    release: str | None = None
    period: str | None = None  # of the release


class RevisedCell(Frozen):
    """One published figure of a period that was over. ``was``, ``now``: None where it was not published, or is no longer."""

    indicator: str
    area: str
    dimension: str  # '' with ``category``: the total
    category: str
    period: str
    was: str | None
    now: str | None
    unit: str
    cause: str  # late, withdrawn, correction, definition
    contributions_before: int
    contributions: int
    revised_at: str
    synthetic: bool


def vintage(text: str) -> str:
    """The id of a release as it is, or an instant in UTC. Raises ValueError."""
    if RELEASE_ID.fullmatch(text):
        return text
    try:
        return an_instant(text)
    except ValueError as error:
        raise ValueError(f"{error}; or the id of a release: 2025-03.1") from None


class Narrowed(NamedTuple):
    """Which cells a log names. ``totals``: without those of a further dimension."""

    indicator: str | None = None
    area: str | None = None
    period: str | None = None
    totals: bool = False


def moment(db: Snapshot, asked: str | None) -> Moment:
    """The id of a release, an instant, or None: now. Raises NotFound: no release has this id."""
    if asked and RELEASE_ID.fullmatch(asked):
        release = named(db, asked)
        return Moment(at=release.made_at, sequence=release.sequence, release=release.id, period=release.period)
    at = datetime.fromisoformat(asked) if asked else db.rows("hub_state")[0]["as_of"] or datetime.now(CHINA)
    (newest,) = db.rows("newest_point_then", as_of=at)
    return Moment(at=at.astimezone(CHINA).isoformat(), sequence=newest["sequence"])


def unfit(since: Moment, until: Moment) -> str | None:
    """Why nothing lies between these two."""
    if until.sequence < since.sequence:
        return f"{until.release or until.at} is before {since.release or since.at} · 截止早于起始"
    if since.period and until.period and since.period != until.period:
        return f"{since.release} and {until.release} are of different periods · 两个发布版的数据期不同"
    return None


def log(db: Snapshot, since: Moment, until: Moment, narrowed: Narrowed) -> list[RevisedCell]:
    """The cells, the newest revision first; with a release only those of its period, else of all that were over then."""
    rows = db.rows(
        "points_revised",
        since=since.sequence,
        until=until.sequence,
        month=datetime.fromisoformat(since.at).astimezone(CHINA).strftime("%Y-%m"),
        indicator=narrowed.indicator,
        area=narrowed.area,
        period=narrowed.period or since.period or until.period,
        totals=narrowed.totals,
    )
    return [_revised(row) for row in rows]


def by_cause(cells: Iterable[RevisedCell]) -> dict[str, int]:
    """How many cells each cause revised."""
    return dict(sorted(Counter(cell.cause for cell in cells).items()))


def _revised(row: Row) -> RevisedCell:
    was, now = _cell(row["was"]), _cell(row["now"])
    cell = next(each for each in (now, was) if each)  # without a value on either side nothing differs
    return RevisedCell(
        indicator=cell.indicator,
        area=cell.area,
        dimension=cell.dimension,
        category=cell.category,
        period=cell.period,
        was=was.value if was else None,
        now=now.value if now else None,
        unit=cell.unit,
        cause=cause(was, now),
        contributions_before=was.contributions if was else 0,
        contributions=now.contributions if now else 0,
        revised_at=row["recorded_at"].astimezone(CHINA).isoformat(),
        synthetic=cell.synthetic,
    )


def _cell(value: object) -> Cell | None:
    return None if value is None else of_point(convert(value, Point))
