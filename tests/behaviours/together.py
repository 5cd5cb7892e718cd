"""Together: platforms that allow several requests at once (``parallel``): pages, slices, and what fails among them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ops.run import CHINA
from tests.behaviours.stage import TOTAL, Stage, listed, numbered, slice_of, verdict
from tests.connectors.platform import Reply, a_platform, a_source

ALL = numbered(1, 200)
NOW = datetime.now(CHINA)
DAYS: dict[str, Any] = {"by": "day", "from": "since", "to": "until", "span": "2d", "history": "9d"}
OFFSETS: dict[str, Any] = {"style": "offset", "parameter": "offset", "total": "/data/total", "overlap": 1}
REFUSED: Reply = (403, {}, b"")
HELD_SECONDS = 0.01


def _day(ago: int) -> str:
    return (NOW.date() - timedelta(days=ago)).isoformat()


DATED = [{"id": f"d{ago}-{n}", "日": _day(ago)} for ago in range(10) for n in range(9)]


class UnderWay:
    """Requests that a platform has at once; each of the first ones waits for the others, half a second at most."""

    def __init__(self, together: int) -> None:
        self.most, self._now, self._together = 0, 0, together
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        with self._changed:
            self._now += 1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= self._together, 0.5)
        time.sleep(HELD_SECONDS)
        with self._changed:
            self._now -= 1
        yield


class Polled(NamedTuple):
    """What a poll published and proved, and what the platform was asked."""

    verdict: tuple[str, str]
    keys: list[str]
    watermark: str | None
    requests: int


def _polled(
    stage: Stage, reply: Callable[[dict[str, str]], Reply], parallel: int, *, ends_early: bool = False, **feed: Any
) -> Polled:
    """One poll with so many requests under way, which is seen to be so."""
    under_way, sent = UnderWay(parallel), list[int]()

    def slow(path: str, query: dict[str, str], n: int) -> Reply:
        with under_way.one():
            answer = reply(query)
        sent.append(len(answer[2]))
        return answer

    with a_platform(slow) as platform:
        access = {"parallel": parallel, "deadline": "30s"}
        bench = stage.bench(a_source(platform.base, access=access, **feed), now=lambda: NOW)
        poll = bench.poll()
        assert poll.cursor.asked.requests == len(platform.requests) + 1, (
            "a request ran on behind the poll"
        )  # robots.txt
        most = under_way.most
        assert most == parallel or (ends_early and most <= parallel)
        return Polled(verdict(poll), bench.keys(), poll.cursor.watermark, len(platform.requests))


def _in_window(query: dict[str, str]) -> list[Any]:
    return [row for row in DATED if query["since"] <= row["日"] <= query["until"]]


def answers_slowly_but_allows_several_requests(stage: Stage) -> None:
    """``parallel: 4``: four pages are under way at once and no more; rows and requests are those of one at a time."""
    one, four = (_polled(stage, lambda query: listed(slice_of(ALL, query), 200), n, paging=TOTAL) for n in (1, 4))
    assert one == four == Polled(("complete", ""), [row["id"] for row in ALL], None, 20)


def gives_rows_from_an_offset_to_several_requests(stage: Stage) -> None:
    """Offsets are known as soon as the first page shows its size; each page begins with the last row of the one before."""

    def reply(query: dict[str, str]) -> Reply:
        return listed(ALL[int(query["offset"]) :][:10], 200)

    one, four = (_polled(stage, reply, n, paging=OFFSETS) for n in (1, 4))
    assert one == four == Polled(("complete", ""), [row["id"] for row in ALL], None, 23)


def shortens_a_page_that_was_asked_for_early(stage: Stage) -> None:
    """The pages behind it begin elsewhere than was thought: they are asked for again where they do."""

    def reply(query: dict[str, str]) -> Reply:
        start = int(query["offset"])
        return listed(ALL[start:][: 7 if start == 27 else 10], 200)

    one, four = (_polled(stage, reply, n, paging=OFFSETS) for n in (1, 4))
    assert one[:3] == four[:3] == (("complete", ""), [row["id"] for row in ALL], None)
    assert one.requests <= four.requests <= one.requests + 4


def answers_several_slices_at_once(stage: Stage) -> None:
    """The first pages of the slices to come are asked for early; slices are read and proved one after the other."""
    one, four = (
        _polled(stage, lambda query: listed(slice_of(_in_window(query), query, 20), len(_in_window(query))), n,
               slice=DAYS, paging=TOTAL)
        for n in (1, 4)
    )  # fmt: skip
    assert one == four and sorted(one.keys) == sorted(row["id"] for row in DATED)
    assert one._replace(keys=[]) == Polled(("complete", ""), [], _day(1), 9)


def fails_at_one_of_several_requests(stage: Stage) -> None:
    """What fails ends the slice at its turn; what stands before it is published, and nothing behind it."""

    def page(query: dict[str, str]) -> Reply:
        return REFUSED if query["pageNo"] == "7" else listed(slice_of(ALL, query), 200)

    def window(query: dict[str, str]) -> Reply:
        time.sleep(10 * HELD_SECONDS if query["since"] > _day(5) else 0)  # these were asked for early
        rows = _in_window(query)
        return (
            REFUSED if (query["since"], query["pageNo"]) == (_day(5), "2") else listed(slice_of(rows, query), len(rows))
        )

    of_pages = [_polled(stage, page, n, paging=TOTAL)[:3] for n in (1, 4)]
    assert of_pages == [(("blocked", "status_403"), [row["id"] for row in ALL[:60]], None)] * 2
    one, four = (
        _polled(stage, window, n, ends_early=True, slice=DAYS, paging={**TOTAL, "proof": []})[:3] for n in (1, 4)
    )
    assert one == four and one[0] == ("blocked", "status_403") and one[2] == _day(5)
