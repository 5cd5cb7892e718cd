"""What is far from what a definition expects is held before it is published, until a person lets it pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.http.client import HttpClient
from connectors.http.messages import Failure
from connectors.poll.cursor import Window
from connectors.poll.expect import check_count
from schemas.source.model import Absence, Expect
from tests.connectors.platform import Bench, a_platform, a_source, paged, rows
from tests.connectors.process.test_circuit import FIELDS, READS, deals

EXPECTS: dict[str, Any] = {
    **READS,
    "request": {"path": "/api/deals", "query": {"pageSize": "40"}},
    "fields": {**FIELDS, "consideration": "成交金额"},
    "units": {"consideration": "万元"},
    "expect": {"fill": {"transferee": 0.95}, "median": {"consideration": ["1万元", "500万元"]}},
}


def sales(number: int, amount: str = "30") -> list[dict[str, Any]]:
    return [{**row, "成交金额": amount} for row in deals(number)]


def test_a_column_that_went_is_held_before_anything_of_the_page_is_published(
    tmp_path: Path, client: HttpClient
) -> None:
    shown = [sales(40)]
    with a_platform(lambda path, query, n: paged(shown[0], query, 40)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **EXPECTS), client)
        bench.poll()
        shown[0] = [
            {("受让单位" if name == "受让方" else name): value for name, value in row.items()} for row in sales(40)
        ]
        since = bench.poll() and bench.cursor.held_since
        bench.poll()
        assert (bench.cursor.state, bench.cursor.reason) == ("held", "expect_fill")
        assert bench.cursor.detail == "transferee: 0 of 40 rows have it, 95% must"
        assert (len(bench.raw()), bench.cursor.failures, bench.cursor.held_since) == (40, 0, since)
        shown[0] = sales(41)
        bench.poll()
    assert (bench.cursor.state, bench.cursor.held_since, len(bench.raw())) == ("ok", None, 41)


def test_wan_yuan_that_became_yuan_is_held_until_a_person_lets_it_pass(tmp_path: Path, client: HttpClient) -> None:
    shown = [sales(40)]
    with a_platform(lambda path, query, n: paged(shown[0], query, 40)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **EXPECTS), client)
        bench.poll()
        shown[0] = sales(40, "300000")
        bench.poll()
        assert (bench.cursor.state, bench.cursor.reason, len(bench.raw())) == ("held", "expect_median", 40)
        assert bench.cursor.detail.startswith("consideration: the median of 40 amounts is 3000000000.00 元")
        bench.poll(released=True)
    assert (bench.cursor.state, bench.cursor.held_since, len(bench.raw())) == ("ok", None, 80)


def test_a_few_odd_rows_and_a_short_page_say_nothing_of_a_list(tmp_path: Path, client: HttpClient) -> None:
    odd = [{**row, "受让方": "", "id": f"x{row['id']}"} for row in sales(2, "300000")]
    with a_platform(lambda path, query, n: paged(odd + sales(42), query, 44)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **EXPECTS), client)
        assert bench.poll().outcome.state == "ok"
    with a_platform(lambda path, query, n: paged(sales(9, "300000"), query, 40)) as platform:
        bench = Bench(tmp_path / "short", a_source(platform.base, **EXPECTS), client)
        assert bench.poll().outcome.state == "ok"


@pytest.mark.parametrize(("rows_read", "fits"), [(9, False), (11, True), (41, True), (43, False)])
def test_a_month_has_about_as_many_rows_as_expected(rows_read: int, fits: bool) -> None:
    expect, month = Expect(per_month=(10, 40)), Window(start="2026-10-01", end="2026-10-31")
    if fits:
        check_count(expect, month, rows_read)
    else:
        with pytest.raises(Failure, match=f"{rows_read} rows from 2026-10-01 to 2026-10-31"):
            check_count(expect, month, rows_read)
    check_count(expect, Window(start="2026-10-01", end="2026-10-07"), rows_read)
    check_count(expect, Window(), rows_read)


def test_a_month_with_too_few_rows_keeps_the_watermark_and_its_rows_stand(tmp_path: Path, client: HttpClient) -> None:
    days = {"by": "day", "from": "since", "to": "until", "span": "31d", "history": "30d"}
    expected = {**EXPECTS, "slice": days, "expect": {"per_month": [100, 200]}}
    with a_platform(lambda path, query, n: paged(sales(40), query, 40)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **expected), client)
        bench.poll()
        assert (bench.cursor.state, bench.cursor.reason, bench.cursor.watermark) == ("held", "expect_count", None)
        assert len(bench.raw()) == 40
        bench.poll(released=True)
    assert bench.cursor.state == "ok" and bench.cursor.watermark


@pytest.mark.parametrize(("guard", "state"), [("", "held"), ("40%", "ok"), ("30%", "held")])
def test_a_feed_s_own_guard_decides_how_many_may_vanish_at_once(
    tmp_path: Path, client: HttpClient, guard: str, state: str
) -> None:
    shown = [rows(1, 36)]
    with a_platform(lambda path, query, n: paged(shown[0], query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, absence={"means": "withdrawn", "guard": guard}), client)
        bench.poll()
        shown[0] = rows(13, 36)
        bench.poll()
        assert bench.cursor.state == state
        bench.poll()
    assert sum(one["absent"] for one in bench.raw()) == (12 if state == "ok" else 0)


def test_a_mass_absence_that_a_person_let_pass_is_published_after_two_polls(tmp_path: Path, client: HttpClient) -> None:
    shown = [rows(1, 35)]
    with a_platform(lambda path, query, n: paged(shown[0], query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, absence={"means": "withdrawn"}), client)
        bench.poll()
        shown[0] = rows(1, 10)
        bench.poll()
        assert (bench.cursor.reason, bench.cursor.held_since is None) == ("mass_absence", False)
        bench.poll(released=True)
        assert (bench.cursor.state, bench.cursor.held_since) == ("ok", None)
        bench.poll()  # the release is over; these records are missed for the second time
    assert (bench.cursor.state, sum(one["absent"] for one in bench.raw())) == ("ok", 25)


def test_a_bound_that_is_no_amount_or_share_is_refused() -> None:
    for model, given in ((Expect, {"median": {"price": ("面议", "5万元")}}), (Absence, {"guard": "0.05"})):
        with pytest.raises(ValidationError, match="accepted"):
            model.model_validate(given)
