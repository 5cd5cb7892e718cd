"""Prove: what a whole sweep through a slice showed. Pure.

A sweep is one reading of a slice from its first page to its last. Its verdict is that of the first rule in ``RULES``
that applies: declared totals, page sizes, repeated keys, the first page read again, and the proof of the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from connectors.poll.cursor import Window
from connectors.read.page import Page
from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.records.source_status import Verdict
from schemas.source.model import Feed
from schemas.wire import digest


class End(Enum):
    """Why a list has no further page, where its last page does not show it."""

    NOTHING_FOLLOWS = auto()  # the next one is not there, or the file is whole
    CEILING = auto()  # the platform gives no deeper page


@dataclass(frozen=True)
class Proof:
    """A verdict with its short reason; ``again``: another sweep may prove what this one could not."""

    verdict: Verdict
    reason: str = ""
    again: bool = False
    by_equal: bool = True  # … and does so when it equals this one
    message: str = ""  # for the operator


COMPLETE = Proof("complete")


class Counted(NamedTuple):
    """What one page of a sweep leaves behind: its rows are not kept."""

    read: int
    refused: int = 0
    total: int | None = None
    pages: int | None = None
    next: str = ""
    more: bool | None = None
    doubt: str = ""


@dataclass
class Sweep:
    """What one sweep has seen so far. The loop adds its pages in their order and takes the proof at the end."""

    feed: Feed
    window: Window = field(default_factory=Window)
    pages: list[Counted] = field(default_factory=list)
    first_keys: list[str] = field(default_factory=list)
    first: str = ""  # digest of the total and the first page, where lists are probed by it
    last_key: str = ""
    digests: dict[str, str] = field(default_factory=dict)  # key → digest, over all pages
    conflict: bool = False  # one key with two contents
    repeated: bool = False  # a page whose keys were all seen before
    ignored: bool = False  # … on the first page
    barren: bool = False  # two pages in a row without a row
    stuck: bool = False  # a cursor came back
    overlapped: bool = True  # each offset page began with the last row before it
    outside: bool = False  # a row of a day outside the window
    newest: str = ""  # the last day of a row, where the definition names its column
    end: End | None = None
    first_again: bool | None = None  # the first page, read again, is the same
    cursors: set[str] = field(default_factory=set)

    @property
    def distinct(self) -> int:
        """Records seen: keys, and refused rows, each of which stood for one."""
        return len(self.digests) + sum(page.refused for page in self.pages)

    @property
    def shown(self) -> int:
        """Rows seen, those that a list repeats as often as it does."""
        return sum(page.read for page in self.pages) - self._overlap * (len(self.pages) - 1)

    @property
    def digest(self) -> str:
        """The same for two sweeps that saw the same records with the same contents."""
        return digest(sorted(self.digests.items()))[:32]

    @property
    def goes_nowhere(self) -> bool:
        """Further pages would show nothing new."""
        return self.repeated or self.barren or self.stuck

    @property
    def declares_more(self) -> bool:
        """The last page gives a cursor to another one."""
        return self.feed.paging.style == "cursor" and bool(self.pages[-1].next)

    @property
    def wants_first_page_again(self) -> bool:
        return "first_page_again" in self.feed.paging.proof and len(self.pages) > 1

    def add(self, page: Page) -> None:
        """One more page."""
        keys = [row.key for row in page.rows]
        if self.pages and keys and all(key in self.digests for key in keys) and len(keys) > self._overlap:
            self.repeated, self.ignored = True, keys == self.first_keys
        self.barren = bool(self.pages) and not page.read and not self.pages[-1].read
        if self._overlap and self.pages and keys and self.last_key:
            self.overlapped &= keys[0] == self.last_key
        for row in page.rows:
            self.conflict |= self.digests.setdefault(row.key, row.digest) != row.digest
            self.digests[row.key] = row.digest
            self._look_at_day(row.content)
        if page.next:
            self.stuck |= page.next in self.cursors
            self.cursors.add(page.next)
        if not self.pages:
            self.first_keys = keys
            if self.feed.slice.sweep:
                self.first = first_digest(page)
        self.last_key = keys[-1] if keys else ""
        self.pages.append(
            Counted(page.read, len(page.refused), page.total, page.pages, page.next, page.more, page.doubt)
        )

    @property
    def _overlap(self) -> int:
        return self.feed.paging.overlap if self.feed.paging.style == "offset" else 0

    def compare_first(self, again: Page) -> None:
        """The first page, read again at the end."""
        self.first_again = [row.key for row in again.rows] == self.first_keys and again.total == self.pages[0].total

    def proof(self, before: str = "") -> Proof:
        """The verdict. ``before``: digest of the sweep before this one of the same slice; two equal ones prove too."""
        proof = next(proof for rule in RULES if (proof := rule(self)) is not None)
        if proof.verdict == "complete" and needs_two_sweeps(self.feed):
            proof = Proof("unknown", "one_sweep", again=True)
        if not (proof.again and proof.by_equal) or not before or self.conflict or self.declares_more:
            return proof
        return COMPLETE if before == self.digest else proof

    @property
    def needs_another(self) -> bool:
        """By itself this sweep proves nothing."""
        return self.proof().again

    def _look_at_day(self, content: Mapping[str, object]) -> None:
        """The row's day, in the column by which slices are filtered: one outside the window shows that they are not."""
        column = self.feed.claims.filter
        if not column or not self.window.start or not (value := content.get(column)):
            return
        try:
            day = read_date(value, column_is_date=True)
        except Reject:
            return
        if day is not None and len(day) == 10:
            self.outside |= not self.window.start <= day <= self.window.end
            self.newest = max(self.newest, day)


