"""The ledger of requests: what was asked of a platform on each day, over restarts, and what the operator sees of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from connectors.commands.ledger import ledger
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from connectors.http.messages import HttpRequest
from connectors.poll.cursor import Cursor
from connectors.process.status import status_of
from ops.run import CHINA
from schemas.records.source_status import Requests
from schemas.source.model import Source
from schemas.wire import encode, load
from sinks.portal.show.helpers import requests_of
from tests.connectors.platform import JSON, Bench, Reply, a_platform, a_source, page, paged, rows
from tests.connectors.process.test_runner import Process
from tests.ops.metrics import sample

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
TODAY = datetime.now(CHINA)
BODY = page(rows(1, 5), 5)[2]


def still(found: Requests) -> Requests:
    """Without the wait, which depends on the machine."""
    return msgspec.structs.replace(found, waited_seconds=0.0)


def test_every_request_is_in_the_ledger_with_what_came_of_it(tmp_path: Path, client: HttpClient) -> None:
    """robots.txt (404: no refusal), a 503, a page, the page again with its validator: a 304."""

    def reply(path: str, query: dict[str, str], n: int) -> Reply:
        if n == 1:
            return 503, {}, b"busy"
        is_known = platform.sent.get("If-None-Match") == "v1"
        return (304, {"ETag": "v1", "Content-Length": "0"}, b"") if is_known else (200, {**JSON, "ETag": "v1"}, BODY)

    with a_platform(reply) as platform:
        request = {"path": "/api/deals", "conditional": True}
        source = a_source(platform.base, request=request, slice={"by": "none"})
        bench = Bench(
            tmp_path, source, client, now=lambda: TODAY + timedelta(minutes=10)
        )  # validators go by the client's clock
        validators = Validators()
        bench.poll(validators=validators)
        bench.poll(validators=validators)
    assert bench.cursor.state == "ok"
    assert still(bench.cursor.asked) == Requests(
        day=bench.now().date().isoformat(), requests=4, bytes=len(b"busy") + len(BODY), refused=1, unchanged=1
    )


def test_a_request_without_an_answer_is_a_refusal(tmp_path: Path, client: HttpClient) -> None:
    bench = Bench(tmp_path, a_source("http://127.0.0.1:9"), client, now=lambda: NOW)
    bench.poll()
    assert still(bench.cursor.asked) == Requests(day="2026-11-24", requests=5, refused=5)  # robots.txt, and again


def test_it_is_kept_by_day_over_restarts_for_a_week(tmp_path: Path, client: HttpClient) -> None:
    now, cursor = [NOW], Cursor()
    with a_platform(lambda path, query, n: paged(rows(1, 5), query)) as platform:
        for day in range(9):
            now[0] = NOW + timedelta(days=day)
            bench = Bench(tmp_path, a_source(platform.base), client, now=lambda: now[0])
            bench.cursor = cursor
            bench.poll()
            cursor = load(Cursor, encode(bench.cursor))  # as the next process reads it
    days = [(each.day, each.requests) for each in (cursor.asked, *cursor.earlier)]
    assert [day for day, _ in days] == [f"2026-{day}" for day in
        ("12-02", "12-01", "11-30", "11-29", "11-28", "11-27", "11-26")]  # fmt: skip
    assert all(number == days[0][1] > 1 for _, number in days)


def test_the_day_before_is_whole_when_a_poll_goes_over_midnight(tmp_path: Path, client: HttpClient) -> None:
    now = [NOW.replace(hour=23, minute=59)]

    def reply(path: str, query: dict[str, str], n: int) -> Reply:
        if n == 2:
            now[0] = NOW + timedelta(days=1)
        return paged(rows(1, 35), query)

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, slice={"by": "none"}), client, now=lambda: now[0])
        bench.poll()
    found = [(each.day, each.requests) for each in (bench.cursor.asked, *bench.cursor.earlier)]
    assert found == [("2026-11-25", 4), ("2026-11-24", 3)]  # robots.txt, 1, 2; then robots.txt, 3, 4, and 1 again


def a_pair(base: str, *, synthetic: bool) -> Source:
    source = a_source(base, access={"budget": "700/day"})
    return source.model_copy(
        update={"synthetic": synthetic, "feeds": {"deals": source.feeds["deals"], "more": source.feeds["deals"]}}
    )


OLD, NEW = Requests(day="2026-11-23", requests=690, bytes=9), Requests(day="2026-11-24", requests=20, refused=1)
CURSORS = [
    ("hn_test", Cursor(asked=NEW, earlier=(OLD,))),
    ("hn_test", Cursor(asked=msgspec.structs.replace(OLD, requests=30, waited_seconds=1.25))),
    ("hn_test", Cursor()),
    ("retired", Cursor(asked=NEW)),
]


def test_the_command_adds_up_the_feeds_of_a_source_by_day() -> None:
    row = {"source": "hn_test", "refused": 0, "unchanged": 0, "waited_seconds": 0.0, "budget": 700}
    assert list(ledger({"hn_test": a_pair("https://ip.example.invalid", synthetic=False)}, CURSORS)) == [
        {**row, "day": "2026-11-24", "requests": 20, "bytes": 0, "refused": 1, "left": 680},
        {**row, "day": "2026-11-23", "requests": 720, "bytes": 18, "waited_seconds": 1.2, "left": 0},
    ]


def test_a_stand_in_has_no_budget() -> None:
    (first, _) = ledger({"hn_test": a_pair("https://ip.example.invalid", synthetic=True)}, CURSORS)
    assert (first["requests"], first["budget"], first["left"]) == (20, None, None)


def test_the_page_of_sources_shows_the_newest_day_of_all_feeds() -> None:
    source = a_pair("https://ip.example.invalid", synthetic=False)
    feeds = [status_of(source, "deals", cursor, 60.0) for _, cursor in CURSORS[:3]]
    assert requests_of(feeds, "zh") == (
        "2026-11-24：请求 20 次，0 KiB，拒绝 1，未变（304）0，限速等待 0 秒，当日余 680 次"
    )
    assert requests_of([feeds[1]], "en") == (
        "2026-11-23: 30 requests, 0 KiB, 0 refused, 0 unchanged (304), 1 s waited, 670 left of the day"
    )
    assert requests_of([feeds[2]], "zh") == ""
    alike = a_pair("https://ip.example.invalid", synthetic=True)
    assert "余" not in requests_of([status_of(alike, "deals", CURSORS[0][1], 60.0)], "zh")


def test_the_wait_for_the_pace_is_measured(client: HttpClient) -> None:
    with a_platform(lambda path, query, n: (200, {}, b"12345")) as platform:
        host = urlsplit(platform.base).netloc
        request = HttpRequest("paced", platform.base, (host,), interval_seconds=0.2, guarded=False)
        answers = [client.fetch(request) for _ in range(3)]
    assert [answer.wire_bytes for answer in answers] == [5, 5, 5]
    waited = sum(answer.waited_seconds for answer in answers)
    assert waited > 0.15  # the second and the third begin 0.2 s after the one before at the earliest
    assert abs(sample("tongda_pace_wait_seconds_total", source="paced") - waited) < 0.001


def test_the_requests_of_the_day_are_a_metric_over_restarts(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: paged(rows(1, 5), query)) as platform:
        source = a_source(platform.base)
        process = Process(tmp_path, client, {"hn_test": source})
        holding = process.lease.holding_of("hn_test", "deals")
        assert holding is not None
        today = datetime.now(CHINA).date().isoformat()
        holding.cursors["hn_test|deals"] = Cursor(asked=Requests(day=today, requests=7))  # as a process before left it
        process.turn()
    assert sample("tongda_source_requests_today", source="hn_test") == 7
    assert process.cursor("hn_test").asked.requests > 7
