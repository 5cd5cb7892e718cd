"""The model of ``connectors/sources/<id>/source.yml``: how a platform is asked (access) and what its fields mean
(meaning).

Unknown keys are refused; there are no expressions, templates or conditions: what does not fit is ``connector.py``.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from schemas.fields.amount import read_amount
from schemas.frozen import Frozen
from schemas.kinds import BY_NAME

Authority = Literal[
    "register", "national", "provincial", "exchange", "university", "bank", "centre", "park", "prefecture", "vendor"
]
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text: str) -> int:
    """``30m`` → 1800. Raises ValueError."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if not match:
        raise ValueError(f"{text!r} is no duration; accepted: 90s, 30m, 6h, 1d")
    return int(match[1]) * SECONDS[match[2]]


class Code(Frozen):
    """Where a business code stands (JSON Pointer) and which values mean what the key's name says."""

    at: str
    values: tuple[str | int, ...] = Field(alias="in")


class Access(Frozen):
    """How the platform is asked; defaults for every feed."""

    style: Literal["http", "drop"] = "http"
    base: str = ""  # address; a setting TONGDA_SOURCE_<ID>_BASE overrides it
    folder: str = ""  # drop: folder under the base
    every: str = "30m"
    window: str = "00:00-24:00"
    pace: str = "1/s"  # requests per second, or every n seconds: 1/2s
    budget: str = "5000/day"  # requests of all its feeds; stand-ins have none
    deadline: str = "60s"  # whole response
    max_bytes: int = 16 * 1024 * 1024
    auth: dict[str, str] = {}  # {style: header, name: X-Api-Key, secret: HN_IP_KEY}
    media: str = "application/json"
    charset: str = "utf-8"
    ok: Code | None = None
    retry: Code | None = None
    blocked: Code | None = None

    _durations = field_validator("every", "deadline")(lambda value: (seconds(value), value)[1])

    @field_validator("budget")
    @classmethod
    def a_day(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9]\d{0,8}/day", value):
            raise ValueError(f"{value!r} is no budget; accepted: 5000/day")
        return value

    @property
    def requests_a_day(self) -> int:
        return int(self.budget.partition("/")[0])

    @property
    def every_seconds(self) -> int:
        return seconds(self.every)

    @property
    def deadline_seconds(self) -> int:
        return seconds(self.deadline)