def first_digest(page: Page) -> str:
    """The same for a list with the same total and the same records on its first page."""
    return digest([page.total, [[row.key, row.digest] for row in page.rows]])[:32]


def needs_two_sweeps(feed: Feed) -> bool:
    """One sweep proves nothing: by the definition, or because the platform's totals are wrong."""
    return "two_equal_sweeps" in feed.paging.proof or feed.claims.total == "unreliable"


Rule = Callable[[Sweep], Proof | None]


def cursor_came_back(sweep: Sweep) -> Proof | None:
    """A cursor that was given before would lead in a circle."""
    return Proof("unknown", "cursor_stuck") if sweep.stuck else None


def cursor_brings_nothing(sweep: Sweep) -> Proof | None:
    """Ever new cursors without a new row: the platform declares more and shows nothing of it."""
    brings_nothing = sweep.declares_more and (sweep.barren or sweep.repeated)
    return Proof("unknown", "cursor_stuck", again=True) if brings_nothing else None


def filter_ignored(sweep: Sweep) -> Proof | None:
    """Rows of other days show that the platform did not filter: the window may hold any part of the list."""
    return Proof("unknown", "filter_ignored") if sweep.outside else None


def total_changed(sweep: Sweep) -> Proof | None:
    """Pages that declare different totals are pages of different lists."""
    totals = {page.total for page in sweep.pages if page.total is not None}
    pages = {page.pages for page in sweep.pages if page.pages is not None}
    changed = Proof("drifted", "total_changed", again=True, by_equal=False)
    return changed if len(totals) > 1 or len(pages) > 1 else None


def key_conflict(sweep: Sweep) -> Proof | None:
    """One key with two contents: the record changed while the list was read."""
    return Proof("drifted", "key_conflict", again=True) if sweep.conflict else None


def overlap_lost(sweep: Sweep) -> Proof | None:
    """A page that does not begin with the last row before it: the list moved between the two requests."""
    return None if sweep.overlapped else Proof("drifted", "overlap_lost", again=True)


