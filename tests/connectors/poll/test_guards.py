"""The first guard that an answer does not pass decides; what cannot be read is a dead letter, never the end of a poll."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.poll.guards import CODE_RULES, STATUS_RULES, check_status
from ops.run import CHINA
from tests.connectors.platform import HTML, JSON, Bench, a_platform, a_source, page, rows

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("status", "after", "found"),
    [
        (200, "", None),
        (201, "", ("blocked", "status_201", 0.0)),
        (204, "", ("short", "no_content", 0.0)),
        (302, "", ("blocked", "redirect", 0.0)),
        (304, "", ("blocked", "redirect", 0.0)),
        (400, "", ("blocked", "status_400", 0.0)),
        (401, "", ("blocked", "status_401", 0.0)),
        (403, "", ("blocked", "status_403", 0.0)),
        (404, "", ("missing", "status_404", 0.0)),
        (408, "", ("transient", "timeout", 0.0)),
        (410, "", ("missing", "status_410", 0.0)),
        (412, "", ("blocked", "status_412", 0.0)),
        (425, "", ("transient", "timeout", 0.0)),
        (429, "", ("rate", "throttled", 0.0)),
        (429, "soon", ("rate", "throttled", 0.0)),
        (429, "120", ("rate", "throttled", 120.0)),
        (429, "Tue, 24 Nov 2026 01:31:00 GMT", ("rate", "throttled", 60.0)),
        (429, "999999", ("blocked", "retry_after", 86_400.0)),
        (500, "", ("transient", "status_5xx", 0.0)),
        (503, "", ("transient", "status_5xx", 0.0)),
        (503, "30", ("rate", "throttled", 30.0)),
        (503, "999999", ("blocked", "retry_after", 86_400.0)),
    ],
)
def test_a_status_is_an_answer_or_a_failure_of_one_kind(status: int, after: str, found: Any) -> None:
    answer = Answer("http://x", b"", NOW, status, {"retry-after": after})
    if found is None:
        check_status(answer, NOW)
    else:
        with pytest.raises(Failure) as caught:
            check_status(answer, NOW)
        assert (caught.value.kind, caught.value.reason, caught.value.after_seconds) == found
        assert caught.value.answer is answer


def test_every_rule_stands_once_and_says_what_it_finds() -> None:
    rules = [*STATUS_RULES, *CODE_RULES]
    assert len(set(rules)) == len(rules)
    assert [rule.__name__ for rule in rules if not rule.__doc__] == []


def test_a_row_with_a_lone_surrogate_is_one_dead_letter_and_the_others_are_read(
    tmp_path: Path, client: HttpClient
) -> None:
    shown = [*rows(1, 2), {"id": "x", "专利号": "\ud800"}]
    body = json.dumps({"code": 200, "data": {"total": 3, "list": shown}}).encode()
    with a_platform(lambda path, query, n: (200, JSON, body)) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        poll = bench.poll()
    assert (poll.outcome.verdict, bench.keys(), poll.rows.rejected) == ("complete", ["r001", "r002"], 1)
    assert [(one["reason"], one["evidence"]["pointer"]) for one in bench.letters()] == [
        ("row_unstorable", "/data/list/2")
    ]


NOTICES: dict[str, Any] = {
    "request": {"path": "/list.html"},
    "paging": {"style": "none", "proof": ["end_marker"]},
    "html": {"row": "li", "cells": {"id": "a", "链接": "a@href"}},
    "detail": {"path": "链接", "fields": {"受让方": "p"}},
    "records": "",
    "key": ["id"],
}


def test_a_link_that_is_no_address_is_one_dead_letter_or_nothing_where_it_is_not_followed(
    tmp_path: Path, client: HttpClient
) -> None:
    listed = b'<html><li><a href="/one.html">one</a></li><li><a href="http://[">two</a></li></html>'
    notice = '<html><p>长沙一机有限公司</p><a href="http://[">相关</a></html>'.encode()
    with a_platform(lambda path, query, n: (200, HTML, listed if "list" in path else notice)) as platform:
        access = {"media": "text/html", "ok": None, "retry": None}
        bench = Bench(tmp_path, a_source(platform.base, access=access, **NOTICES), client)
        poll = bench.poll()
    assert [(one["record"], one["content"]["受让方"]) for one in bench.raw()] == [("one", "长沙一机有限公司")]
    assert [one["reason"] for one in bench.letters()] == ["detail_unread"]
    assert poll.rows.gap == 0


@pytest.mark.parametrize("charset", ["undefined", "no-such-charset", "base64", "x" * 5000])
def test_a_charset_that_does_not_exist_is_passed_over(tmp_path: Path, client: HttpClient, charset: str) -> None:
    listed = '<html><li><a href="/one.html">第一</a></li></html>'.encode()
    headers = {"Content-Type": f"text/html; charset={charset}"}
    with a_platform(lambda path, query, n: (200, headers, listed)) as platform:
        access = {"media": "text/html", "ok": None, "retry": None}
        bench = Bench(tmp_path, a_source(platform.base, access=access, **{**NOTICES, "detail": None}), client)
        bench.poll()
    assert bench.keys() == ["第一"]


def test_json_that_is_served_as_html_is_read_where_the_definition_says_so(tmp_path: Path, client: HttpClient) -> None:
    body = page(rows(1, 5), 5)[2]
    with a_platform(lambda path, query, n: (200, HTML, body)) as platform:
        bench = Bench(tmp_path, a_source(platform.base, access={"media": "text/html"}), client)
        assert bench.poll().outcome.verdict == "complete"
    assert len(bench.keys()) == 5
