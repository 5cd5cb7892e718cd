"""Drift: a platform that changes, judged over the rows of a slice and those before, ten a page, before they are published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ops import telemetry
from tests.behaviours.stage import TOTAL, Stage, listed, slice_of, verdict
from tests.connectors.platform import Bench, a_platform, a_source
from tests.ops.metrics import sample

FEED: dict[str, Any] = {
    "phase": "noticed",
    "paging": TOTAL,
    "fields": {
        "patents": "专利号",
        "transferor": "转让方",
        "transferee": "受让方",
        "signed_on": "签订日期",
        "consideration": "成交金额",
        "title": "名称",
    },
    "units": {"consideration": "万元"},
    "expect": {"fill": {"transferee": 0.95}, "median": {"consideration": ["1万元", "500万元"]}},
}
NUMBERS = ("202011345678.5", "202011345679.X", "202011345680.2")


def _rows(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "id": f"r{n:03d}",
            "专利号": NUMBERS[n % 3],
            "转让方": "中南大学",
            "受让方": f"长沙第{n}机械有限公司",
            "签订日期": f"2026-10-{1 + n % 28:02d}",
            "成交金额": "30.5",
            "名称": "一种装置",
        }
        for n in range(first, first + count)
    ]


Change = Callable[[dict[str, Any]], dict[str, Any]]


def _changed(stage: Stage, change: Change, known: int = 40, after: int = 12, **feed: Any) -> Bench:
    """A list of so many rows is polled, then one of other rows, each changed."""
    shown = [_rows(known)]
    with a_platform(lambda path, query, n: listed(slice_of(shown[0], query), len(shown[0]))) as platform:
        bench = stage.bench(a_source(platform.base, **{**FEED, **feed}))
        if known:
            assert verdict(bench.poll()) == ("complete", "")
        bench.records.clear()
        shown[0] = [change(row) for row in _rows(after, 100)]
        bench.poll()
    return bench


def _held(bench: Bench) -> tuple[str, str, int]:
    return bench.cursor.state, bench.cursor.reason, len(bench.raw())


def leaves_a_column_empty(stage: Stage) -> None:
    """b36: twelve rows on pages of ten, none with the declared column: held, nothing is published."""
    assert _held(_changed(stage, lambda row: {**row, "受让方": ""})) == ("held", "expect_fill", 0)


def leaves_a_column_empty_that_nobody_bounds(stage: Stage) -> None:
    """A column that most rows had until now and none has: held by what the feed held before."""
    bench = _changed(stage, lambda row: {**row, "名称": ""})
    assert _held(bench) == ("held", "drift_fill", 0) and bench.cursor.detail.startswith("title: none of 12 rows")


def renames_a_column(stage: Stage) -> None:
    """b36: the same, when the column has another name."""
    bench = _changed(
        stage, lambda row: {("项目名称" if name == "名称" else name): value for name, value in row.items()}
    )
    assert _held(bench) == ("held", "drift_fill", 0)


def writes_yuan_for_ten_thousand_yuan(stage: Stage) -> None:
    """b38: amounts times ten thousand on pages of ten: held by the declared bounds, or by what they were."""
    change: Change = lambda row: {**row, "成交金额": "305000.5"}  # noqa: E731
    assert _held(_changed(stage, change)) == ("held", "expect_median", 0)
    assert _held(_changed(stage, change, known=0)) == ("held", "expect_median", 0)  # at the first poll as well
    assert _held(_changed(stage, change, expect={})) == ("held", "drift_amount", 0)
    assert _held(_changed(stage, change, after=6)) == ("held", "drift_amount", 0)  # six rows are enough beside the old


def turns_its_dates_into_serials(stage: Stage) -> None:
    """b39: 45000 where 2026-10-01 was: held."""
    assert _held(_changed(stage, lambda row: {**row, "签订日期": 46000})) == ("held", "drift_form", 0)


def loses_the_dots_of_its_numbers(stage: Stage) -> None:
    """b39: numbers without their dot: held. Numbers that became floats cannot be read: most rows are, so the source's
    circuit opens, and every row is kept as raw."""
    bench = _changed(stage, lambda row: {**row, "专利号": row["专利号"].replace(".", "")})
    assert _held(bench) == ("held", "drift_form", 0)
    bench = _changed(stage, lambda row: {**row, "专利号": "2.02011345679E+12"})
    assert bench.cursor.flood is not None and len(bench.raw()) == 12


def changes_on_its_last_pages_only(stage: Stage) -> None:
    """The change begins on page 5: what was read before stands, nothing of the changed block is published."""
    shown = [*_rows(40), *({**row, "受让方": ""} for row in _rows(9, 100))]
    with a_platform(lambda path, query, n: listed(slice_of(shown, query), 49)) as platform:
        bench = stage.bench(a_source(platform.base, **FEED))
        bench.poll()
    assert (bench.cursor.state, bench.cursor.reason) == ("held", "expect_fill")
    assert sorted(bench.keys()) == [row["id"] for row in _rows(30)]  # pages 4 and 5 are one block


def shows_a_few_odd_rows(stage: Stage) -> None:
    """Two odd rows among many, or a new sort of rows beside the old, are no drift."""
    bench = _changed(stage, lambda row: {**row, "受让方": ""} if row["id"] < "r101" else row, after=40)
    assert _held(bench) == ("ok", "", 40)
    bench = _changed(stage, lambda row: {**row, "签订日期": "2026年10月"} if row["id"] < "r106" else row)
    assert _held(bench) == ("ok", "", 12)


def is_let_pass_by_a_person(stage: Stage) -> None:
    """What was held is published once a person let it pass, and is what is known from then on."""
    shown = [_rows(40)]
    with a_platform(lambda path, query, n: listed(slice_of(shown[0], query), len(shown[0]))) as platform:
        bench = stage.bench(a_source(platform.base, **{**FEED, "expect": {}}))
        bench.poll()
        shown[0] = [{**row, "成交金额": "305000.5"} for row in _rows(40, 100)]
        assert bench.poll() and bench.cursor.reason == "drift_amount"
        assert bench.poll(released=True).outcome.state == "ok"
        shown[0] = [{**row, "成交金额": "305000.5"} for row in _rows(50, 100)]
        assert bench.poll().outcome.state == "ok" and len(set(bench.keys())) == 90


def adds_a_column(stage: Stage) -> None:
    """b35: kept in the record; a metric counts it and the feed's detail names it."""
    bench = _changed(stage, lambda row: {**row, "新列": "x", "另列": "y"})
    assert _held(bench) == ("ok", "", 12) and bench.raw()[0]["content"]["新列"] == "x"
    assert sample("tongda_unclaimed_fields", source="hn_test", feed="deals") == 2
    assert bench.cursor.detail == "columns that nobody claims: 另列, 新列"
    assert b"tongda_unclaimed_fields" in telemetry.render()


def shows_too_few_rows_in_a_month(stage: Stage) -> None:
    """Outside expect.per_month: held, the rows stand, the watermark stays."""
    days = {"by": "day", "from": "a", "to": "b", "span": "31d", "history": "30d"}
    feed = {**FEED, "slice": days, "expect": {"per_month": [100, 200]}}
    with a_platform(lambda path, query, n: listed(slice_of(_rows(9), query), 9)) as platform:
        bench = stage.bench(a_source(platform.base, **feed))
        bench.poll()
    assert (bench.cursor.state, bench.cursor.reason, bench.cursor.watermark) == ("held", "expect_count", None)
    assert len(bench.keys()) == 9
