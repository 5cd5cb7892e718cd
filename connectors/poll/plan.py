"""Plan: which slices of a feed to read now, and the requests of each. Pure: the day and the instant are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import urljoin

from connectors.poll.cursor import Cursor, Window
from connectors.read.page import Page
from schemas.source.model import Feed, Slice, seconds

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class PageRequest:
    """One page to be requested. ``number`` counts the pages of the sweep, from 1."""

    path: str
    query: dict[str, str] = field(default_factory=dict)
    method: Literal["GET", "POST"] = "GET"
    number: int = 1


def windows(feed: Feed, cursor: Cursor, now: datetime) -> list[Window]:
    """The slices of this poll, oldest first.

    A feed without days is one slice. By days: from the last ``reread`` days before the watermark to today; the whole
    history on the first poll and whenever a reconcile is due, since an edit may leave its record's date alone. A
    watermark that a wrong clock put beyond today counts as today, one that it put before all history as that.
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
        since = end + timedelta(days=1)
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
    return (
        Window(start=window.start, end=middle.isoformat()),
        Window(start=(middle + timedelta(days=1)).isoformat(), end=window.end),
    )


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
    query = {**feed.request.query, **_bounds(feed.slice, window)}
    paging = feed.paging
    if paging.style == "page":
        query[paging.parameter] = str(paging.first)
    elif paging.style == "offset":
        query[paging.parameter] = "0"
    return PageRequest(feed.request.path, query, feed.request.method)


def next_request(feed: Feed, request: PageRequest, page: Page, first: Page, rows_before: int) -> PageRequest | None:
    """The page after this one; None when this one is the last by what the platform declares.

    ``first`` is the sweep's first page: its observed size counts, whatever size was requested. ``rows_before`` are the
    rows of the sweep's earlier pages.
    """
    paging, number = feed.paging, request.number + 1
    match paging.style:
        case "page":
            if not page_follows(page, first, request.number):
                return None
            return _turned(request, paging.parameter, str(paging.first + request.number))
        case "offset":
            reached = rows_before + page.read - (paging.overlap if request.number > 1 else 0)
            more = reached < first.total if first.total is not None else page.read >= max(1, first.read)
            if not more or page.read <= (paging.overlap if request.number > 1 else 0):
                return None
            return _turned(request, paging.parameter, str(max(0, reached - paging.overlap)))
        case "cursor":
            if page.more is False or not page.next:
                return None
            return _turned(request, paging.parameter, page.next)
        case "numbered_files":
            path = urljoin(request.path, paging.pattern.replace("{n}", str(paging.first + request.number - 1)))
            return PageRequest(path, request.query, request.method, number)
    return None


def page_follows(page: Page, first: Page, number: int) -> bool:
    """Another page is due after this one, the ``number``-th."""
    if first.total is not None:
        return number < last_page(first)
    if first.pages is not None:
        return number < first.pages
    return 0 < page.read >= first.read


def last_page(first: Page) -> int:
    """Pages of a list by its declared total and the size it really uses."""
    return -(-(first.total or 0) // max(1, first.read))


def is_too_deep(feed: Feed, first: Page) -> bool:
    """The list declares more pages than the platform gives."""
    declared = last_page(first) if first.total is not None else first.pages
    return declared is not None and declared > feed.paging.ceiling


def _turned(request: PageRequest, parameter: str, value: str) -> PageRequest:
    return PageRequest(request.path, {**request.query, parameter: value}, request.method, request.number + 1)


def _bounds(cut: Slice, window: Window) -> dict[str, str]:
    if not window.start:
        return {}
    end = window.end if cut.inclusive else (date.fromisoformat(window.end) + timedelta(days=1)).isoformat()
    return {name: value for name, value in ((cut.start, window.start), (cut.end, end)) if name}


def _days(text: str) -> int:
    return seconds(text) // DAY_SECONDS
