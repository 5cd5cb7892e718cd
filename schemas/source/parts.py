"""Parts of a feed's definition: its first request, paging, slices, where rows stand, and what is expected of them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from schemas.fields.amount import read_amount
from schemas.frozen import Frozen
from schemas.source.access import Charset, Code, Days, Duration

Pointer = Annotated[str, Field(pattern=r"^(/.*)?$")]  # JSON Pointer (RFC 6901); empty: the whole


class Request(Frozen):
    """The first request of a slice.

    A parameter of ``paging`` and ``slice`` is one of the query; one that begins with a slash is a JSON Pointer into
    ``body``, one of the ``form`` is a name that stands there.
    """

    path: str = Field(min_length=1)
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    body: dict[str, Any] = {}  # POST: sent as JSON
    form: dict[str, str] = {}  # POST: sent as a form
    headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")], str] = {}  # fixed ones, as X-Requested-With
    conditional: bool = False  # ask with If-None-Match, If-Modified-Since


class Paging(Frozen):
    """How one page leads to the next."""

    style: Literal["none", "page", "offset", "cursor", "numbered_files", "next_link"] = "none"
    parameter: str = ""  # page: pageNo; offset: offset; cursor: cursor
    first: int = 1
    ceiling: int = Field(1000, gt=0)  # pages above it are refused by the platform
    deepest: int | None = Field(None, gt=0)  # rows beyond it are not shown, whatever the size of a page
    overlap: int = Field(1, ge=0)  # offset: rows repeated to notice a shift
    total: Pointer = ""  # to the declared total
    pages: Pointer = ""  # to the declared number of pages
    next: Pointer = ""  # cursor: to the next cursor
    more: Pointer = ""  # cursor: to the flag that more follows
    expired: Code | None = None  # cursor no longer valid: restart the slice
    pattern: str = ""  # numbered_files: index_{n}.html
    link: str = ""  # next_link: CSS selector of the link to the next page; the last page has none
    # total_each_page: not only the first page must declare the total; end_marker: every page shows whether it is the last
    proof: tuple[Literal["total_each_page", "first_page_again", "end_marker", "two_equal_sweeps"], ...] = ()


class Cut(Frozen):
    """A second parameter by which a slice is cut that the platform does not show whole, as an area or a type."""

    parameter: str = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=2)


class Slice(Frozen):
    """How a feed is cut. ``by: none`` reads the whole feed each time."""

    by: Literal["none", "day"] = "none"
    start: str = Field(default="", alias="from")  # parameter names
    end: str = Field(default="", alias="to")
    inclusive: bool = True
    reread: Days = "7d"  # days before the watermark that every poll reads again
    span: Days = "31d"  # longest window the platform answers
    history: Days = "730d"  # how far back the first poll and a reconcile go
    reconcile: Duration = "30d"  # how often everything is read again, to find silent edits
    # none: a list whose total and first page are as they were is read whole this often only; empty: at every poll
    sweep: Duration | Literal[""] = ""
    cut: Cut | None = None  # of a day, or a whole list, above the ceiling


class Html(Frozen):
    """Where rows stand on a page (CSS selectors) and what an honest empty page shows.

    Either ``row`` with ``cells``, or ``table``: a grid whose columns are found by the text of their headings.
    """

    row: str = ""
    cells: dict[str, str] = {}  # name: selector, selector@attribute
    table: str = ""  # the table with the rows; of several the first that has the headings
    header: dict[Literal["contains"], tuple[str, ...]] = {}
    header_rows: int = Field(1, gt=0)
    stop_at: tuple[str, ...] = ()
    empty: str = ""
    captcha: str = ""
    closing: str = "</html>"


class File(Frozen):
    """A workbook or text file: which, and where its rows begin."""

    pattern: str
    # snapshot: the newest file is the whole list; period: a file is the whole of its period, sent again it replaces it
    edition: Literal["snapshot", "delta", "period"] = "delta"
    format: Literal["xlsx", "csv", "xml"] = "xlsx"
    encoding: Charset = ""  # declared charset of a CSV; empty: BOM, UTF-8, GB18030
    sheet: Annotated[int, Field(ge=0)] | str = 0  # its number, or its name as a pattern: "*" reads all of them
    columns: tuple[str, ...] = ()  # of a CSV without a heading row
    delimiter: Literal["", ",", ";", "\t", "|"] = ""  # of a CSV; empty: found in its heading row
    header: dict[Literal["contains"], tuple[str, ...]] = {}
    header_rows: int = Field(1, gt=0)
    stop_at: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    members: str = ""  # zip: pattern of member names
    element: str = ""  # XML: element of one record
    repeats: Literal["refused", "numbered"] = "refused"  # rows of one file with one key that differ; numbered: key/2, …


class Detail(Frozen):
    """A second request per list row.

    With ``attachments`` the records are the rows of the attached files, read by the feed's ``file``; with ``table`` those
    of the table in the notice that has the headings. Each row also carries the cells of its list row (title, link, day),
    so that its key can name the notice.
    """

    path: str  # cell with the link
    fields: dict[str, str] = {}
    attachments: tuple[str, ...] = ()  # xlsx, xls, pdf: suffixes of links, or of the names that links show, to follow
    table: str = ""  # CSS selector of the table whose rows are the records
    header: dict[Literal["contains"], tuple[str, ...]] = {}
    header_rows: int = Field(1, gt=0)
    stop_at: tuple[str, ...] = ()


class Claims(Frozen):
    """What the platform is believed to do; the stand-ins try to falsify each."""

    total: Literal["reliable", "unreliable"] = "reliable"  # unreliable: it proves nothing, two equal sweeps do
    ids: Literal["folded", "exact"] = "folded"  # exact: keys that differ in case or width are different records
    filter: str = ""  # column with the day by which slices are filtered: other days show that the filter is ignored


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
    fill: dict[str, Annotated[float, Field(gt=0, le=1)]] = {}  # our field: share of a page's rows that have it
    median: dict[str, tuple[str, str]] = {}  # our field: [1万元, 500万元], of a page's amounts

    @field_validator("median")
    @classmethod
    def amounts(cls, value: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
        for bound in (bound for bounds in value.values() for bound in bounds):
            if read_amount(bound).fen is None:
                raise ValueError(f"{bound!r} is no exact amount; accepted: 1万元, 5000元")
        return value