def first_page_changed(sweep: Sweep) -> Proof | None:
    """The first page is another one at the end of the sweep: rows came or went meanwhile."""
    return Proof("drifted", "first_page_changed", again=True) if sweep.first_again is False else None


def ceiling_reached(sweep: Sweep) -> Proof | None:
    """What lies deeper than the platform gives was not read."""
    if sweep.end is not End.CEILING:
        return None
    days = " to ".join(dict.fromkeys((sweep.window.start, sweep.window.end))) or "the list"
    return Proof("short", "ceiling", message=f"{days}: more rows than the platform shows")


def own_count_disagrees(sweep: Sweep) -> Proof | None:
    """A row of totals, or a number of rows, is another than that of the rows."""
    doubt = next((page.doubt for page in sweep.pages if page.doubt), "")
    return Proof("short", doubt) if doubt else None


def counted_against_total(sweep: Sweep) -> Proof | None:
    """As many records as the platform declares: nothing is missing. This decides wherever a total is declared."""
    total = sweep.pages[0].total
    if total is None:
        return None
    if sweep.distinct < total:
        if sweep.shown == total and not sweep.repeated:  # the list shows a row twice, and its total counts it twice
            return Proof("short", "rows_repeated", again=True)
        return Proof("short", "page_repeated" if sweep.repeated else "rows_missing")
    return COMPLETE if sweep.distinct == total else Proof("drifted", "rows_beyond_total", again=True)


def short_page_inside(sweep: Sweep) -> Proof | None:
    """A page before the last that is smaller than the first has lost rows. Empty pages at the end are no pages, and
    the last one shown again is none either."""
    read = [page.read for page in sweep.pages][: -1 if sweep.repeated else None]
    while read and not read[-1]:
        read.pop()
    lost = sweep.feed.paging.style == "page" and any(rows < read[0] for rows in read[:-1])
    return Proof("short", "page_short") if lost else None


def end_of_cursor(sweep: Sweep) -> Proof | None:
    """A cursor list ends with ``more: false`` and no next cursor; one without the other is a contradiction."""
    if sweep.feed.paging.style != "cursor":
        return None
    last = sweep.pages[-1]
    if (last.more is True and not last.next) or (last.more is False and last.next):
        return Proof("unknown", "cursor_contradiction")
    return COMPLETE if last.more is False else Proof("unknown", "end_unproved", again=True)


def repeated_page(sweep: Sweep) -> Proof | None:
    """A platform that repeats its last page for every higher number shows no end. One that repeats its first page does
    not know the parameter: any number of equal sweeps shows that page only."""
    if not sweep.repeated:
        return None
    ignored = sweep.ignored and sweep.feed.paging.style in ("page", "offset")
    return Proof("unknown", "page_ignored") if ignored else Proof("unknown", "page_repeated", again=True)


def counted_against_pages(sweep: Sweep) -> Proof | None:
    """As many pages as the platform declares."""
    declared = sweep.pages[0].pages
    return COMPLETE if declared is not None and len(sweep.pages) >= declared else None


def end_shown(sweep: Sweep) -> Proof | None:
    """The page after the last one is not there, or every page carries an end marker."""
    shown = sweep.end is End.NOTHING_FOLLOWS or "end_marker" in sweep.feed.paging.proof
    return COMPLETE if shown else None


def end_unproved(sweep: Sweep) -> Proof | None:
    """Neither a total nor an end: a short or empty last page may have lost rows, so only a second, equal sweep proves
    such a list."""
    return Proof("unknown", "end_unproved", again=True)


RULES: tuple[Rule, ...] = (
    cursor_came_back,
    cursor_brings_nothing,
    filter_ignored,
    total_changed,
    key_conflict,
    overlap_lost,
    first_page_changed,
    ceiling_reached,
    own_count_disagrees,
    counted_against_total,
    short_page_inside,
    end_of_cursor,
    repeated_page,
    counted_against_pages,
    end_shown,
    end_unproved,
)
