"""A feed polled from a platform that misbehaves: nothing stable is missed, nothing is doubled, no verdict is false."""

from __future__ import annotations

import gzip
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.http.client import HttpClient
from ops.bus import Outgoing
from ops.run import CHINA
from tests.connectors.platform import HTML, JSON, Bench, a_platform, a_source, page, paged, rows

ALL = [row["id"] for row in rows(1, 35)]


def test_an_honest_list_is_complete_and_the_second_poll_publishes_nothing(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: paged(rows(1, 35), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        first, second = bench.poll(), bench.poll()
    assert (first.outcome.state, msgspec.structs.asdict(first.rows)) == (
        "ok",
        {"read": 35, "new": 35, "changed": 0, "unchanged": 0, "rejected": 0},
    )
    assert (second.outcome.state, second.rows.unchanged, second.rows.new) == ("ok", 35, 0)
    assert bench.keys() == ALL
    assert [one["sequence"] for one in bench.raw()] == [1] * 35


def test_a_middle_page_that_is_empty_once_is_asked_for_again(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: page([], 35) if n == 2 else paged(rows(1, 35), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        assert bench.poll().outcome.verdict == "complete"
    assert sorted(bench.keys()) == ALL


def test_a_middle_page_that_stays_empty_is_short_and_heals(tmp_path: Path, client: HttpClient) -> None:
    broken = [True]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return page([], 35) if broken[0] and query["pageNo"] == "2" else paged(rows(1, 35), query)

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
        assert (poll.outcome.verdict, poll.outcome.reason, bench.cursor.last_complete_at) == (
            "short",
            "rows_missing",
            None,
        )
        broken[0] = False
        assert bench.poll().outcome.verdict == "complete"
    assert sorted(bench.keys()) == ALL


def test_code_500_in_a_200_is_tried_again_and_is_never_an_empty_list(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: page([], 0, 500) if n < 3 else paged(rows(1, 5), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        assert bench.poll().outcome.verdict == "complete"
    assert len(bench.waits) == 2 and bench.keys() == ALL[:5]
    with a_platform(lambda path, query, n: page([], 0, 500)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason, len(platform.requests)) == ("unknown", "business_code", 5)


def test_a_challenge_page_is_blocked_with_its_evidence(tmp_path: Path, client: HttpClient) -> None:
    body = "<html><title>请输入验证码</title></html>".encode()
    with a_platform(lambda path, query, n: (200, HTML, body)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason, bench.raw()) == ("blocked", "media_type", [])
    assert poll.tools.evidence.get(bench.cursor.evidence or "") == body


def test_a_last_page_repeated_for_ever_ends_the_slice(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: page(rows(1, 10), 100)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason) == ("short", "page_repeated")
    assert len(platform.requests) <= 3 and bench.keys() == ALL[:10]


@pytest.mark.parametrize("change", ["inserted", "deleted"])
def test_a_row_that_comes_or_goes_between_pages_costs_no_other_row(
    tmp_path: Path, client: HttpClient, change: str
) -> None:
    after = rows(0, 35) if change == "inserted" else rows(2, 35)
    with a_platform(lambda path, query, n: paged(rows(1, 35) if n == 1 else after, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert poll.outcome.verdict == "complete"  # the second sweep saw a list that stood still
    assert set(ALL) <= set(bench.keys()) and len(bench.keys()) == len(set(bench.keys()))


def test_a_list_that_never_stands_still_is_drifted(tmp_path: Path, client: HttpClient) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return page(rows(n, n + 9), 15 + n)

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason) == ("drifted", "total_changed")
    assert (bench.cursor.state, bench.cursor.last_complete_at) == ("drifted", None)


def test_a_truncated_gzip_is_a_transport_error(tmp_path: Path, client: HttpClient) -> None:
    body = gzip.compress(page(rows(1, 5), 5)[2])[:-6]
    with a_platform(lambda path, query, n: (200, {**JSON, "Content-Encoding": "gzip"}, body)) as platform:
        poll = Bench(tmp_path, a_source(platform.base), client).poll()
    assert (poll.outcome.verdict, poll.outcome.reason) == ("unknown", "truncated")


def test_a_gzip_bomb_is_noticed_and_not_unfolded(tmp_path: Path, client: HttpClient) -> None:
    body = gzip.compress(bytes(64 << 20))
    with a_platform(lambda path, query, n: (200, {**JSON, "Content-Encoding": "gzip"}, body)) as platform:
        poll = Bench(tmp_path, a_source(platform.base, access={"max_bytes": 1 << 20}), client).poll()
    assert (poll.outcome.state, poll.outcome.reason, poll.rows.read) == ("held", "too_large", 0)


def test_a_body_that_drips_ends_at_the_total_deadline(tmp_path: Path, client: HttpClient) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
        try:
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.3)
        except OSError:
            return

    with a_platform(lambda path, query, n: drip) as platform:
        poll = Bench(tmp_path, a_source(platform.base, access={"deadline": "1s"}), client).poll()
    assert (poll.outcome.verdict, poll.outcome.reason) == ("unknown", "deadline")
    assert len(platform.requests) == 5


def test_no_redirect_is_followed(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: (302, {"Location": "http://169.254.169.254/"}, b"")) as platform:
        poll = Bench(tmp_path, a_source(platform.base), client).poll()
    assert (poll.outcome.verdict, poll.outcome.reason, len(platform.requests)) == ("blocked", "redirect", 1)


def test_duplicate_keys_in_json_are_a_dead_letter_published_once(tmp_path: Path, client: HttpClient) -> None:
    body = b'{"code":200,"data":{"total":1,"list":[{"id":"a","id":"b"}]}}'
    with a_platform(lambda path, query, n: (200, JSON, body)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        first, second = bench.poll(), bench.poll()
    assert (first.outcome.verdict, second.outcome.verdict) == ("short", "short")
    assert [(one["reason"], one["original"]) for one in bench.letters()] == [("json_duplicate_key", body.decode())]
    assert second.rows.gap == 0 and second.rows.rejected == 1


@pytest.mark.parametrize("said, expected", [("7", 7.0), ("soon", 0.0), ("-5", 0.0)])
def test_retry_after_is_waited_for_in_place_when_it_is_short(
    tmp_path: Path, client: HttpClient, said: str, expected: float
) -> None:
    with a_platform(
        lambda p, query, n: (429, {"Retry-After": said}, b"") if n == 1 else paged(rows(1, 5), query)
    ) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert bench.waits == ([expected] if expected else [])
    assert poll.outcome.verdict == ("complete" if expected else "unknown")


CURSOR = {
    "paging": {
        "style": "cursor",
        "parameter": "cursor",
        "next": "/next",
        "more": "/more",
        "expired": {"at": "/code", "in": ["CURSOR_EXPIRED"]},
        "proof": ["end_marker"],
    },
    "records": "/items",
}


def cursor_page(items: list[dict[str, Any]], following: str, more: bool) -> Any:
    import json

    return 200, JSON, json.dumps({"code": 200, "items": items, "next": following, "more": more}).encode()


def test_an_expired_cursor_begins_the_slice_again(tmp_path: Path, client: HttpClient) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if n == 2:
            return 200, JSON, b'{"code":"CURSOR_EXPIRED"}'
        return cursor_page(rows(11, 15), "", False) if query.get("cursor") else cursor_page(rows(1, 10), "c2", True)

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **CURSOR), client)
        assert bench.poll().outcome.verdict == "complete"
    assert bench.keys() == ALL[:15]


def test_a_cursor_that_does_not_move_is_stuck(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: cursor_page(rows(n * 10 - 9, n * 10), "same", True)) as platform:
        poll = Bench(tmp_path, a_source(platform.base, **CURSOR), client).poll()
    assert (poll.outcome.verdict, poll.outcome.reason, len(platform.requests)) == ("unknown", "cursor_stuck", 2)


def test_a_record_is_absent_after_two_complete_polls_and_may_return(tmp_path: Path, client: HttpClient) -> None:
    shown = [rows(1, 35)]
    with a_platform(lambda path, query, n: paged(shown[0], query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, absence={"means": "withdrawn"}), client)
        bench.poll()
        shown[0] = rows(2, 35)
        bench.poll()
        assert len(bench.raw()) == 35
        bench.poll()
        assert bench.raw()[-1] | {"fetched_at": "", "url": "", "evidence": {}} == {
            "source": "hn_test",
            "feed": "deals",
            "record": "r001",
            "sequence": 2,
            "fetched_at": "",
            "url": "",
            "evidence": {},
            "content": {},
            "absent": True,
        }
        shown[0] = rows(1, 35)
        bench.poll()
    assert (bench.raw()[-1]["record"], bench.raw()[-1]["sequence"], bench.raw()[-1]["absent"]) == ("r001", 3, False)
    assert len(bench.raw()) == 37


def test_half_a_feed_that_vanishes_is_held(tmp_path: Path, client: HttpClient) -> None:
    shown = [rows(1, 35)]
    with a_platform(lambda path, query, n: paged(shown[0], query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, absence={"means": "withdrawn"}), client)
        bench.poll()
        shown[0] = rows(1, 10)
        for _ in range(3):
            poll = bench.poll()
    assert (poll.outcome.state, poll.outcome.reason, len(bench.raw())) == ("held", "mass_absence", 35)


def test_a_page_and_its_cursor_and_memory_are_one_transaction(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: paged(rows(1, 35), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        bench.poll()
    for records in bench.transactions[:-1]:
        raw = {one.key for one in records if one.topic == "tongda.raw"}
        remembered = {one.key for one in records if one.topic == "tongda.cursor"}
        assert raw and remembered == raw | {b"hn_test|deals"}
    assert {one.topic for one in bench.transactions[-1]} == {"tongda.cursor", "tongda.source-status.v1"}


def test_a_code_that_nobody_declared_is_never_an_empty_list(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: page([], 0, 40_101)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason, bench.cursor.last_complete_at) == (
        "unknown",
        "business_code",
        None,
    )


def test_the_watermark_stands_still_before_a_slice_that_was_short(tmp_path: Path, client: HttpClient) -> None:
    short = [True]
    days = {"by": "day", "from": "since", "to": "until", "span": "10d", "history": "30d"}

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if not query["since"] <= day <= query["until"]:
            return page([], 0)
        return page([], 35) if short[0] and query["pageNo"] == "2" else paged(rows(1, 35), query)

    day = (datetime.now(CHINA) - timedelta(days=25)).date().isoformat()
    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, slice=days), client)
        assert (bench.poll().outcome.verdict, bench.cursor.watermark) == ("short", None)
        short[0] = False
        assert bench.poll().outcome.verdict == "complete" and bench.cursor.watermark


def test_a_poll_that_breaks_off_leaves_no_request_behind(tmp_path: Path, client: HttpClient) -> None:
    """Pages that were asked for before their turn are waited for, and no more are asked for."""
    answered: list[float] = []

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        time.sleep(1 if int(query["pageNo"]) > 2 else 0)
        answered.append(time.monotonic())
        return paged(rows(1, 200), query)

    class Broken(Bench):
        def publish(self, records: Sequence[Outgoing]) -> None:
            if self.transactions:
                raise RuntimeError("the broker is gone")
            super().publish(records)

    with a_platform(reply) as platform:
        bench = Broken(tmp_path, a_source(platform.base, access={"parallel": 4, "pace": "10/s"}), client)
        try:
            bench.poll()
        except RuntimeError as error:  # it holds the frames of the poll, as a log line with a trace does
            over, asked, held = time.monotonic(), len(platform.requests), error
        time.sleep(1.2)
        assert "broker" in str(held) and len(platform.requests) == asked > 2
        assert max(answered) < over
