"""Lists: what a platform does with pages, totals, cursors, days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from connectors.poll import lists as list_pages
from connectors.poll.kept import KeptPages
from ops.run import CHINA
from schemas.source.model import Absence
from tests.behaviours.stage import BARE, PAGES, TOTAL, Stage, answer, listed, numbered, page_of, slice_of, verdict
from tests.connectors.platform import a_platform, a_source
from tests.connectors.process.test_circuit import READS, deals

ALL = numbered(1, 35)
TODAY = datetime.now(CHINA).date()
DAYS: dict[str, Any] = {"by": "day", "from": "since", "to": "until", "span": "31d", "history": "62d"}


def _keys(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["id"] for row in rows)


def deletes_a_row_after_page_1(stage: Stage) -> None:
    """b01: rows shift up; the second sweep sees a list that stands still, and no row is missed."""
    bench, (poll,) = stage.polls(
        lambda path, query, n: listed(slice_of(ALL if n == 1 else ALL[1:], query), 35 if n == 1 else 34), paging=TOTAL
    )
    assert (verdict(poll), sorted(set(bench.keys()))) == (("complete", ""), _keys(ALL))


def inserts_a_row_after_page_1(stage: Stage) -> None:
    """b02: rows shift down; repeats are unchanged, and the new row is there."""
    more = [*numbered(0, 0), *ALL]
    bench, (poll,) = stage.polls(
        lambda path, query, n: listed(slice_of(ALL if n == 1 else more, query), 35 if n == 1 else 36), paging=TOTAL
    )
    assert (verdict(poll), sorted(bench.keys())) == (("complete", ""), _keys(more))


def empties_a_middle_page_once_and_declares_a_total(stage: Stage) -> None:
    """b03: the page is asked for again."""
    bench, (poll,) = stage.polls(
        lambda path, query, n: listed([] if n == 2 else slice_of(ALL, query), 35), paging=TOTAL
    )
    assert (verdict(poll), sorted(bench.keys())) == (("complete", ""), _keys(ALL))


def empties_a_middle_page_once_without_a_total(stage: Stage) -> None:
    """b03: an empty page is no end: the pages behind it are read, the slice is short, and the next poll heals it."""
    bench, polls = stage.polls(lambda path, query, n: listed([] if n == 2 else slice_of(ALL, query)), 2, paging=PAGES)
    assert [verdict(poll) for poll in polls] == [("short", "page_short"), ("complete", "")]
    assert sorted(bench.keys()) == _keys(ALL)


def shortens_a_middle_page_without_a_total(stage: Stage) -> None:
    """b03: 7 of 20 rows on page 3 of 5: short, whatever the number of equal sweeps."""
    rows = numbered(1, 90)

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return listed(slice_of(rows, query, 20)[: 7 if query["pageNo"] == "3" else 20])

    for proof in ([], ["two_equal_sweeps"]):
        bench, (poll,) = stage.polls(reply, paging={**PAGES, "proof": proof})
        assert (verdict(poll), bench.cursor.last_complete_at, len(bench.keys())) == (("short", "page_short"), None, 77)


def cuts_the_last_page_without_a_total(stage: Stage) -> None:
    """A last page that lost rows looks like an end: two sweeps that differ prove nothing."""
    bench, (poll,) = stage.polls(lambda path, query, n: listed(slice_of(ALL[: 31 + n // 5], query)), paging=PAGES)
    assert verdict(poll)[0] == "unknown" and bench.cursor.last_complete_at is None


def shows_a_quiet_list_without_a_total(stage: Stage) -> None:
    """An honest list without a total: two sweeps at first, then one a poll, equal to the last."""
    bench, (first, second) = stage.polls(lambda path, query, n: listed(slice_of(ALL, query)), 2, paging=PAGES)
    assert [verdict(first), verdict(second)] == [("complete", "")] * 2
    assert len(bench.platform.requests) == 15 and sorted(bench.keys()) == _keys(ALL)  # type: ignore[attr-defined]


def repeats_the_last_page_for_every_higher_number(stage: Stage) -> None:
    """b07: the sweep ends after one repetition; two equal ones prove the list."""
    bench, (poll,) = stage.polls(
        lambda path, query, n: listed(slice_of(ALL, {"pageNo": str(min(4, int(query["pageNo"])))})), paging=PAGES
    )
    assert (verdict(poll), sorted(bench.keys())) == (("complete", ""), _keys(ALL))


def ignores_the_number_of_the_page(stage: Stage) -> None:
    """The first page for ever, no total: nothing proves that there is no more."""
    bench, (poll,) = stage.polls(lambda path, query, n: listed(ALL[:10]), paging=PAGES)
    assert (verdict(poll), bench.cursor.last_complete_at) == (("unknown", "page_ignored"), None)
    assert len(bench.platform.requests) <= 3  # type: ignore[attr-defined]


def _cursors(stage: Stage, reply: Any) -> tuple[Any, Any]:
    paging = {"style": "cursor", "parameter": "cursor", "next": "/next", "more": "/more"}
    bench, (poll,) = stage.polls(reply, paging=paging, records="/items")
    return bench, poll


def ignores_the_cursor(stage: Stage) -> None:
    """b08: the same rows with more to come: unknown after few pages."""
    bench, poll = _cursors(
        stage, lambda path, query, n: answer({"code": 200, "items": ALL[:10], "next": f"c{n}", "more": True})
    )
    assert verdict(poll) == ("unknown", "cursor_stuck") and len(bench.platform.requests) <= 8


def leads_its_cursors_in_a_circle(stage: Stage) -> None:
    """b08: a → b → c → a: unknown, and not a thousand requests."""

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        place = "abc".index(query["cursor"]) + 1 if "cursor" in query else 0
        items = numbered(place * 10 + 1, place * 10 + 10)
        return answer({"code": 200, "items": items, "next": "abc"[place % 3], "more": True})

    bench, poll = _cursors(stage, reply)
    assert verdict(poll) == ("unknown", "cursor_stuck") and len(bench.platform.requests) <= 12


def gives_fresh_cursors_without_rows(stage: Stage) -> None:
    """b08: unknown after a few pages."""
    bench, poll = _cursors(
        stage, lambda path, query, n: answer({"code": 200, "items": [], "next": f"c{n}", "more": True})
    )
    assert verdict(poll) == ("unknown", "cursor_stuck") and len(bench.platform.requests) <= 12


def lets_a_cursor_expire(stage: Stage) -> None:
    """The slice begins again from its first page; nothing is published twice."""

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if n == 2:
            return 410, {"Content-Type": "application/json"}, b"{}"
        more = "cursor" not in query
        items = ALL[:10] if more else ALL[10:15]
        return answer({"code": 200, "items": items, "next": "n" if more else "", "more": more})

    bench, poll = _cursors(stage, reply)
    assert (verdict(poll), bench.keys()) == (("complete", ""), _keys(ALL[:15]))


def counts_more_than_it_shows_for_ever(stage: Stage) -> None:
    """b09: short; once a person marked the total unreliable, two equal sweeps prove the list."""
    reply = lambda path, query, n: listed(slice_of(ALL, query), 40)  # noqa: E731
    _, (poll,) = stage.polls(reply, paging=TOTAL)
    assert verdict(poll) == ("short", "rows_missing")
    bench, (marked,) = stage.polls(reply, paging=TOTAL, claims={"total": "unreliable"})
    assert verdict(marked) == ("complete", "") and len(bench.platform.requests) == 10  # type: ignore[attr-defined]


def declares_another_total_on_every_page(stage: Stage) -> None:
    """b10: drifted."""
    bench, (poll,) = stage.polls(lambda path, query, n: listed(slice_of(ALL, query), 34 + n), paging=TOTAL)
    assert (verdict(poll), bench.cursor.last_complete_at) == (("drifted", "total_changed"), None)


def repeats_a_row_and_counts_it(stage: Stage) -> None:
    """A list made by a JOIN shows a row twice and counts it twice: complete after two equal sweeps, not short for ever."""
    joined = [*ALL[:12], ALL[3], *ALL[12:]]
    bench, (poll,) = stage.polls(lambda path, query, n: listed(slice_of(joined, query), 36), paging=TOTAL)
    assert (verdict(poll), sorted(bench.keys())) == (("complete", ""), _keys(ALL))


def writes_its_total_as_a_text(stage: Stage) -> None:
    """``"1,035"`` and ``" 35 "`` are numbers."""
    for total, rows in (("1,035", numbered(1, 1035)), (" 35 ", ALL), (35.0, ALL)):
        reply = lambda path, query, n, rows=rows, total=total: listed(slice_of(rows, query, 500), total)  # noqa: E731
        _, (poll,) = stage.polls(reply, paging=TOTAL)
        assert verdict(poll) == ("complete", ""), total


def declares_the_total_on_its_first_page_only(stage: Stage) -> None:
    """-1 or null on the later pages: the first one counts."""
    for later in (-1, None):
        _, (poll,) = stage.polls(
            lambda path, query, n, later=later: listed(slice_of(ALL, query), 35 if query["pageNo"] == "1" else later),
            paging=TOTAL,
        )
        assert verdict(poll) == ("complete", "")


def falls_silent(stage: Stage) -> None:
    """b13: 8 rows, then total 0: short until three polls agree; only then may absence be concluded."""
    shown = [ALL[:8]]
    bench, _ = stage.polls(lambda path, query, n: listed(shown[0], len(shown[0])), paging=TOTAL)
    source = bench.source
    with a_platform(lambda path, query, n: listed([], 0)) as platform:
        access = source.access.model_copy(update={"base": platform.base})
        deals = source.feeds["deals"].model_copy(update={"absence": Absence(means="withdrawn", guard="100%")})
        bench.source = source.model_copy(update={"access": access, "feeds": {"deals": deals}})
        states = [verdict(bench.poll()) for _ in range(4)]
    assert states == [("short", "fell_silent")] * 2 + [("complete", "")] * 2
    assert sum(one["absent"] for one in bench.raw()) == 8


def shows_no_row_of_its_days_any_more(stage: Stage) -> None:
    """b13: a feed by day that had rows in days that are read again has none: the watermark stays, with the column of
    the day declared or not. Days that are not read again are no silence."""
    for claims in ({}, {"filter": "日"}):
        for ago, found in ((3, ("short", "fell_silent")), (20, ("complete", ""))):
            shown = [True]

            def reply(path: str, query: dict[str, str], n: int, shown: list[bool] = shown, ago: int = ago) -> Any:
                inside = query["since"] <= _day(ago) <= query["until"] and shown[0]
                return listed(numbered(1, 5, 日=_day(ago)) if inside else [], 5 if inside else 0)

            with a_platform(reply) as platform:
                bench = stage.bench(a_source(platform.base, slice=DAYS, claims=claims, paging={**TOTAL, "proof": []}))
                bench.poll()
                bench.cursor = replace(bench.cursor, watermark=_day(5))
                assert verdict(bench.poll()) == ("complete", "")
                bench.cursor = replace(bench.cursor, watermark=_day(5))
                shown[0] = False
                assert verdict(bench.poll()) == found, (claims, ago)
            assert found[0] == "complete" or bench.cursor.watermark == _day(5)


def _day(ago: int) -> str:
    return (TODAY - timedelta(days=ago)).isoformat()


def leaves_out_the_last_day_of_a_range(stage: Stage) -> None:
    """The end is exclusive though declared inclusive: windows share a day, so no day is lost."""
    rows = [{"id": f"d{ago}", "日": _day(ago)} for ago in range(1, 61)]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        inside = [row for row in rows if query["since"] <= row["日"] < query["until"]]
        return listed(slice_of(inside, query, 50), len(inside))

    bench, (poll,) = stage.polls(reply, slice=DAYS, paging=TOTAL)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 60)


def ignores_the_days_it_is_asked_for(stage: Stage) -> None:
    """Every window holds everything: unknown, and the watermark stays, though no column of the day is declared."""
    bench, (poll,) = stage.polls(
        lambda path, query, n: listed(slice_of(ALL, query), 35), slice={**DAYS, "history": "200d"}, paging=TOTAL
    )
    assert (verdict(poll), bench.cursor.watermark) == (("unknown", "filter_ignored"), None)


def shows_the_clock_of_another_year(stage: Stage) -> None:
    """A server whose clock shows 2015: rows are read, the watermark is not touched, and the status tells."""
    headers = {"Content-Type": "application/json", "Date": "Thu, 01 Jan 2015 00:00:00 GMT"}

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return answer({"code": 200, "data": {"list": numbered(1, 3), "total": 3}}, headers)

    def silent_clock(handler: Any) -> None:
        status, sent, body = reply("", {}, 1)
        handler.send_response_only(status)
        for name, value in {**sent, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    bench, (poll,) = stage.polls(
        lambda path, query, n: silent_clock, slice={**DAYS, "history": "5d"}, paging={**TOTAL, "proof": []}
    )
    assert (verdict(poll), bench.cursor.watermark, len(bench.keys())) == (("unknown", "clock_off"), None, 3)
    assert "2015" in bench.cursor.detail


def _deep(query: dict[str, str], rows: list[dict[str, Any]], pages: int) -> Any:
    inside = [row for row in rows if query["since"] <= row["日"] <= query["until"]]
    if int(query["pageNo"]) > pages:
        return answer({"code": 400, "msg": "页码超出范围", "data": None})
    return listed(slice_of(inside, query), len(inside))


def refuses_deep_pages_above_a_ceiling_that_nobody_knows(stage: Stage) -> None:
    """b12: the slice is halved at the refusal until it is small enough; no row is lost."""
    rows = [{"id": f"d{ago}-{n}", "日": _day(ago)} for ago in range(1, 31) for n in range(4)]
    bench, (poll,) = stage.polls(
        lambda path, query, n: _deep(query, rows, 3), slice={**DAYS, "history": "30d"}, paging=TOTAL
    )
    assert (verdict(poll), len(set(bench.keys()))) == (("complete", ""), 120)


def shows_fewer_rows_of_a_day_than_there_are(stage: Stage) -> None:
    """b30: one day above the ceiling is cut by a second parameter; without one it is short, and the day is named."""
    areas = ("430100", "430200", "430300")
    rows = [{"id": f"x{n}", "日": _day(2), "区": areas[n % 3]} for n in range(75)]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        here = [row for row in rows if query.get("area") in (None, row["区"])]
        return _deep(query, here, 3)

    days = {**DAYS, "history": "3d"}
    paging = {**TOTAL, "ceiling": 3}
    bench, (poll,) = stage.polls(reply, slice=days, paging=paging)
    assert verdict(poll) == ("short", "ceiling") and _day(2) in bench.cursor.detail
    cut = {**days, "cut": {"parameter": "area", "values": list(areas)}}
    bench, (poll,) = stage.polls(reply, slice=cut, paging=paging)
    assert (verdict(poll), len(set(bench.keys()))) == (("complete", ""), 75)
    fewer = {**days, "cut": {"parameter": "area", "values": list(areas[:2])}}
    _, (poll,) = stage.polls(reply, slice=fewer, paging=paging)
    assert verdict(poll) == ("short", "parts_missing")  # the values do not cover the day


def edits_a_record_without_changing_its_date(stage: Stage) -> None:
    """b27: the reconcile reads everything again and finds it."""
    rows = [{"id": f"d{ago}", "日": _day(ago), "值": "1"} for ago in range(1, 50)]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        inside = [row for row in rows if query["since"] <= row["日"] <= query["until"]]
        return listed(slice_of(inside, query, 50), len(inside))

    with a_platform(reply) as platform:
        now = [datetime.now(CHINA)]
        bench = stage.bench(a_source(platform.base, slice=DAYS, paging=TOTAL), now=lambda: now[0])
        bench.poll()
        rows[-1]["值"] = "2"
        assert bench.poll().rows.changed == 0
        now[0] += timedelta(days=1)
        cursor = bench.cursor
        assert cursor.reconciled_at is not None
        old = (date.fromisoformat(cursor.reconciled_at[:10]) - timedelta(days=31)).isoformat()
        bench.cursor = replace(cursor, reconciled_at=old + cursor.reconciled_at[10:])
        assert bench.poll().rows.changed == 1


def puts_ten_thousand_rows_on_one_day(stage: Stage) -> None:
    """b30: none lost, across all page limits that are declared."""
    rows = [{"id": f"x{n}", "日": _day(1)} for n in range(10_000)]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        inside = [row for row in rows if query["since"] <= row["日"] <= query["until"]]
        return listed(slice_of(inside, query, 1000), len(inside))

    bench, (poll,) = stage.polls(reply, slice={**DAYS, "history": "2d"}, paging=TOTAL)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 10_000)


def shows_the_same_bytes_again(stage: Stage) -> None:
    """They are not read again, yet counted; a row that was absent meanwhile is read and published again."""
    reads: list[str] = []
    read_page = list_pages.read_page

    def counted(answer: Any, *rest: Any) -> Any:
        reads.append(answer.url)
        return read_page(answer, *rest)

    shown = [2]
    reply = lambda path, query, n: listed(numbered(1, shown[0]), shown[0])  # noqa: E731
    with a_platform(reply) as platform:
        given = {"paging": {**TOTAL, "proof": []}, "absence": {"means": "withdrawn"}}
        bench, kept = stage.bench(a_source(platform.base, **given)), KeptPages()
        list_pages.read_page = counted
        try:
            bench.poll(kept=kept)
            again = bench.poll(kept=kept)
            assert (len(reads), again.rows.unchanged, verdict(again)) == (1, 2, ("complete", ""))
            shown[0] = 1
            bench.poll(kept=kept)
            bench.poll(kept=kept)  # r002 is absent
            shown[0] = 2
            assert bench.poll(kept=kept).rows.changed == 1
        finally:
            list_pages.read_page = read_page
    assert [(one["record"], one["absent"]) for one in bench.raw()][2:] == [("r002", True), ("r002", False)]
    assert bench.raw()[-1]["content"] == numbered(2, 2)[0]


def stays_the_same_between_two_sweeps(stage: Stage) -> None:
    """A pool of 1,000 rows with ``sweep: 6h``: one request a poll while total and first page are the same; a row that
    comes, goes or changes on the first page is found at once, an edit deep in the list with the next sweep."""
    rows, now = [deals(1000)], [datetime.now(CHINA)]
    given = {**READS, "slice": {"sweep": "6h", "reconcile": "30d"}, "paging": {**TOTAL, "proof": []}}
    with a_platform(lambda path, query, n: listed(slice_of(rows[0], query, 100), len(rows[0]))) as platform:
        bench = stage.bench(a_source(platform.base, **given), now=lambda: now[0])

        def asked(minutes: int) -> tuple[int, int]:
            now[0] += timedelta(minutes=minutes)
            before = len(platform.requests)
            poll = bench.poll()
            assert verdict(poll) == ("complete", "")
            return len(platform.requests) - before, poll.rows.new + poll.rows.changed

        assert asked(0) == (10, 1000)
        assert [asked(30) for _ in range(3)] == [(1, 0)] * 3
        rows[0] = [{**rows[0][0], "id": "new"}, *rows[0]]
        assert asked(30) == (12, 1)
        rows[0][500] = {**rows[0][500], "受让方": "改名有限公司"}
        assert asked(30) == (1, 0) and asked(360) == (11, 1)


def is_as_it_was(stage: Stage) -> None:
    """A quiet feed is not told again with every poll: nothing is written until two intervals are over."""
    now = [datetime.now(CHINA)]
    with a_platform(lambda path, query, n: listed(numbered(1, 3), 3)) as platform:
        bench = stage.bench(a_source(platform.base, paging={**TOTAL, "proof": []}), now=lambda: now[0])
        told = bench.poll().told_at
        written = len(bench.transactions)
        for seconds, more in ((5, 0), (9, 0), (11, 1)):
            assert told is not None
            now[0] = told + timedelta(seconds=seconds)
            later = bench.poll(told_at=told)
            assert len(bench.transactions) == written + more and verdict(later) == ("complete", "")


LINKED: dict[str, Any] = {
    "access": {"media": "text/html", **BARE},
    "request": {"path": "/tzgg.htm"},
    "paging": {"style": "next_link", "link": "span.next > a", "proof": ["two_equal_sweeps"]},
    "html": {"row": "li", "cells": {"题": "a"}},
    "key": ["题"],
}
FILES = {"/tzgg.htm": ("8", "/tzgg/2.htm"), "/tzgg/2.htm": ("567", "1.htm"), "/tzgg/1.htm": ("1234", "")}


def _file(path: str, files: Mapping[str, tuple[str, str]] = FILES) -> Any:
    rows, following = files[path]
    link = f"<a href='{following}'>下页</a>" if following else "下页"
    return page_of(f"<html>{''.join(f'<li><a>第{n}号</a></li>' for n in rows)}<span class='next'>{link}</span></html>")


def counts_its_page_files_down(stage: Stage) -> None:
    """The newest page stands before files whose numbers fall: each names the next, and the last one names none."""
    with a_platform(lambda path, query, n: _file(path)) as platform:
        bench = stage.bench(a_source(platform.base, **LINKED))
        assert verdict(bench.poll()) == ("complete", "")
        assert sorted(bench.keys()) == [f"第{n}号" for n in range(1, 9)]
        assert [path for path, _ in platform.requests] == [*FILES, *FILES]


def links_its_pages_in_a_circle(stage: Stage) -> None:
    """The last file names an earlier one: what was read is published, and nothing is proved."""
    files = {**FILES, "/tzgg/1.htm": ("1234", "2.htm")}
    bench, (poll,) = stage.polls(lambda path, query, n: _file(path, files), 1, **LINKED)
    assert (verdict(poll), len(bench.keys())) == (("unknown", "cursor_stuck"), 8)


def links_its_next_page_on_another_host(stage: Stage) -> None:
    """No host that the definition does not name is asked."""
    files = {**FILES, "/tzgg.htm": ("8", "http://127.0.0.2:1/x.htm")}
    bench, (poll,) = stage.polls(lambda path, query, n: _file(path, files), 1, **LINKED)
    assert (verdict(poll), bench.keys()) == (("blocked", "host_refused"), ["第8号"])
