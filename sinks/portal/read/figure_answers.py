"""What the portal answers about figures and targets."""

from __future__ import annotations

from typing import Literal

from schemas.frozen import Frozen
from sinks.figures.revisions import Moment, RevisedCell
from sinks.portal.read.answers import ContributionAnswer, EventAnswer, Page, PointAnswer
from sinks.portal.read.filters import Accumulation


class Indicator(Frozen):
    """One figure that can be asked for: label, unit, further dimensions, and the province's newest value."""

    indicator: str
    label: str
    unit: str
    def_version: int
    dimensions: tuple[str, ...]  # besides area
    periods: tuple[str, str] | None  # first and last month (None for a stock)
    stock: bool
    latest: PointAnswer | None  # the province's year to date, or the stock


class CellValue(Frozen):
    """A cell with its value, published as a point or recounted from contributions.

    ``value`` is a decimal string in ``unit``; null when nothing is known, with its status. ``revision``: the point's, by
    which it is found on the topic; null for what is recounted.
    """

    area: str
    dimensions: dict[str, str]  # without area
    period: str
    accumulation: Accumulation
    value: str | None
    unit: str
    status: str
    as_of: str | None
    revision: int | None = None
    coverage: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    key: str  # the point's key text; for explanations
    synthetic: bool = False


class Statistics(Page[CellValue]):
    """The answer to one question about one indicator, cells sorted by area, dimensions, period."""

    indicator: str
    label: str
    unit: str
    def_version: int
    accumulation: Accumulation


class RevisionLog(Page[RevisedCell]):
    """Figures of periods that were over and were revised; ``causes``: how many of all of them, by cause."""

    since: Moment
    until: Moment
    causes: dict[str, int]


class RecordTrace(Frozen):
    """One record behind an event, down to its bytes: ``tongda explain`` prints them, the API names them."""

    event_id: str
    source: str
    feed: str
    record: str
    url: str
    phase: str
    fetched_at: str
    sequence: int
    sha256: str | None
    pointer: str | None
    kept: bool  # the evidence store has these bytes
    synthetic: bool = False


class Explanation(Frozen):
    """figure → contributions → events → records → evidence. ``counted``: the value recounted from contributions.

    ``counted`` is null where sums of money are read with a key alone.

    ``withheld``: further contributions behind it that are read with a key; ``total`` is the number of the others.
    """

    point: CellValue
    counted: str | None
    agrees: bool
    contributions: tuple[ContributionAnswer, ...]
    events: tuple[EventAnswer, ...]
    records: tuple[RecordTrace, ...]
    next: str | None = None
    total: int
    withheld: int = 0


# not_covered: the sources do not cover the whole window, so nothing is claimed about reaching the goal
TargetStatus = Literal["achieved", "ahead", "behind", "unreachable", "met", "not_met", "not_covered", "no_data"]


class Reading(Frozen):
    """Another reading of an open question, in the unit of its goal, side by side with the default one."""

    label: str
    label_en: str
    value: str | None
    missing_months: tuple[str, ...] = ()  # of its own window


class Target(Frozen):
    """One goal of a plan. Ratios are decimal strings (``0.712``), null without a value; ``reason`` says why."""

    id: str
    text: str
    text_en: str
    indicator: str
    value: str | None
    goal: str
    op: str
    unit: str
    window_from: str | None
    window_to: str
    progress: str | None
    elapsed: str
    gap: str | None  # progress − elapsed, in parts of one
    status: TargetStatus
    missing_months: tuple[
        str, ...
    ] = ()  # of the window (of a growth also of its base year), over and not wholly covered
    unread_feeds: tuple[str, ...] = ()  # source|feed: lists behind it that were never read to their end
    measured_on: str | None = (
        None  # of a stock whose window is over: the day of its value, which is not the window's end
    )
    reason: str = ""  # why there is no value: words in words.csv, target_reason
    detail: str = ""  # what exactly is missing; of a stated value its evidence
    detail_en: str = ""
    default: str = ""  # the reading chosen for the open question
    default_en: str = ""
    readings: tuple[Reading, ...] = ()
    as_of: str | None = None
    synthetic: bool = False


class TargetSet(Frozen):
    """One policy document's goals. ``closed``: its last window is over, statuses read 期末."""

    set: str
    title: str
    title_en: str
    adopted_on: str
    closed: bool
    targets: tuple[Target, ...]


class Targets(Page[TargetSet]):
    """All plans, the newest first."""
