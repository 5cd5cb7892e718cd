"""Plan: which slices of a feed to read now, and the requests of each. Pure: the day and the instant are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from msgspec.structs import replace as replace_record

from connectors.http.auth.draft import Draft
from connectors.poll.cursor import Cursor, Window
from connectors.read.page import Page
from schemas.source.model import Feed, Slice, seconds
from schemas.source.pointer import at, placed

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class PageRequest(Draft):
    """One page to be requested. ``number`` counts the pages of the sweep, from 1."""

    number: int = 1

    def having(self, parameter: str, value: str) -> PageRequest:
        """With a parameter where it belongs: at its JSON Pointer in the body, in the form, or in the query."""
        if parameter.startswith("/"):
            known = at(dict(self.body), parameter)
            is_number = value.isascii() and value.isdigit() and not isinstance(known, str)
            return replace(self, body=placed(self.body, parameter, int(value) if is_number else value))
        if self.form and parameter not in self.query:
            return replace(self, form={**self.form, parameter: value})
        return replace(self, query={**self.query, parameter: value})


def windows(feed: Feed, cursor: Cursor, now: datetime) -> list[Window]:
    """The slices of this poll, oldest first.

    A feed without days is one slice. By days: from the last ``reread`` days before the watermark to today; the whole
    history on the first poll and whenever a reconcile is due, since an edit may leave its record's date alone. A
    watermark that a wrong clock put beyond today counts as today, one that it put before all history as that.

    Two windows share the day between them: some platforms leave out the last day of a range that they say to include.
    """
    if feed.slice.by == "none":
        return [Window()]
    today = now.date()
    since = today - timedelta(days=_days(feed.slice.history))
    if cursor.watermark and not reconcile_due(feed, cursor, now):
        mark = min(date.fromisoformat(cursor.watermark), today)
        since = max(since, mark - timedelta(days=_days(feed.slice.reread)))
    span = max(1, _days(feed.slice.span))
    found: list[Window] = []
    while since <= today:
        end = min(since + timedelta(days=span - 1), today)
        found.append(Window(start=since.isoformat(), end=end.isoformat()))
        since = end if since < end < today else end + timedelta(days=1)
    return found or [Window(start=today.isoformat(), end=today.isoformat())]


def reconcile_due(feed: Feed, cursor: Cursor, now: datetime) -> bool:
    """Everything is to be read again."""
    if cursor.reconciled_at is None:
        return True
    elapsed = (now - datetime.fromisoformat(cursor.reconciled_at)).total_seconds()
    return abs(elapsed) >= seconds(feed.slice.reconcile)  # so far in the future: the clock was wrong


def halves(window: Window) -> tuple[Window, Window] | None:
    """A window too deep for the platform, split by days; None when it is one day, or has none."""
    if not window.start or window.start == window.end:
        return None
    start, end = date.fromisoformat(window.start), date.fromisoformat(window.end)
    middle = start + (end - start) // 2
    following = middle if start < middle else middle + timedelta(days=1)  # they share a day, as windows do
    return (
        replace_record(window, end=middle.isoformat()),
        replace_record(window, start=following.isoformat()),
    )


def parts_by_cut(feed: Feed, window: Window) -> list[Window]:
    """A window that no days can split, by the values of the declared second parameter; none: it has none."""
    if feed.slice.cut is None or window.cut:
        return []
    return [replace_record(window, cut=value) for value in feed.slice.cut.values]


def watermark_after(window: Window, before: str | None, now: datetime, served_at: datetime | None) -> str | None:
    """The newest day fully read once this window is complete: never today, by the earlier of the two clocks.

    It does not go back, save when it lies in the future: that day cannot have been read.
    """
    if not window.end:
        return before
    yesterday = (min(now, served_at.astimezone(now.tzinfo)) if served_at else now).date() - timedelta(days=1)
    reached = min(date.fromisoformat(window.end), yesterday).isoformat()
    return max(reached, before) if before and before <= now.date().isoformat() else reached


def first_request(feed: Feed, window: Window) -> PageRequest:
    """The first page of a slice."""
    assert feed.request is not None
    given, paging = feed.request, feed.paging
    request = PageRequest(given.path, given.method, given.query, given.headers, given.body, given.form)
    for parameter, value in _bounds(feed.slice, window):
        request = request.having(parameter, value)
    if paging.style == "page":
        return request.having(paging.parameter, str(paging.first))
    return request.having(paging.parameter, "0") if paging.style == "offset" else request


@dataclass(frozen=True)
class Reached:
    """How far a sweep has come before a page. ``first`` is the sweep's first page: its observed size counts, whatever
    size was requested. ``rows``: of the earlier pages. ``before``: rows of the page before this one."""

    first: Page
    rows: int = 0
    before: int = 0

    def after(self, page: Page, overlap: int) -> Reached:
        return Reached(self.first, self.rows + page.read - overlap, page.read)


def next_request(feed: Feed, request: PageRequest, page: Page, reached: Reached) -> PageRequest | None:
    """The page after this one; None when this one is the last by what the platform declares."""
    paging, number = feed.paging, request.number + 1
    match paging.style:
        case "page":
            if not page_follows(page, reached, request.number):
                return None
            return _turned(request, paging.parameter, str(paging.first + request.number))
        case "offset":
            total, overlap = reached.first.total, paging.overlap if request.number > 1 else 0
            rows = reached.rows + page.read - overlap
            if page.read <= overlap or (total is not None and rows >= total):
                return None
            return _turned(request, paging.parameter, str(max(0, rows - paging.overlap)))
        case "cursor":
            if page.more is False or not page.next:
                return None
            return _turned(request, paging.parameter, page.next)
        case "numbered_files":
            path = urljoin(request.path, paging.pattern.replace("{n}", str(paging.first + request.number - 1)))
            return replace(request, path=path, number=number)
        case "next_link" if page.next:
            return replace(request, path=page.next, query={}, number=number)
    return None


def likely_requests(feed: Feed, request: PageRequest, reached: Reached) -> Iterator[PageRequest]:
    """This request, the one after a slice's first page, and those that follow it if every page is as full as that one.

    None where the first page does not declare how many there are.
    """
    first, following = reached.first, request
    declares = first.total is not None or first.pages is not None
    while declares and first.read:
        yield following
        after = next_request(feed, following, first, reached)
        if after is None or is_beyond(feed, following, reached, first):
            return
        reached = reached.after(first, overlap_of(feed))
        following = after


def overlap_of(feed: Feed) -> int:
    """Rows that a page shares with the one before it; numbered pages share none."""
    return feed.paging.overlap if feed.paging.style == "offset" else 0


def is_beyond(feed: Feed, request: PageRequest, reached: Reached, page: Page) -> bool:
    """The page after this one is deeper than the platform is said to give."""
    paging, rows = feed.paging, reached.rows + page.read
    return request.number >= paging.ceiling or (paging.deepest is not None and rows >= paging.deepest)


def page_follows(page: Page, reached: Reached, number: int) -> bool:
    """Another page is due after this one, the ``number``-th.

    Where nothing is declared a short or empty page is no end: the page after it is asked for too. Two pages that end
    the list, one short and one empty or both empty, are enough.
    """
    first = reached.first
    if first.total is not None:
        return number < last_page(first)
    if first.pages is not None:
        return number < first.pages
    return page.read > 0 or (number > 1 and reached.before >= first.read > 0)


def last_page(first: Page) -> int:
    """Pages of a list by its declared total and the size it really uses."""
    return -(-(first.total or 0) // max(1, first.read))


def is_too_deep(feed: Feed, first: Page) -> bool:
    """The list declares more pages than the platform gives."""
    declared = last_page(first) if first.total is not None else first.pages
    deepest = feed.paging.deepest
    rows_beyond = deepest is not None and first.total is not None and first.total > deepest
    return rows_beyond or (declared is not None and declared > feed.paging.ceiling)


def _turned(request: PageRequest, parameter: str, value: str) -> PageRequest:
    return replace(request.having(parameter, value), number=request.number + 1)


def _bounds(cut: Slice, window: Window) -> Iterator[tuple[str, str]]:
    """The parameters of a window, with their values."""
    if window.start and cut.start:
        yield cut.start, window.start
    if window.end and cut.end:
        end = date.fromisoformat(window.end) + timedelta(days=0 if cut.inclusive else 1)
        yield cut.end, end.isoformat()
    if window.cut and cut.cut:
        yield cut.cut.parameter, window.cut


def _days(text: str) -> int:
    return seconds(text) // DAY_SECONDS
