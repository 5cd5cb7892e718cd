"""Notices: lists whose rows lead to pages and files."""

from __future__ import annotations

import threading
from typing import Any

from tests.behaviours.stage import BARE, Stage, page_of, verdict
from tests.connectors.platform import HTML, a_platform, a_source

LIST = '<html><li><a href="/n/1.htm" title="第一号">第..</a></li><li><a href="/n/2.htm" title="第二号">第..</a></li></html>'
NOTICE = "<html><p class='to'>长沙一机有限公司</p><a href='/x/y.htm'>相关</a></html>"
FEED: dict[str, Any] = {
    "access": {"media": "text/html", **BARE},
    "paging": {"style": "none", "proof": ["end_marker"]},
    "html": {"row": "li", "cells": {"题": "a@title", "链": "a@href"}},
    "detail": {"path": "链", "fields": {"受让方": "p.to"}},
    "key": ["题"],
}
FILES: dict[str, Any] = {
    **FEED,
    "detail": {"path": "链", "attachments": ["csv"]},
    "file": {"pattern": "*", "format": "csv", "header": {"contains": ["专利号"]}},
    "key": ["题", "专利号"],
}


def loses_a_notice_for_one_poll(stage: Stage) -> None:
    """404, or 系统维护 in its place: short, and asked for again at the next poll; refused after three."""
    for away in ((404, {"Content-Type": "text/html"}, b""), page_of("<html>系统维护中</html>")):
        bad = [True]
        reply = lambda path, query, n, away=away, bad=bad: (  # noqa: E731
            page_of(LIST) if path.endswith("/api/deals") else away if bad[0] and "1" in path else page_of(NOTICE)
        )
        with a_platform(reply) as platform:
            bench = stage.bench(a_source(platform.base, **FEED))
            assert (verdict(bench.poll()), bench.keys()) == (("short", "detail_missing"), ["第二号"])
            bad[0] = False
            assert (verdict(bench.poll()), bench.keys()) == (("complete", ""), ["第二号", "第一号"])
            assert bench.letters() == []


def damages_a_notice_for_one_poll(stage: Stage) -> None:
    """Bytes of no charset, a coding nobody asked for, a file that is none: refused at once, asked for again, read then."""
    table = "专利号,单位\n1,甲厂\n".encode()
    noise = (200, HTML, "<html>专利".encode().replace(b"\xe4", b"\xff") + b"</html>")
    squeezed = (200, {**HTML, "Content-Encoding": "br"}, b"x")
    for damaged, feed in ((noise, FEED), (squeezed, FEED), ((200, HTML, b"\xff\xff"), FILES)):
        state = [True]

        def reply(
            path: str, query: dict[str, str], n: int, state: Any = state, damaged: Any = damaged, feed: Any = feed
        ) -> Any:
            if path.endswith("/api/deals"):
                return page_of(LIST)
            is_file, is_first = path.endswith("y.csv"), path.startswith("/n/1")
            if state[0] and (is_file if feed is FILES else is_first):
                return damaged
            return (
                (200, {"Content-Type": "text/csv"}, table)
                if is_file
                else page_of(NOTICE.replace("/x/y.htm", "/x/y.csv"))
            )

        with a_platform(reply) as platform:
            bench = stage.bench(a_source(platform.base, **feed))
            bench.poll()
            assert (len(bench.keys()), len(bench.open_letters())) == ((0, 2) if feed is FILES else (1, 1))
            state[0] = False
            assert verdict(bench.poll()) == ("complete", "") and bench.open_letters() == []
            assert len(bench.keys()) == 2


def takes_a_notice_down(stage: Stage) -> None:
    """A notice that stays away is one dead letter after three polls, and then no reason to be short."""
    reply = lambda path, query, n: (  # noqa: E731
        page_of(LIST) if path.endswith("/api/deals") else (404, {}, b"") if "1" in path else page_of(NOTICE)
    )
    bench, polls = stage.polls(reply, 4, **FEED)
    assert [verdict(poll)[0] for poll in polls] == ["short", "short", "complete", "complete"]
    assert [one["reason"] for one in bench.letters()] == ["detail_unread"]


def links_to_something_that_is_no_address(stage: Stage) -> None:
    """One dead letter, or nothing where the link is not followed."""
    listed = LIST.replace("/n/1.htm", "http://[")
    notice = NOTICE.replace("/x/y.htm", "http://[")
    bench, (poll,) = stage.polls(
        lambda path, query, n: page_of(listed if path.endswith("/api/deals") else notice), **FEED
    )
    assert (bench.keys(), [one["reason"] for one in bench.letters()]) == (["第二号"], ["detail_unread"])


def names_its_attachment_in_the_text_of_the_link(stage: Stage) -> None:
    """``download.jsp?wbfileid=1``: the name stands in the link's text."""
    notice = "<html><a href='/system/download.jsp?wbfileid=1'>附件:名单 .csv</a><a href='/p.jpg'>图</a></html>"
    body = "专利号,单位\n1,甲厂\n".encode()

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if path.endswith("/api/deals"):
            return page_of(LIST)
        return page_of(notice) if path.startswith("/n/") else (200, {"Content-Type": "text/csv"}, body)

    bench, (poll,) = stage.polls(reply, **FILES)
    assert (verdict(poll), sorted(bench.keys())) == (("complete", ""), ["第一号/1", "第二号/1"])


