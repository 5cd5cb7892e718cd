"""Coverage 覆盖: what of a goal's window its sources did not wholly cover, so that nothing is claimed about reaching it.

A month counts as covered when a record of every kind that the figure reads has its day in it, and no list of these kinds
was read only to an earlier day. In a province a month without one transfer, pledge or contract is a gap in what was read
and no 0; that a real 0 withholds a verdict does less harm than a verdict over months that nobody read.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from schemas.figures import BY_ID, INDICATORS, Indicator
from schemas.figures.values import PROVINCE
from schemas.kinds.legal_status import LegalStatus
from schemas.kinds.licence import Licence
from schemas.kinds.open_licence import OpenLicence
from schemas.kinds.pledge import Pledge
from schemas.kinds.transfer import Transfer
from schemas.records.point import point_key
from schemas.records.source_status import SourceStatus
from sinks.portal import records
from sinks.store.database import Snapshot

ANNOUNCEMENT = "announcement"  # the kind of a list of the gazette, whose texts decide the kind of each record
ANNOUNCED = frozenset(kind.name for kind in (Transfer, Licence, Pledge, OpenLicence, LegalStatus))


class Coverage(NamedTuple):
    """``months`` that are over and not covered, ``feeds`` (``source|feed``) of the kinds that were never read to their end."""

    months: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


class Days(NamedTuple):
    """From the first to the last day, as dates of ISO 8601."""

    first: str
    last: str


def coverage(db: Snapshot, indicator: str, windows: Iterable[Days], today: date, as_of: str | None = None) -> Coverage:
    """What is missing of a figure in these windows, up to today, by what was held at the instant ``as_of``."""
    figure = BY_ID[indicator]
    feeds = [feed for feed in statuses(db, as_of) if gives(feed, figure)]
    months = tuple(dict.fromkeys(month for window in windows for month in months_over(window, today)))
    read_to = min((feed.watermark for feed in feeds if feed.watermark), default=None)
    unread = [month for month in months if read_to and last_day_of(month).isoformat() > read_to]
    gaps = [months_without(db, dated_alike(figure, kind), months, as_of) for kind in figure.phases]
    missing = set(unread).union(*gaps)
    never = sorted(f"{feed.source}|{feed.feed}" for feed in feeds if feed.last_complete_at is None)
    return Coverage(tuple(month for month in sorted(months) if month in missing), tuple(never))


def gives(feed: SourceStatus, figure: Indicator) -> bool:
    """The list has, or may have, records that the figure reads."""
    kinds = ANNOUNCED if feed.kind == ANNOUNCEMENT else {feed.kind}
    return not kinds.isdisjoint(figure.phases)


def dated_alike(figure: Indicator, kind: str) -> tuple[str, ...]:
    """The figures whose every contribution is a record of this kind alone, on the day by which the figure counts."""
    return tuple(each.id for each in INDICATORS if set(each.phases) == {kind} and each.day == figure.day)


def months_without(db: Snapshot, witnesses: Sequence[str], months: Sequence[str], as_of: str | None) -> set[str]:
    """The months in which none of these figures counts anything in the province."""
    of = {point_key(name, {"area": PROVINCE}, month): month for name in witnesses for month in months}
    name = "points_named_then" if as_of else "points_named"
    found = db.rows(name, ids=list(of), **({"as_of": as_of} if as_of else {}))
    return set(months) - {of[row["id"]] for row in found if row["value"]["contributions"]}


def statuses(db: Snapshot, as_of: str | None) -> list[SourceStatus]:
    """How every feed fared, now or at an instant."""
    rows = db.rows("source_statuses_then", as_of=as_of) if as_of else db.rows("source_statuses")
    return [records.record(SourceStatus, row["value"]) for row in rows]


def months_over(window: Days, today: date) -> tuple[str, ...]:
    """The months of a window that ended before today."""
    first, last = date.fromisoformat(window.first), min(date.fromisoformat(window.last), today)
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    months = (f"{number // 12}-{number % 12 + 1:02d}" for number in numbers)
    return tuple(month for month in months if last_day_of(month) < today)


def last_day_of(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, calendar.monthrange(year, number)[1])
