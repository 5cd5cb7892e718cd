"""The first rule that applies gives a sweep its verdict."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.poll.cursor import Window
from connectors.poll.prove import RULES, End, Proof, Sweep
from connectors.read.page import Page, row_of
from schemas.source.model import Feed
from tests.connectors.platform import HTML, JSON, Bench, a_platform, a_source, page, paged, rows

PAGED: dict[str, Any] = {"style": "page", "parameter": "pageNo"}
CURSOR: dict[str, Any] = {"style": "cursor", "parameter": "cursor", "next": "/next"}
OFFSET: dict[str, Any] = {"style": "offset", "parameter": "offset"}


def a_feed(paging: dict[str, Any], **given: Any) -> Feed:
    return a_source("http://127.0.0.1:1", paging=paging, **given).feeds["deals"]


def shown(feed: Feed, keys: str, value: str = "", **declared: Any) -> Page:
    """A page with a row for each letter."""
    found = tuple(row_of(feed, f"/{n}", {"id": key, "v": value}) for n, key in enumerate(keys))
    return dataclasses.replace(Page(found), **declared)


@pytest.mark.parametrize(
    ("paging", "pages", "end", "found"),
    [
        (CURSOR, [("ab", {"next": "1"}), ("cd", {"next": "1"})], None, Proof("unknown", "cursor_stuck")),
        (PAGED, [("ab", {"total": 4}), ("cd", {"total": 5})], None, Proof("drifted", "total_changed", True, False)),
        (PAGED, [("ab", {"pages": 2}), ("cd", {"pages": 3})], None, Proof("drifted", "total_changed", True, False)),
        (OFFSET, [("ab", {}), ("cd", {})], None, Proof("drifted", "overlap_lost", True)),
        (OFFSET, [("ab", {"total": 3}), ("bc", {"total": 3})], None, Proof("complete")),
        (PAGED, [("ab", {})], End.CEILING, Proof("short", "ceiling")),
        (PAGED, [("ab", {"total": 3}), ("c", {"total": 3})], None, Proof("complete")),
        (PAGED, [("ab", {"total": 3}), ("c", {})], None, Proof("complete")),  # the total stands on the first page
        (PAGED, [("ab", {"total": 5}), ("cd", {"total": 5})], None, Proof("short", "rows_missing")),
        (PAGED, [("ab", {"total": 5}), ("ab", {"total": 5})], None, Proof("short", "page_repeated")),
        (PAGED, [("abcd", {"total": 3})], None, Proof("drifted", "rows_beyond_total", True)),
        (PAGED, [("ab", {}), ("c", {}), ("de", {})], None, Proof("short", "page_short")),
        (CURSOR, [("ab", {"more": True})], None, Proof("unknown", "cursor_contradiction")),
        (CURSOR, [("ab", {"more": False, "next": "1"})], None, Proof("unknown", "cursor_contradiction")),
        (CURSOR, [("ab", {"more": False})], None, Proof("complete")),
        (CURSOR, [("ab", {})], None, Proof("unknown", "end_unproved", True)),
        (PAGED, [("ab", {}), ("cd", {}), ("cd", {})], None, Proof("unknown", "page_repeated", True)),
        (PAGED, [("ab", {}), ("ab", {})], None, Proof("unknown", "page_ignored")),
        (PAGED, [("ab", {"total": 3}), ("b", {"total": 3})], None, Proof("short", "page_repeated")),
        (PAGED, [("ab", {"total": 4}), ("bc", {"total": 4})], None, Proof("short", "rows_repeated", True)),
        (PAGED, [("ab", {"total": 2, "doubt": "total_disagrees"})], None, Proof("short", "total_disagrees")),
        (PAGED, [("ab", {"pages": 2}), ("cd", {"pages": 2})], None, Proof("complete")),
        (PAGED, [("ab", {}), ("c", {}), ("", {})], None, Proof("unknown", "end_unproved", True)),
        (PAGED, [("ab", {}), ("", {}), ("cd", {})], None, Proof("short", "page_short")),
        (PAGED, [("ab", {}), ("cd", {})], End.NOTHING_FOLLOWS, Proof("complete")),
        (PAGED | {"proof": ["end_marker"]}, [("ab", {})], None, Proof("complete")),
        (PAGED, [("ab", {})], None, Proof("unknown", "end_unproved", True)),
    ],
)
def test_a_sweep_has_the_verdict_of_its_first_rule(paging: Any, pages: Any, end: End | None, found: Proof) -> None:
    feed = a_feed(paging)
    sweep = Sweep(feed)
    for keys, declared in pages:
        sweep.add(shown(feed, keys, **declared))
    sweep.end = end
    assert dataclasses.replace(sweep.proof(), message="") == found


def test_one_key_with_two_contents_and_a_first_page_that_changed_are_drift() -> None:
    feed = a_feed(PAGED)
    sweep = Sweep(feed)
    sweep.add(shown(feed, "ab", total=3))
    sweep.add(shown(feed, "bc", "other", total=3))
    assert sweep.proof() == Proof("drifted", "key_conflict", True)
    sweep = Sweep(feed)
    sweep.add(shown(feed, "ab", total=2))
    sweep.compare_first(shown(feed, "ba", total=2))
    assert sweep.proof() == Proof("drifted", "first_page_changed", True)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-11-10", ""),
        ("2026-11-30", "filter_ignored"),
        ("2026年10月31日", "filter_ignored"),
        ("近日", ""),
        ("", ""),
    ],
)
def test_a_row_of_another_day_shows_that_the_platform_does_not_filter(day: str, reason: str) -> None:
    feed = a_feed(PAGED, slice={"by": "day", "from": "a", "to": "b"}, claims={"filter": "公示日期"})
    sweep = Sweep(feed, Window("2026-11-01", "2026-11-29"))
    sweep.add(Page((row_of(feed, "/0", {"id": "a", "公示日期": day}),), total=1))
    assert sweep.proof().reason == reason


def test_a_total_that_is_not_relied_on_proves_nothing_and_two_equal_sweeps_do() -> None:
    feed = a_feed(PAGED | {"total": "/data/total"}, claims={"total": "unreliable"})
    sweep = Sweep(feed)
    sweep.add(shown(feed, "ab"))
    sweep.add(shown(feed, "c"))
    assert sweep.proof() == Proof("unknown", "end_unproved", True)
    assert sweep.proof(sweep.digest) == Proof("complete")


def test_every_rule_says_what_it_proves() -> None:
    assert len(set(RULES)) == len(RULES)
    assert [rule.__name__ for rule in RULES if not rule.__doc__] == []


DAYS = {"by": "day", "from": "since", "to": "until", "span": "31d", "history": "30d"}


def test_a_platform_that_ignores_the_days_moves_no_watermark_and_its_rows_are_published(
    tmp_path: Path, client: HttpClient
) -> None:
    old = [{**row, "公示日期": "2020-01-01"} for row in rows(1, 15)]
    with a_platform(lambda path, query, n: paged(old, query)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, slice=DAYS, claims={"filter": "公示日期"}), client)
        bench.poll()
    assert (bench.cursor.state, bench.cursor.reason, bench.cursor.watermark) == ("unknown", "filter_ignored", None)
    assert len(bench.keys()) == 15


@pytest.mark.parametrize(("proof", "verdict"), [(["first_page_again"], "complete"), (["total_each_page"], "blocked")])
def test_a_total_on_the_first_page_only_is_enough_unless_each_page_must_declare_it(
    tmp_path: Path, client: HttpClient, proof: list[str], verdict: str
) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        return page(rows(11, 15), -1) if query["pageNo"] == "2" else page(rows(1, 10), 15)

    paging = {"style": "page", "parameter": "pageNo", "total": "/data/total", "proof": proof}
    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, paging=paging), client)
        assert bench.poll().outcome.verdict == verdict


def test_a_list_whose_first_page_declares_no_total_is_not_the_declared_envelope(
    tmp_path: Path, client: HttpClient
) -> None:
    paging = {"style": "page", "parameter": "pageNo", "total": "/data/total"}
    with a_platform(lambda path, query, n: page([], -1)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, paging=paging), client)
        bench.poll()
    assert (bench.cursor.state, bench.cursor.reason) == ("blocked", "envelope")


def test_a_list_by_offsets_is_read_whole_though_only_its_first_page_declares_the_total(
    tmp_path: Path, client: HttpClient
) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        start = int(query["offset"])
        return page(rows(1, 37)[start : start + 10], -1 if start else 37)

    paging = {"style": "offset", "parameter": "offset", "total": "/data/total"}
    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, paging=paging), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, len(bench.keys())) == ("complete", 37)
    assert [query["offset"] for _, query in platform.requests] == ["0", "9", "18", "27"]


def test_a_platform_that_answers_every_number_with_an_empty_list_ends_the_list_after_two(
    tmp_path: Path, client: HttpClient
) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        item = f'<li><a href="/x">{path}</a></li>'
        return 200, HTML, f"<html>{item if path in ('/list.html', '/list1.html') else '暂无内容'}</html>".encode()

    notices: dict[str, Any] = {
        "request": {"path": "/list.html"},
        "paging": {"style": "numbered_files", "pattern": "list{n}.html", "proof": ["two_equal_sweeps"]},
        "html": {"row": "li", "cells": {"id": "a"}, "empty": "暂无内容"},
        "records": "",
        "key": ["id"],
    }
    with a_platform(reply) as platform:
        access = {"media": "text/html", "ok": None, "retry": None}
        bench = Bench(tmp_path, a_source(platform.base, access=access, **notices), client)
        bench.poll()
    assert (bench.cursor.state, bench.keys()) == ("ok", ["/list.html", "/list1.html"])
    assert [path for path, _ in platform.requests] == ["/list.html", "/list1.html", "/list2.html", "/list3.html"] * 2


@pytest.mark.parametrize("following", [[], rows(1, 3)], ids=["no rows", "the same rows"])
def test_fresh_cursors_that_bring_nothing_end_after_a_few_pages_and_prove_nothing(
    tmp_path: Path, client: HttpClient, following: list[dict[str, Any]]
) -> None:
    def reply(path: str, query: dict[str, str], n: int) -> Any:
        items = following if query.get("cursor") else rows(1, 3)
        value = {"code": 200, "items": items, "next": f"c{n}", "more": True}
        return 200, JSON, json.dumps(value).encode()

    with a_platform(reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, paging={**CURSOR, "more": "/more"}, records="/items"), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason, len(bench.keys())) == ("unknown", "cursor_stuck", 3)
    assert len(platform.requests) <= 3 * 3  # sweeps
