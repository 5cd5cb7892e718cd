"""Answers: what a platform sends in place of a page, or around one."""

from __future__ import annotations

import gzip
import json
from typing import Any

from tests.behaviours.stage import BARE, PAGES, TOTAL, Stage, answer, listed, numbered, page_of, slice_of, verdict
from tests.connectors.platform import HTML, JSON, a_platform, a_source

ALL = numbered(1, 15)
BODY = json.dumps({"code": 200, "data": {"list": ALL, "total": 15}}, ensure_ascii=False)


def _once(body: bytes, headers: dict[str, str] = JSON) -> Any:
    return lambda path, query, n: (200, headers, body)


def _whole(stage: Stage, body: bytes, headers: dict[str, str] = JSON, **given: Any) -> None:
    paging = {"style": "none", "total": "/data/total"}
    bench, (poll,) = stage.polls(_once(body, headers), paging=paging, **given)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 15)
    assert bench.raw()[0]["content"]["名称"] == "第1项"


def is_busy_in_a_200(stage: Stage) -> None:
    """b04: code 500 in a 200 is tried again, then unknown; it is never an empty list."""
    bench, (poll,) = stage.polls(lambda path, query, n: answer({"code": 500, "msg": "系统繁忙", "data": None}))
    assert (verdict(poll), bench.raw(), len(bench.waits)) == (("unknown", "business_code"), [], 4)


def shows_a_challenge_where_json_was_declared(stage: Stage) -> None:
    """b05: blocked, with its evidence."""
    bench, (poll,) = stage.polls(lambda path, query, n: page_of("<html><title>请输入验证码</title></html>"))
    assert verdict(poll) == ("blocked", "media_type") and bench.cursor.evidence is not None


def labels_its_login_page_as_json(stage: Stage) -> None:
    """Blocked for an hour or more, not short and asked again after half of one."""
    bench, (poll,) = stage.polls(lambda path, query, n: page_of("<html><form>登录</form></html>", JSON), paging=PAGES)
    assert verdict(poll) == ("blocked", "markup") and bench.letters() == []


HTML_FEED: dict[str, Any] = {
    "access": {"media": "text/html", **BARE},
    "paging": {"style": "none", "proof": ["end_marker"]},
    "html": {"row": "li", "cells": {"id": "a@href"}, "empty": "没有您要查询的结果"},
    "records": "",
    "key": ["id"],
}


def titles_an_empty_result_as_an_error(stage: Stage) -> None:
    """b06: complete with no row by its declared marker; an empty page without it is blocked."""
    given = {name: value for name, value in HTML_FEED.items() if name != "records"}
    text = "<html><title>错误页面</title>抱歉,没有您要查询的结果!</html>"
    _, (poll,) = stage.polls(lambda path, query, n: page_of(text), **given)
    assert (verdict(poll), poll.rows.read) == (("complete", ""), 0)
    _, (poll,) = stage.polls(lambda path, query, n: page_of("<html><title>错误页面</title></html>"), **given)
    assert verdict(poll) == ("blocked", "empty_unmarked")


def wants_a_captcha(stage: Stage) -> None:
    """b05: a page with the declared marker is blocked."""
    given = {**HTML_FEED, "html": {**HTML_FEED["html"], "captcha": "请输入验证码"}}
    _, (poll,) = stage.polls(lambda path, query, n: page_of("<html>请输入验证码</html>"), **given)
    assert verdict(poll) == ("blocked", "captcha")


def cuts_an_html_page(stage: Stage) -> None:
    """A page without its end is short."""
    text = '<html><li><a href="/a">a</a></li>'
    _, (poll,) = stage.polls(lambda path, query, n: page_of(text), **HTML_FEED)
    assert verdict(poll) == ("short", "truncated")


def answers_with_a_status(stage: Stage) -> None:
    """401, 403, 412, 451 and redirects are blocked, 5xx unknown, 204 short: none is an empty list."""
    for status, found in (
        (401, "blocked"),
        (403, "blocked"),
        (412, "blocked"),
        (451, "blocked"),
        (302, "blocked"),
        (500, "unknown"),
        (503, "unknown"),
        (204, "short"),
    ):
        bench, (poll,) = stage.polls(lambda path, query, n, status=status: (status, {"Location": "/login"}, b""))
        assert (verdict(poll)[0], bench.raw()) == (found, []), status


