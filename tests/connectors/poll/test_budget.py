"""A day's requests to a platform are counted in the cursor, and end when they are used up."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.http.client import HttpClient
from ops.run import CHINA
from schemas.source.model import Access
from tests.connectors.platform import Bench, a_platform, a_source, paged, rows

NOW = datetime(2026, 11, 24, 21, 30, tzinfo=CHINA)


def test_a_feed_whose_requests_are_used_up_waits_for_tomorrow_and_goes_on(tmp_path: Path, client: HttpClient) -> None:
    now = [NOW]
    with a_platform(lambda path, query, n: paged(rows(1, 35), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, slice={"by": "none"}), client, now=lambda: now[0])
        bench.poll(budget=4)
        assert (len(platform.requests), len(bench.raw()), bench.cursor.asked.requests) == (3, 30, 4)  # and robots.txt
        assert (bench.cursor.state, bench.cursor.reason, bench.cursor.failures) == ("paused", "budget", 0)
        assert bench.cursor.next_poll_at == "2026-11-25T00:00:00.000+08:00"
        assert bench.cursor.last_complete_at is None
        now[0] = NOW + timedelta(hours=3)
        bench.poll(budget=9)
    assert (bench.cursor.state, bench.cursor.asked.requests, len(bench.raw())) == ("ok", 6, 35)


def test_every_try_counts_and_a_page_s_transaction_tells(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: (503, {}, b"") if n < 4 else paged(rows(1, 5), query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client, now=lambda: NOW)
        bench.poll()
    assert bench.cursor.asked.on("2026-11-24") == 5 and bench.cursor.asked.on("2026-11-25") == 0
    first = next(one for one in bench.records if one.topic == "tongda.cursor" and one.key == b"hn_test|deals")
    assert b'"requests":5' in (first.value or b"")


def test_a_budget_is_a_number_of_requests_a_day() -> None:
    assert Access(budget="700/day").requests_a_day == 700
    for wrong in ("0/day", "700", "700/hour", "many/day"):
        with pytest.raises(ValidationError, match="accepted"):
            Access(budget=wrong)
