"""Pages that are asked for before their turn are those that would be asked for in turn, and their results keep their order."""

from __future__ import annotations

import random
from typing import Any

import pytest

from connectors.poll.ahead import Early
from connectors.poll.cursor import Window
from connectors.poll.plan import PageRequest, Reached, first_request, is_beyond, likely_requests, next_request
from connectors.read.page import Page, Row
from schemas.source.model import Feed
from tests.connectors.platform import a_source

PAGED: dict[str, Any] = {"style": "page", "parameter": "pageNo", "total": "/data/total", "first": 0}
OFFSET: dict[str, Any] = {"style": "offset", "parameter": "offset", "total": "/data/total"}


def a_page(rows: int, total: int | None) -> Page:
    return Page((Row("k", "", {}, ""),) * rows, total=total)


def in_turn(feed: Feed, size: int, total: int, overlap: int) -> list[PageRequest]:
    """The requests after the first of a sweep through a list of so many rows, each planned by the page before it."""
    request, reached, found = first_request(feed, Window()), None, list[PageRequest]()
    while True:
        shown = reached.rows - overlap if reached else 0
        page = a_page(max(0, min(size, total - shown)), total)
        before = reached or Reached(page)
        following = next_request(feed, request, page, before)
        if following is None or is_beyond(feed, request, before, page):
            return found
        reached = before.after(page, overlap if request.number > 1 else 0)
        found.append(request := following)


def test_the_requests_made_early_are_those_that_follow_in_turn() -> None:
    chance = random.Random(11)
    for _ in range(60):
        size, total, overlap = chance.randint(2, 12), chance.randint(0, 90), chance.randint(0, 1)
        bounds = {"ceiling": chance.choice((3, 1000)), **chance.choice(({}, {"deepest": chance.randint(1, 60)}))}
        for paging, used in (({**PAGED, **bounds}, 0), ({**OFFSET, "overlap": overlap, **bounds}, overlap)):
            feed = a_source("http://127.0.0.1:1", paging=paging).feeds["deals"]
            turned, first = in_turn(feed, size, total, used), a_page(min(size, total), total)
            likely = likely_requests(feed, turned[0], Reached(first).after(first, 0)) if turned else ()
            assert [*likely] == turned, (paging, size, total)


def test_no_request_is_made_early_where_nothing_declares_how_many_there_are() -> None:
    feed = a_source("http://127.0.0.1:1", paging={"style": "page", "parameter": "pageNo"}).feeds["deals"]
    first = a_page(10, None)
    assert [*likely_requests(feed, first_request(feed, Window()), Reached(first).after(first, 0))] == []


def test_results_keep_their_order_and_nothing_begins_that_is_not_wanted() -> None:
    begun: list[int] = []

    def work(number: int) -> str:
        begun.append(number)
        return f"{number}"

    early = Early(work, range(100), 3)
    assert [early.take(0), early.take(7), early.take(1)] == ["0", None, "1"]
    early.close()
    assert early.take(2) is None and sorted(begun) == [*range(len(begun))] and len(begun) <= 5


def test_what_fails_is_raised_at_its_turn_and_nothing_is_found_after_it() -> None:
    early = Early(lambda number: 12 // (2 - number), range(5), 4)
    assert [early.take(0), early.take(1)] == [6, 12]
    with pytest.raises(ZeroDivisionError):
        early.take(2)
    assert early.take(3) is None