def asks_to_wait(stage: Stage) -> None:
    """429 with Retry-After, in seconds or as a date: waited for in place when short, else left to the schedule."""
    for after in ("7", "Thu, 01 Jan 2015 00:00:00 GMT"):
        bench, (poll,) = stage.polls(
            lambda path, query, n, after=after: (
                (429, {"Retry-After": after}, b"") if n == 1 and after == "7" else listed(ALL, 15)
            )
        )
        assert verdict(poll) == ("complete", "") and bench.waits == ([7.0] if after == "7" else [])
    bench, (poll,) = stage.polls(lambda path, query, n: (429, {"Retry-After": "7200"}, b""))
    assert verdict(poll) == ("unknown", "throttled") and bench.waits == []
    bench, (poll,) = stage.polls(lambda path, query, n: (503, {"Retry-After": "9999999"}, b""))
    assert verdict(poll) == ("blocked", "retry_after")


def uses_up_the_calls_of_the_day(stage: Stage) -> None:
    """P7: code 9999 is waited for until tomorrow."""
    quota = {"ok": {"at": "/code", "in": ["000000"]}, "retry": None, "quota": {"at": "/code", "in": ["9999"]}}
    _, (poll,) = stage.polls(lambda path, query, n: answer({"code": "9999"}), access=quota)
    failure = poll.outcome.failure
    assert verdict(poll) == ("unknown", "quota") and failure and 0 < failure.after_seconds <= 86_400


def sends_json_in_another_charset(stage: Stage) -> None:
    """GB18030 and UTF-16, declared or not, and a declared GBK."""
    for charset, media in (
        ("gb18030", "application/json"),
        ("gb18030", "application/json; charset=GBK"),
        ("utf-16", "application/json"),
        ("utf-16-le", "application/json"),
        ("utf-16-be", "application/json; charset=utf-16"),
        ("utf-8-sig", "application/json"),
    ):
        _whole(stage, BODY.encode(charset), {"Content-Type": media})


def declares_a_charset_that_it_does_not_use(stage: Stage) -> None:
    """big5 on GBK bytes: read as what it is. What no charset makes Chinese is refused, never taken for names."""
    rows = [{**row, "说明": "湖南省知识产权专利号转让方受让方"} for row in ALL]
    text = json.dumps({"code": 200, "data": {"list": rows, "total": 15}}, ensure_ascii=False)
    _whole(stage, text.encode("gb18030"), {"Content-Type": "application/json; charset=big5"})
    body = json.dumps(
        {"code": 200, "data": {"list": [{"id": "a", "name": "특허기술이전계약특허기술이전계약"}], "total": 1}},
        ensure_ascii=False,
    )
    bench, (poll,) = stage.polls(_once(body.encode("euc-kr"), {"Content-Type": "application/json; charset=big5"}))
    assert verdict(poll) == ("short", "charset_unreadable") and bench.raw() == []


def names_a_charset_that_does_not_exist(stage: Stage) -> None:
    """``undefined`` is passed over."""
    _whole(stage, BODY.encode(), {"Content-Type": "application/json; charset=undefined"})


def sends_json_as_html(stage: Stage) -> None:
    """JSON served as text/html is readable where the definition says so."""
    access = {"media": "text/html", "ok": {"at": "/code", "in": [200]}}
    _whole(stage, BODY.encode(), HTML, access=access, records="/data/list")


def wraps_its_answer_in_a_callback(stage: Stage) -> None:
    """JSONP."""
    for text in (f"callback({BODY});", f"/**/ jQuery.cb_1 ( {BODY} )\n"):
        _whole(stage, text.encode(), {"Content-Type": "text/javascript"}, access={"media": "text/javascript"})


def puts_its_answer_into_a_string(stage: Stage) -> None:
    """``data`` is a text that holds JSON; so are the rows themselves."""
    data = json.dumps({"list": json.dumps(ALL, ensure_ascii=False), "total": 15}, ensure_ascii=False)
    _whole(stage, json.dumps({"code": 200, "data": data}, ensure_ascii=False).encode())


def shows_its_rows_as_an_object(stage: Stage) -> None:
    """Rows keyed by their id."""
    rows = {row["id"]: {"名称": row["名称"]} for row in ALL}
    body = json.dumps({"code": 200, "data": {"list": rows, "total": 15}}, ensure_ascii=False)
    _whole(stage, body.encode(), keyed="编号", key=["编号"])


