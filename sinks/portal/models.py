"""What the portal answers, shared by pages and API. Listings, events and contributions are those of ``schemas``."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from schemas.records.statistic import Contribution, Point

from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.raw import Frozen, SourceStatus

Item = TypeVar("Item")


class Page(Frozen, Generic[Item]):
    """A list: ``next`` is the cursor of the next page or null, ``as_of`` the hub's newest commit behind the answer."""

    items: tuple[Item, ...]
    next: str | None = None
    as_of: str | None = None
    total: int


class FacetValue(Frozen):
    """``count`` = results after choosing this value alone in its facet, all other facets as they stand."""

    value: str
    count: int
    included: bool = False
    excluded: bool = False


class Facet(Frozen):
    """One way to narrow results; at most 20 values unless chosen, the most frequent first. Labels: words.py."""

    name: str
    values: tuple[FacetValue, ...]
    more: int = 0  # further values that are not shown


class Hint(Frozen):
    """Something to tell beside the results: ``wrong_check_digit`` (text = what was typed, expected = 7)."""

    code: str
    text: str
    expected: str = ""


class Results(Page[Listing]):
    """Listings that match, with their facets."""

    facets: tuple[Facet, ...] = ()
    hints: tuple[Hint, ...] = ()


class Revision(Frozen):
    """One revision of an event or listing as it was published; ``value`` null: taken down."""

    revision: int
    recorded_at: str
    value: dict[str, Any] | None


class PatentDossier(Frozen):
    """卷宗: everything the hub holds about one patent; events in order of the date that counts, undated ones last."""

    number: str
    right_type: str
    title: str | None = None
    legal_status: str = "unknown"
    legal_status_on: str | None = None
    ipc: tuple[str, ...] = ()
    holders: tuple[Organisation | MaskedPerson, ...] = ()
    events: tuple[Event, ...] = ()
    listings: tuple[Listing, ...] = ()
    as_of: str | None = None
    synthetic: bool = False


class MaskedPerson(Frozen):
    """A natural person: the masked name and nothing else (张*)."""

    name: str
    party_type: Literal["individual"] = "individual"


class Organisation(Frozen):
    """An organisation as the hub knows it from listings and events."""

    id: str
    name: str
    party_type: str = "unknown"
    credit_code: str | None = None
    region: str | None = None
    sme: str = "unknown"


class OrganisationDossier(Frozen):
    """One organisation with its listings and deals, newest first. ``aliases``: other spellings sources used."""

    organisation: Organisation
    aliases: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    events: tuple[Event, ...] = ()
    as_of: str | None = None
    synthetic: bool = False


class Indicator(Frozen):
    """One figure that can be asked for: label, unit, further dimensions, and the province's newest value."""

    indicator: str
    label: str
    unit: str
    def_version: int
    dimensions: tuple[str, ...]  # besides area
    periods: tuple[str, str] | None  # first and last month (None for a stock)
    stock: bool
    latest: Point | None  # the province's year to date, or the stock


class Observation(Frozen):
    """One cell of an answer. ``value`` is a decimal string in ``unit``; null when nothing is known, with its status."""

    area: str
    dimensions: dict[str, str]  # without area
    period: str
    accumulation: Literal["period", "ytd"]
    value: str | None
    unit: str
    status: str
    as_of: str | None
    coverage: dict[str, str] = {}
    flags: tuple[str, ...] = ()
    key: str  # the point's key text; for explanations
    synthetic: bool = False


class Statistics(Page[Observation]):
    """The answer to one question about one indicator, cells sorted by area, dimensions, period."""

    indicator: str
    label: str
    unit: str
    def_version: int
    accumulation: Literal["period", "ytd"]


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
    """figure → contributions → events → records → evidence. ``counted``: the value recounted from contributions."""

    point: Observation
    counted: str
    agrees: bool
    contributions: tuple[Contribution, ...]
    events: tuple[Event, ...]
    records: tuple[RecordTrace, ...]
    next: str | None = None
    total: int


TargetStatus = Literal["achieved", "ahead", "behind", "unreachable", "met", "not_met", "no_data"]


class Reading(Frozen):
    """Another reading of an open question, in the unit of its goal, side by side with the default one."""

    label: str
    label_en: str
    value: str | None


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
    reason: str = ""  # source_missing, indicator_missing, base_missing: words in words.csv
    detail: str = ""  # what exactly is missing
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


class Sources(Page[SourceStatus]):
    """How every feed fares."""


class Letters(Frozen):
    """Dead letters of one stage, reason and platform: those that wait, and those that were replayed or given up."""

    stage: str
    reason: str
    source: str | None
    open: int
    closed: int
    newest_at: str


class Equation(Frozen):
    """Something that must be 0: ``name`` and ``place`` have words; anything else says that a record is unaccounted."""

    name: Literal["pages", "stage", "areas", "digest"]
    place: str
    gap: str

    @property
    def holds(self) -> bool:
        return Decimal(self.gap) == 0


class Held(Frozen):
    """What the store holds of one topic. ``digest``: the sum, free of order, of 60 bits of SHA-256(id|revision)."""

    topic: str
    position: int
    rows: int
    digest: str
    committed_at: str


class Process(Frozen):
    """One process of this machine, as it answers now."""

    role: str
    started_at: str
    answers: bool
    ready: bool


class Lag(Frozen):
    """Records of a topic that a group has not read yet."""

    group: str
    topic: str
    records: int


class Operations(Frozen):
    """What an operator looks at first."""

    feeds: tuple[SourceStatus, ...]
    equations: tuple[Equation, ...]
    letters: tuple[Letters, ...]
    held: tuple[Held, ...]
    processes: tuple[Process, ...]
    lags: tuple[Lag, ...]
    as_of: str | None


class Change(Frozen):
    """One change of a topic in the hub's order; ``value`` null: delete your copy."""

    sequence: int
    topic: str
    key: str
    revision: int
    recorded_at: str
    value: dict[str, Any] | None


class Counters(Frozen):
    """The portal's first numbers: listings by state and events by kind."""

    supply: dict[str, int]
    demand: dict[str, int]
    events: dict[str, int]
    as_of: str | None
    synthetic: bool


class Problem(Frozen):
    """RFC 9457 ``application/problem+json``: what went wrong, in both languages, and where to go on."""

    type: str
    title: str
    title_zh: str
    status: int
    code: str
    detail: str
    instance: str
    facts: dict[str, Any] = {}
    errors: tuple[dict[str, str], ...] = ()  # 422: one a field: name, message, nearest
    next: tuple[str, ...] = ()
    trace_id: str = ""


PatentDossier.model_rebuild()