def keeps_its_files_on_a_second_host(stage: Stage) -> None:
    """Followed when the definition names it, and without the credential; refused otherwise."""
    body = "专利号,单位\n1,甲厂\n".encode()
    with a_platform(lambda path, query, n: (200, {"Content-Type": "text/csv"}, body)) as files:
        notice = f"<html><a href='{files.base}/a.csv'>a.csv</a></html>"
        reply = lambda path, query, n: page_of(LIST if path.endswith("/api/deals") else notice)  # noqa: E731
        bench, _ = stage.polls(reply, **FILES)
        assert {one["reason"] for one in bench.letters()} == {"host_refused"} and files.requests == []
        auth = {"style": "header", "secret": "KEY"}
        access = {**FILES["access"], "hosts": [files.base.removeprefix("http://")], "auth": auth}
        bench, (poll,) = stage.polls(reply, **{**FILES, "access": access})
        assert (verdict(poll), len(bench.keys())) == (("complete", ""), 2)
        assert "X-Api-Key" not in files.sent and bench.platform.sent["X-Api-Key"] == "secret"  # type: ignore[attr-defined]


def answers_slowly_but_allows_several_notices(stage: Stage) -> None:
    """``parallel: 3``: three notices are under way at once, and their rows keep the order of the list."""
    rows = "".join(f'<li><a href="/n/{n}.htm" title="第{n}号">第..</a></li>' for n in range(10, 22))
    lock, under_way, most = threading.Lock(), [0], [0]

    def reply(path: str, query: dict[str, str], n: int) -> Any:
        if path.endswith("/api/deals"):
            return page_of(f"<html>{rows}</html>")
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.3)
        with lock:
            under_way[0] -= 1
        return page_of(NOTICE)

    given = {**FEED, "access": {**FEED["access"], "parallel": 3, "deadline": "30s"}}
    bench, (poll,) = stage.polls(reply, **given)
    assert (verdict(poll), most[0]) == (("complete", ""), 3)
    assert bench.keys() == [f"第{n}号" for n in range(10, 22)]


def attaches_a_scan(stage: Stage) -> None:
    """A PDF is a dead letter scan_only with the link."""
    notice = "<html><a href='/a.pdf'>a.pdf</a></html>"
    given = {**FILES, "detail": {"path": "链", "attachments": ["csv", "pdf"]}}
    bench, _ = stage.polls(lambda path, query, n: page_of(LIST if path.endswith("/api/deals") else notice), **given)
    assert {one["reason"] for one in bench.letters()} == {"scan_only"} and "a.pdf" in bench.letters()[0]["message"]


def has_the_link_in_a_cell_of_a_table(stage: Stage) -> None:
    """A grid whose cell holds the link to the notice."""
    rows = "".join(f"<tr><td>{n}</td><td><a href='/n/{n}.htm'>标题{n}</a></td></tr>" for n in (1, 2))
    table = f"<html><table><tr><th>序号</th><th>标题</th></tr>{rows}</table></html>"
    given = {
        **FEED,
        "html": {"table": "table", "header": {"contains": ["标题"]}},
        "detail": {"path": "标题@href", "fields": {"受让方": "p.to"}},
        "key": ["标题"],
    }
    bench, (poll,) = stage.polls(
        lambda path, query, n: page_of(table if path.endswith("/api/deals") else NOTICE), **given
    )
    assert (verdict(poll), bench.keys()) == (("complete", ""), ["标题1", "标题2"])
    assert bench.raw()[0]["content"]["受让方"] == "长沙一机有限公司"


TABLES: dict[str, Any] = {
    **FEED,
    "detail": {"path": "链", "table": "table", "header": {"contains": ["专利号", "受让方"]}, "stop_at": ["合计"]},
    "key": ["题", "专利号"],
}
TABLE = """<html><table><tr><td>联系人</td><td>张三</td></tr></table>
<table><tr><th>序号</th><th>专利号</th><th>受让方</th></tr>
<tr><td>1</td><td>2020113456785</td><td rowspan="2">长沙一机有限公司</td></tr>
<tr><td>2</td><td>202011345679X</td></tr><tr><td>合计</td><td>2</td><td></td></tr></table></html>"""


def puts_a_table_into_each_notice(stage: Stage) -> None:
    """The rows of the declared table are records beside the cells of their list row; another table, spans, totals are not."""
    bench, (poll,) = stage.polls(
        lambda path, query, n: page_of(LIST if path.endswith("/api/deals") else TABLE), **TABLES
    )
    assert verdict(poll) == ("complete", "")
    assert sorted(bench.keys()) == sorted(
        f"{notice}/{patent}" for notice in ("第一号", "第二号") for patent in ("2020113456785", "202011345679X")
    )
    assert {one["content"]["受让方"] for one in bench.raw()} == {"长沙一机有限公司"}
    assert bench.letters() == []


def changes_the_headings_in_a_notice(stage: Stage) -> None:
    """A notice whose table has other headings is one dead letter with its reason; the others are read."""
    other = TABLE.replace("受让方", "买方")
    reply = lambda path, query, n: (  # noqa: E731
        page_of(LIST) if path.endswith("/api/deals") else page_of(other if "1" in path else TABLE)
    )
    bench, _ = stage.polls(reply, 1, **TABLES)
    assert len(bench.keys()) == 2
    assert [(one["reason"], "受让方" in one["message"]) for one in bench.letters()] == [("detail_unread", True)]