def compresses_its_answer_in_two_members(stage: Stage) -> None:
    """Two gzip members are one body; a cut stream is a transport error."""
    half = len(BODY.encode()) // 2
    parts = gzip.compress(BODY.encode()[:half]) + gzip.compress(BODY.encode()[half:])
    headers = {**JSON, "Content-Encoding": "gzip"}
    _whole(stage, parts, headers)
    _, (poll,) = stage.polls(_once(parts[:-5], headers))
    assert verdict(poll) == ("unknown", "truncated")


def sends_a_bomb(stage: Stage) -> None:
    """b22: 256 MiB in a small body: refused at the bound, in either of two members."""
    bomb = gzip.compress(bytes(256 << 20), 1)
    for body in (bomb, gzip.compress(b"[]") + bomb):
        _, (poll,) = stage.polls(
            _once(body, {**JSON, "Content-Encoding": "gzip"}), access={"max_bytes": 1 << 20, "deadline": "60s"}
        )
        assert (poll.outcome.state, poll.outcome.reason) == ("held", "too_large")


def sends_damaged_json(stage: Stage) -> None:
    """b23: duplicate keys, integers above 64 bit, NaN, 1e999, depth 100,000: a dead letter, and the process lives."""
    for text, reason in (
        ('{"code":200,"code":200}', "json_duplicate_key"),
        ('{"code":123456789012345678901234}', "json_number"),
        ('{"code":NaN}', "json_number"),
        ('{"code":1e999}', "json_number"),
        ("[" * 100_000, "json_depth"),
        ('{"code":200', "json_invalid"),
    ):
        bench, (poll,) = stage.polls(_once(text.encode()))
        assert (verdict(poll), [one["reason"] for one in bench.letters()]) == (("short", reason), [reason]), text[:30]


def repairs_what_it_damaged(stage: Stage) -> None:
    """A whole list that is read to its end closes the letters of its pages and rows; the same damage is a letter anew."""
    nameless = [{"名称": "无编号"}, *ALL[1:]]
    shown = iter(('{"code":NaN}', "", listed(nameless, 15), listed(nameless, 15), "", '{"code":NaN}'))

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        found = next(shown)
        return found if isinstance(found, tuple) else (200, JSON, (found or BODY).encode())

    open_letters = []
    with a_platform(reply) as platform:
        bench = stage.bench(a_source(platform.base, paging={"style": "none", "total": "/data/total"}))
        for _ in range(6):
            bench.poll()
            open_letters.append(bench.open_letters())
    assert open_letters == [["json_number"], [], ["key_missing"], ["key_missing"], [], ["json_number"]]


def expects_its_parameters_in_the_body(stage: Stage) -> None:
    """P4: page and days within a posted JSON body; numbers stay numbers."""
    seen: list[Any] = []

    def reply(handler: Any) -> None:
        body = json.loads(handler.sent_body)
        seen.append(body)
        status, headers, sent = listed(slice_of(ALL, {"pageNo": str(body["query"]["page"])}), 15)
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(sent))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(sent)

    request = {"path": "/query", "method": "POST", "body": {"size": 10, "query": {"type": "all"}}}
    paging = {**TOTAL, "parameter": "/query/page"}
    bench, (poll,) = stage.polls(lambda path, query, n: reply, request=request, paging=paging)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 15)
    assert seen == [{"size": 10, "query": {"type": "all", "page": page}} for page in (1, 2)]


def expects_its_parameters_in_a_form(stage: Stage) -> None:
    """P6: a posted form with paging inside."""
    from urllib.parse import parse_qsl

    seen: list[Any] = []

    def reply(handler: Any) -> None:
        form = dict(parse_qsl(handler.sent_body.decode()))
        seen.append(form)
        status, headers, sent = listed(slice_of(ALL, form), 15)
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(sent))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(sent)

    request = {"path": "/query", "method": "POST", "form": {"pageSize": "10"}}
    bench, (poll,) = stage.polls(lambda path, query, n: reply, request=request, paging=TOTAL)
    assert (verdict(poll), len(bench.keys())) == (("complete", ""), 15)
    assert seen == [{"pageSize": "10", "pageNo": page} for page in ("1", "2")]
