"""What an earlier release wrote to tongda.cursor is read as it was meant."""

from __future__ import annotations

import json

from connectors.poll.cursor import Cursor, Flood, Progress, Remembered, Requests, Window
from connectors.read.page import Unreadable, row_of
from schemas.records.raw import RowCounts
from schemas.wire import encode, load
from tests.connectors.platform import a_source

# As the release before the typed records wrote them: every field stands there, only null is left out.
CURSOR = (
    b'{"asked":{"day":"2026-11-24","requests":7},"detail":"transferee: 0 of 40 rows say it, 95% must","editions":'
    b'{"20261120.zip":"abababababababababababababababababababababababababababababababab"},"evidence":'
    b'"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","failures":2,"flood":{"definition":'
    b'"dddddddddddddddddddddddddddddddd","read":20,"refused":18},"held_since":"2026-11-24T08:00:00.000+08:00",'
    b'"last_complete_at":"2026-11-23T08:00:00.000+08:00","next_poll_at":"2026-11-24T08:30:00.000+08:00","polled_at":'
    b'"2026-11-24T08:00:00.000+08:00","reason":"expect_fill","reconciled_at":"2026-11-01T08:00:00.000+08:00","rows":'
    b'{"changed":0,"new":0,"read":5,"rejected":0,"unchanged":5},"slice":{"page":3,"rows":{"changed":0,"new":20,'
    b'"read":20,"rejected":0,"unchanged":0},"window":{"end":"2026-11-30","start":"2026-11-01"}},"state":"held",'
    b'"total_rows":{"changed":0,"new":20,"read":30,"rejected":0,"unchanged":10},"verdict":"blocked","watermark":'
    b'"2026-11-20"}'
)
UNTOUCHED = (
    b'{"asked":{"day":"","requests":0},"detail":"","editions":{},"failures":0,"reason":"","rows":{"changed":0,"new":0,'
    b'"read":0,"rejected":0,"unchanged":0},"state":"waiting","total_rows":{"changed":0,"new":0,"read":0,"rejected":0,'
    b'"unchanged":0}}'
)
REMEMBERED = b'{"absent":false,"digest":"0123456789abcdef","missing_polls":0,"sequence":2}'


def test_the_cursor_of_an_earlier_release_is_read_whole() -> None:
    assert load(Cursor, CURSOR) == Cursor(
        watermark="2026-11-20",
        editions={"20261120.zip": "ab" * 32},
        slice=Progress(window=Window("2026-11-01", "2026-11-30"), page=3, rows=RowCounts(read=20, new=20)),
        reconciled_at="2026-11-01T08:00:00.000+08:00",
        last_complete_at="2026-11-23T08:00:00.000+08:00",
        polled_at="2026-11-24T08:00:00.000+08:00",
        next_poll_at="2026-11-24T08:30:00.000+08:00",
        state="held",
        reason="expect_fill",
        verdict="blocked",
        rows=RowCounts(read=5, unchanged=5),
        total_rows=RowCounts(read=30, new=20, unchanged=10),
        failures=2,
        flood=Flood(read=20, refused=18, definition="d" * 32),
        asked=Requests(day="2026-11-24", requests=7),
        held_since="2026-11-24T08:00:00.000+08:00",
        detail="transferee: 0 of 40 rows say it, 95% must",
        evidence="cd" * 32,
    )


def test_a_cursor_that_was_never_moved_and_a_remembered_record_are_read() -> None:
    assert load(Cursor, UNTOUCHED) == Cursor()
    assert load(Remembered, REMEMBERED) == Remembered(digest="0123456789abcdef", sequence=2)


def test_what_is_written_now_is_read_again_and_a_field_of_a_later_release_is_passed_over() -> None:
    cursor = load(Cursor, CURSOR)
    assert load(Cursor, encode(cursor)) == cursor
    assert load(Cursor, json.dumps({**json.loads(CURSOR), "later": 1}).encode()) == cursor


def test_a_row_that_an_earlier_release_remembered_is_unchanged_and_a_refusal_is_no_second_letter() -> None:
    feed = a_source("http://127.0.0.1:1", volatile=["浏览量"]).feeds["deals"]
    content = {"id": "r1", "专利号": "2020113456785", "成交金额": 30.5, "浏览量": 7, "标签": ["甲", None]}
    assert row_of(feed, "/0", content).digest == "83009328cd54db1a3fb7da2c39bea888"
    assert Unreadable("", "json_invalid", "not JSON", b"{").name == "!3ae1cba4c27d49ba17251161fcef7ace"