class Request(Frozen):
    """The first request of a slice."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    conditional: bool = False  # ask with If-None-Match, If-Modified-Since


class Paging(Frozen):
    """How one page leads to the next."""

    style: Literal["none", "page", "offset", "cursor", "numbered_files"] = "none"
    parameter: str = ""  # page: pageNo; offset: offset; cursor: cursor
    first: int = 1
    limit: str = ""  # parameter with the page size
    ceiling: int = 1000  # pages above it are refused by the platform
    overlap: int = 1  # offset: rows repeated to notice a shift
    total: str = ""  # JSON Pointer to the declared total
    pages: str = ""
    next: str = ""  # cursor: JSON Pointer to the next cursor
    more: str = ""
    expired: Code | None = None  # cursor no longer valid: restart the slice
    pattern: str = ""  # numbered_files: index_{n}.html
    proof: tuple[Literal["total_each_page", "first_page_again", "end_marker", "two_equal_sweeps"], ...] = ()


class Slice(Frozen):
    """How a feed is cut. ``by: none`` reads the whole feed each time."""

    by: Literal["none", "day"] = "none"
    start: str = Field(default="", alias="from")  # parameter names
    end: str = Field(default="", alias="to")
    inclusive: bool = True
    reread: str = "7d"  # days before the watermark that every poll reads again
    span: str = "31d"  # longest window the platform answers
    history: str = "730d"  # how far back the first poll and a reconcile go
    reconcile: str = "30d"  # how often everything is read again, to find silent edits

    _durations = field_validator("reread", "span", "history", "reconcile")(lambda value: (seconds(value), value)[1])


class Html(Frozen):
    """Where rows stand on a page (CSS selectors) and what an honest empty page shows."""

    row: str
    cells: dict[str, str] = {}  # name: selector, selector@attribute
    empty: str = ""
    captcha: str = ""
    closing: str = "</html>"


class File(Frozen):
    """A workbook or text file: which, and where its rows begin."""

    pattern: str
    edition: Literal["snapshot", "delta"] = "delta"
    format: Literal["xlsx", "csv", "xml"] = "xlsx"
    encoding: str = ""  # declared charset of a CSV; empty: BOM, UTF-8, GB18030
    sheet: int = 0
    header: dict[Literal["contains"], tuple[str, ...]] = {}
    header_rows: int = 1
    stop_at: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    members: str = ""  # zip: pattern of member names
    element: str = ""  # XML: element of one record
    repeats: Literal["refused", "numbered"] = "refused"  # rows of one file with one key that differ; numbered: key/2, …


class Detail(Frozen):
    """A second request per list row.

    With ``attachments`` the records are the rows of the attached files, read by the feed's ``file``; each row also
    carries the cells of its list row (title, link, day), so that its key can name the notice.
    """

    path: str  # cell with the link
    fields: dict[str, str] = {}
    attachments: tuple[str, ...] = ()  # xlsx, xls, pdf: link suffixes to follow


class Claims(Frozen):
    """What the platform is believed to do; the stand-ins try to falsify each."""

    total: Literal["reliable", "unreliable", "none"] = "none"
    ids: Literal["stable", "reused", "none"] = "stable"
    filter: str = ""
    sees_edits: bool = False
    sees_deletions: bool = False


class Absence(Frozen):
    """What it means that a record is no longer shown."""

    means: Literal["nothing", "withdrawn", "cancelled", "left"] = "nothing"
    guard: str = ""  # share above which a slice is held; empty: TONGDA_ABSENCE_SHARE

    @field_validator("guard")
    @classmethod
    def whole_percent(cls, value: str) -> str:
        if value and not re.fullmatch(r"(100|\d{1,2})%", value):
            raise ValueError(f"{value!r} is no share; accepted: 5%, 100%")
        return value

    def share(self, otherwise: float) -> float:
        """The guard as a share; ``otherwise`` where the feed declares none."""
        return int(self.guard[:-1]) / 100 if self.guard else otherwise


class Expect(Frozen):
    """Hard bounds; what is outside them is held for a person."""

    per_month: tuple[int, int] | None = None  # rows of a slice of a month or more
    fill: dict[str, float] = {}  # our field: share of a page's rows that say it
    median: dict[str, tuple[str, str]] = {}  # our field: [1万元, 500万元], of a page's amounts

    @field_validator("median")
    @classmethod
    def amounts(cls, value: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        for bound in (bound for bounds in value.values() for bound in bounds):
            if read_amount(bound).fen is None:
                raise ValueError(f"{bound!r} is no exact amount; accepted: 1万元, 5000元")
        return value


class Feed(Frozen):
    """One list within a platform, of one kind.

    ``fields`` maps our field to their column. A dotted name says more of a party (``transferor.address``,
    ``owner.credit_code``, ``seller.type``); ``phase`` lets a column choose the phase through ``values``.
    """

    kind: str  # or `announcement`: the text decides kind and phase (domain.md §5)
    name: str = ""  # Chinese name of the list
    phase: str = ""
    secrecy: Literal["public", "shared", "internal", "sensitive"] = "public"
    every: str = ""  # overrides access.every
    request: Request | None = None
    paging: Paging = Paging()
    slice: Slice = Slice()
    html: Html | None = None
    file: File | None = None
    detail: Detail | None = None
    records: str = ""  # JSON Pointer to the rows
    key: str | tuple[str, ...] = ()  # JSON Pointer, or column names
    order: Literal["newest_first", "oldest_first", "none"] = "none"
    claims: Claims = Claims()
    absence: Absence = Absence()
    volatile: tuple[str, ...] = ()
    fields: dict[str, str | tuple[str, ...]] = {}  # ours: theirs (several: the first that has a value)
    text: dict[str, Literal["announcement"]] = {}  # their column that holds announcement text
    constant: dict[str, Any] = {}
    units: dict[str, str] = {}
    split: dict[str, tuple[str, ...]] = {}
    patches: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[str, str]] = {}  # our field: {their word: our enum value}
    drop: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    expect: Expect = Expect()
    definition: int = 1  # rises when the meaning half changes

    @field_validator("kind")
    @classmethod
    def known_kind(cls, value: str) -> str:
        if value != "announcement" and value not in BY_NAME:
            raise ValueError(f"unknown kind {value!r}; known: announcement, {', '.join(BY_NAME)}")
        return value


class Source(Frozen):
    """One platform. The folder's name is ``id``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    region: str = Field("430000", pattern=r"^\d{6}$")
    authority: Authority
    contact: dict[str, str] = {}
    synthetic: bool = False  # set by settings when the address is a stand-in's; never in the file
    access: Access
    feeds: dict[str, Feed] = Field(min_length=1)

    def every_seconds(self, feed: str) -> int:
        """How often a feed is asked."""
        return seconds(self.feeds[feed].every) if self.feeds[feed].every else self.access.every_seconds
