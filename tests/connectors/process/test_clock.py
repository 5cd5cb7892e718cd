"""Clocks that are wrong, of the hub and of a platform: no watermark passes what was read, and nothing stands still."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.client import HttpClient
from connectors.http.messages import Answer
from connectors.poll.cursor import Cursor, Window
from connectors.poll.plan import reconcile_due, watermark_after, windows
from connectors.process.schedule import in_hours, is_due, waits_since
from connectors.read.inbox import day_in
from ops.run import CHINA
from tests.connectors.platform import Bench, a_platform, a_source, paged, rows
from tests.connectors.read.test_inbox import CSV, an_inbox, put

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)
DAY = timedelta(days=1)
BY_DAY = {"by": "day", "from": "since", "to": "until", "span": "31d", "history": "60d"}
FEED = a_source("http://x", slice=BY_DAY).feeds["deals"]
SKEWS = st.timedeltas(timedelta(days=-40), timedelta(days=40))
MARKS = st.none() | st.dates(date(2026, 9, 1), date(2026, 11, 23)).map(date.isoformat)


@given(SKEWS, st.none() | SKEWS, st.integers(-40, 40), MARKS)
def test_the_watermark_never_moves_past_the_earlier_clock_less_a_day(
    hub: timedelta, platform: timedelta | None, end: int, before: str | None
) -> None:
    now, served = NOW + hub, None if platform is None else NOW + platform
    window = Window(start="2026-09-01", end=(NOW.date() + end * DAY).isoformat())
    after = watermark_after(window, before, now, served)
    limit = (min(now, served) if served else now).date() - DAY
    assert after is not None
    assert after <= limit.isoformat() or after == before
    assert before is None or after >= before or before > now.date().isoformat()


@given(st.timedeltas(-DAY, DAY), st.timedeltas(-DAY, DAY))
def test_a_clock_that_was_a_day_wrong_skips_no_day_when_it_is_right_again(wrong: timedelta, later: timedelta) -> None:
    """What a poll under any clock proved is read again by the next, back to a day that was surely over."""
    mark = watermark_after(windows(FEED, Cursor(), NOW + wrong)[-1], None, NOW + wrong, None)
    cursor = Cursor(watermark=mark, reconciled_at=(NOW + wrong).isoformat())
    following = windows(FEED, cursor, NOW + later)
    assert following[0].start <= (NOW.date() - 6 * DAY).isoformat()
    assert following[-1].end == (NOW + later).date().isoformat()


@pytest.mark.parametrize(
    ("mark", "since"), [("2027-11-23", NOW.date() - 7 * DAY), ("1969-12-31", NOW.date() - 60 * DAY)]
)
def test_a_watermark_far_off_costs_neither_the_days_between_nor_a_thousand_requests(mark: str, since: date) -> None:
    cursor = Cursor(watermark=mark, reconciled_at=NOW.isoformat())
    found = windows(FEED, cursor, NOW)
    assert (found[0].start, found[-1].end) == (since.isoformat(), NOW.date().isoformat())
    assert watermark_after(found[-1], mark, NOW, None) == "2026-11-23"


def test_everything_is_read_again_after_a_clock_that_was_a_year_ahead() -> None:
    assert reconcile_due(FEED, Cursor(reconciled_at=(NOW + 365 * DAY).isoformat()), NOW)
    assert not reconcile_due(FEED, Cursor(reconciled_at=(NOW + DAY).isoformat()), NOW)


def test_a_feed_polled_under_a_clock_ahead_is_due_when_the_clock_is_right_again() -> None:
    ahead = NOW + DAY
    cursor = Cursor(polled_at=ahead.isoformat(), next_poll_at=(ahead + timedelta(minutes=30)).isoformat())
    assert is_due(cursor, NOW)
    assert not is_due(cursor, ahead)


def test_a_feed_polled_under_a_clock_ahead_comes_before_those_that_are_due_again_and_again() -> None:
    def polled(at: datetime) -> Cursor:
        return Cursor(polled_at=at.isoformat(), next_poll_at=(at + timedelta(seconds=1)).isoformat())

    ahead, other = polled(NOW + DAY), polled(NOW - timedelta(seconds=2))
    assert waits_since(ahead, NOW) < waits_since(other, NOW)
    assert waits_since(Cursor(), NOW) < waits_since(other, NOW)


@pytest.mark.parametrize("said", ["Fri, 31 Dec 9999 23:59:59 -1200", "Thu, 01 Jan 1970 00:00:00 GMT", "", "soon"])
def test_a_date_that_no_clock_shows_is_none(said: str) -> None:
    assert Answer("http://x", b"", NOW, headers={"date": said}).served_at is None


@pytest.mark.parametrize(("hour", "inside"), [(21, False), (22, True), (0, True), (5, True), (6, False)])
def test_a_window_over_midnight_is_two_spans(hour: int, inside: bool) -> None:
    source = a_source("http://x", access={"window": "22:00-24:00,00:00-06:00"}).model_copy(update={"synthetic": False})
    assert in_hours(source, NOW.replace(hour=hour)) is inside


@pytest.mark.parametrize("skew", [-DAY, timedelta(), DAY], ids=["behind", "right", "ahead"])
def test_rows_dated_in_the_future_are_kept_and_move_nothing_whatever_the_hubs_clock(
    tmp_path: Path, client: HttpClient, skew: timedelta
) -> None:
    shown = [{**row, "发布日期": "2099-01-01"} for row in rows(1, 15)]

    def now() -> datetime:
        return datetime.now(CHINA) + skew

    with a_platform(lambda path, query, n: paged(shown, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, slice=BY_DAY), client, now=now)
        bench.poll()
    yesterday = min(now(), datetime.now(CHINA)).date() - DAY
    assert (bench.cursor.state, bench.cursor.watermark) == ("ok", yesterday.isoformat())
    assert sorted(bench.keys()) == [row["id"] for row in shown]
    assert [one["sequence"] for one in bench.raw()] == [1] * 15


def test_a_file_of_the_future_is_read_and_moves_nothing(tmp_path: Path, client: HttpClient) -> None:
    body = "申请号,公告日\n{},20260106\n"
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **CSV), client, now=lambda: NOW)
    for number, name in enumerate(("20261120", "20991231", "20261939")):
        put(tmp_path, f"{name}.csv", body.format(number).encode())
    bench.poll()
    assert (bench.cursor.watermark, sorted(bench.keys())) == ("2026-11-20", ["0", "1", "2"])


@pytest.mark.parametrize(("name", "day"), [("a_20260106.zip", "2026-01-06"), ("20261939.zip", None), ("x.zip", None)])
def test_the_day_of_a_file_is_one_of_the_calendar(name: str, day: Any) -> None:
    assert day_in(name) == day
