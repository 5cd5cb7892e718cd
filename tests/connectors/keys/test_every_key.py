"""Every key of source.yml that can be written does something: changing it changes what is requested, read or published."""

from __future__ import annotations

import copy
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from schemas.source.model import Source
from tests.connectors.keys.observation import Clocked, observe

pytestmark = pytest.mark.slow  # a poll for each value of each key

FIELDS = {"patents": "专利号", "transferor": "转让方", "transferee": "受让方"}
LIST: dict[str, Any] = {
    "id": "hn_test",
    "name": "测试平台",
    "authority": "provincial",
    "synthetic": True,
    "access": {"deadline": "5s", "ok": {"at": "/code", "in": [200]}},
    "feeds": {
        "deals": {
            "kind": "transfer",
            "phase": "noticed",
            "request": {"path": "/deals"},
            "paging": {"style": "page", "parameter": "pageNo", "total": "/data/total"},
            "records": "/data/list",
            "key": "/id",
            "fields": {**FIELDS, "consideration": "成交金额"},
            "units": {"consideration": "万元"},
            "split": {"patents": ["＋"]},
        }
    },
}
NOTICES: dict[str, Any] = {
    **LIST,
    "access": {"deadline": "5s", "media": "text/html"},
    "feeds": {
        "deals": {
            "kind": "transfer",
            "phase": "noticed",
            "request": {"path": "/list0.html"},
            "paging": {"style": "numbered_files", "pattern": "/list{n}.html"},
            "html": {"row": "li.r", "cells": {"题目": "a@title", "链接": "a@href"}},
            "detail": {"path": "链接", "fields": {"受让方": "p.to"}},
            "key": ["题目"],
            "fields": {"patents": "题目", "transferee": "受让方"},
        }
    },
}
INBOX: dict[str, Any] = {
    **LIST,
    "access": {"style": "inbox"},
    "feeds": {
        "deals": {
            "kind": "transfer",
            "phase": "noticed",
            "file": {"pattern": "*", "format": "csv", "encoding": "gb18030", "header": {"contains": ["专利号"]}},
            "key": ["专利号"],
            "fields": {"patents": "专利号", "transferor": "转让方", "signed_on": "日期"},
        }
    },
}
TABLES: dict[str, Any] = {
    **NOTICES,
    "feeds": {
        "deals": {
            "kind": "transfer",
            "phase": "noticed",
            "request": {"path": "/table.html"},
            "html": {"table": "table", "header": {"contains": ["转让"]}},
            "key": ["受让"],
            "fields": {"patents": "号", "transferor": "转让", "transferee": "受让"},
        }
    },
}
CURSOR = {"style": "cursor", "parameter": "cursor", "next": "/next", "more": "/more"}
OFFSET = {"style": "offset", "parameter": "offset"}
DAYS = {"by": "day", "from": "since", "to": "until", "span": "31d", "history": "60d", "reread": "7d"}


class Case(NamedTuple):
    """One key, at ``place``, changed to ``value`` in ``base`` after ``given`` was set; ``fault``: of the platform."""

    place: str
    value: Any
    base: dict[str, Any] = LIST
    given: dict[str, Any] = {}
    fault: str = ""


F = "feeds.deals."
IN_NOTICES = {
    F + "detail": {"path": "链接", "table": "table", "header": {"contains": ["转让"]}},
    F + "key": ["题目", "受让"],
}
DAILY = {F + "slice": DAYS}
ONE_PAGE = {F + "request.query": {"pageSize": "40"}}
ANNOUNCED = {F + "kind": "announcement", F + "phase": "", F + "text": {"附注": "announcement"}}
CSV, XLSX = "file:csv", "file:xlsx"
WITH_XLSX = {F + "file": {"pattern": "*", "format": "xlsx", "header": {"contains": ["专利号"]}}}
BARE = {
    F + "file": {"pattern": "*", "format": "csv", "columns": ["专利号", "转让方", "日期"], "stop_at": ["题头", "合计"]}
}
KEYED = {"access.auth": {"style": "header", "secret": "KEY"}}
LOGIN = {"path": "/login", "token": "/token", "expires": "/expires"}
LOGGED_IN = {"access.auth": {"style": "token", "account": "hub", "secret": "KEY", "login": LOGIN}}
OAUTH = {"style": "oauth2", "account": "hub", "secret": "KEY", "login": {"path": "/token"}}
GATEWAY = {"style": "hmac_gateway", "account": "hub", "secret": "KEY"}
CIPHERS = {"style": "sm", "account": "hub", "secret": "SM2", "cipher": "SM4"}
POSTED = {F + "request.method": "POST"}
CUT = {"parameter": "area", "values": ["a", "b"]}
CASES: dict[str, Case] = {
    "Source.id": Case("id", "hn_other"),
    "Source.name": Case("name", "另一平台"),
    "Source.authority": Case("authority", "exchange"),
    "Source.plan": Case("plan", ["2(4)1"]),
    "Access.style": Case("access.style", "http", INBOX, {F + "request": {"path": "/deals"}}, CSV),
    "Access.base": Case("access.base", "/elsewhere/"),
    "Access.folder": Case("access.folder", "other", INBOX, {}, CSV),
    "Access.every": Case("access.every", "1h"),
    "Access.window": Case("access.window", "06:00-23:00"),
    "Access.pace": Case("access.pace", "1/5s"),
    "Access.budget": Case("access.budget", "700/day"),
    "Access.robots": Case("access.robots", "ignored", LIST, {}, "robots"),
    "Access.robots_reason": Case("access.robots_reason", "按协议调用的接口", LIST, {"access.robots": "ignored"}),
    "Access.deadline": Case("access.deadline", "7s"),
    "Access.max_bytes": Case("access.max_bytes", 100),
    "Access.media": Case("access.media", "text/plain"),
    "Access.charset": Case("access.charset", "latin-1", NOTICES),
    "Access.ok": Case("access.ok", None, LIST, {}, "code"),
    "Access.retry": Case("access.retry", {"at": "/code", "in": [200]}),
    "Access.blocked": Case("access.blocked", {"at": "/code", "in": [200]}),
    "Access.quota": Case("access.quota", {"at": "/code", "in": [200]}),
    "Access.hosts": Case("access.hosts", ["files.example.com"]),
    "Access.parallel": Case("access.parallel", 3),
    "Code.at": Case("access.ok.at", "/state"),
    "Code.in": Case("access.ok.in", [0]),
    "Auth.style": Case("access.auth.style", "none", LIST, KEYED),
    "Auth.name": Case("access.auth.name", "X-Token", LIST, KEYED),
    "Auth.secret": Case("access.auth.secret", "OTHER", LIST, KEYED),
    "Auth.place": Case("access.auth.place", "query", LIST, LOGGED_IN),
    "Auth.account": Case("access.auth.account", "other", LIST, LOGGED_IN),
    "Auth.service": Case("access.auth.service", "s2", LIST, {"access.auth": {**GATEWAY, "service": "s1"}}),
    "Auth.cipher": Case("access.auth.cipher", "SM4_OTHER", LIST, {"access.auth": CIPHERS}),
    "Auth.scope": Case("access.auth.scope", "read", LIST, {"access.auth": OAUTH}),
    "Auth.expired": Case("access.auth.expired", {"at": "/code", "in": [200]}, LIST, KEYED),
    "Login.path": Case("access.auth.login.path", "/other", LIST, LOGGED_IN),
    "Login.format": Case("access.auth.login.format", "form", LIST, LOGGED_IN),
    "Login.user": Case("access.auth.login.user", "name", LIST, LOGGED_IN),
    "Login.password": Case("access.auth.login.password", "key", LIST, LOGGED_IN),
    "Login.token": Case("access.auth.login.token", "/other", LIST, LOGGED_IN),
    "Login.expires": Case("access.auth.login.expires", "/later", LIST, LOGGED_IN),
    "Request.path": Case(F + "request.path", "/other"),
    "Request.method": Case(F + "request.method", "POST"),
    "Request.query": Case(F + "request.query", {"type": "1"}),
    "Request.conditional": Case(F + "request.conditional", True),
    "Request.body": Case(F + "request.body", {"type": 1}, LIST, POSTED),
    "Request.form": Case(F + "request.form", {"type": "1"}, LIST, POSTED),
    "Request.headers": Case(F + "request.headers", {"X-Area": "430000"}),
    "Paging.style": Case(F + "paging.style", "none"),
    "Paging.parameter": Case(F + "paging.parameter", "page"),
    "Paging.first": Case(F + "paging.first", 0),
    "Paging.ceiling": Case(F + "paging.ceiling", 1),
    "Paging.deepest": Case(F + "paging.deepest", 20),
    "Paging.overlap": Case(F + "paging.overlap", 0, LIST, {F + "paging": OFFSET}),
    "Paging.total": Case(F + "paging.total", "", LIST, {}, "total"),
    "Paging.pages": Case(F + "paging.pages", "/data/pages", LIST, {F + "paging.total": ""}),
    "Paging.next": Case(F + "paging.next", "/nothing", LIST, {F + "paging": CURSOR}),
    "Paging.more": Case(F + "paging.more", "", LIST, {F + "paging": CURSOR}),
    "Paging.expired": Case(
        F + "paging.expired", {"at": "/code", "in": ["EXPIRED"]}, LIST, {F + "paging": CURSOR}, "expired"
    ),
    "Paging.pattern": Case(F + "paging.pattern", "/list9{n}.html", NOTICES),
    "Paging.link": Case(
        F + "paging.link", "a.next", NOTICES, {F + "paging": {"style": "next_link", "link": "a.no"}}, "linked"
    ),
    "Paging.proof": Case(F + "paging.proof", ["first_page_again"]),
    "Paging.proof=total_each_page": Case(F + "paging.proof", ["total_each_page"], LIST, {}, "once"),
    "Paging.proof=two_equal_sweeps": Case(F + "paging.proof", ["two_equal_sweeps"]),
    "Paging.proof=end_marker": Case(F + "paging.proof", ["end_marker"], LIST, {F + "paging": {"style": "none"}}),
    "Slice.by": Case(F + "slice.by", "none", LIST, DAILY),
    "Slice.from": Case(F + "slice.from", "begin", LIST, DAILY),
    "Slice.to": Case(F + "slice.to", "end", LIST, DAILY),
    "Slice.inclusive": Case(F + "slice.inclusive", False, LIST, DAILY),
    "Slice.reread": Case(F + "slice.reread", "3d", LIST, DAILY),
    "Slice.span": Case(F + "slice.span", "10d", LIST, DAILY),
    "Slice.history": Case(F + "slice.history", "90d", LIST, DAILY),
    "Slice.reconcile": Case(F + "slice.reconcile", "1h", LIST, DAILY),
    "Slice.sweep": Case(F + "slice.sweep", "1d", LIST, {}, "still"),
    "Cut.parameter": Case(F + "slice.cut.parameter", "type", LIST, {F + "paging.ceiling": 1, F + "slice.cut": CUT}),
    "Cut.values": Case(F + "slice.cut.values", ["c", "d"], LIST, {F + "paging.ceiling": 1, F + "slice.cut": CUT}),
    "Html.row": Case(F + "html.row", "li.s", NOTICES),
    "Html.cells": Case(F + "html.cells.题目", "a", NOTICES),
    "Html.empty": Case(F + "html.empty", "暂无内容", NOTICES, {}, "empty"),
    "Html.captcha": Case(F + "html.captcha", "请输入", NOTICES),
    "Html.closing": Case(F + "html.closing", "</htm>", NOTICES),
    "Html.table": Case(F + "html.table", "table.b", TABLES),
    "Html.header": Case(F + "html.header", {"contains": ["题头"]}, TABLES),
    "Html.header_rows": Case(F + "html.header_rows", 3, TABLES),
    "Html.stop_at": Case(F + "html.stop_at", ["合计"], TABLES),
    "File.pattern": Case(F + "file.pattern", "b*", INBOX, {}, CSV),
    "File.edition": Case(F + "file.edition", "snapshot", INBOX, {F + "absence": {"means": "cancelled"}}, CSV),
    "File.format": Case(F + "file.format", "xlsx", INBOX, {}, CSV),
    "File.encoding": Case(F + "file.encoding", "latin-1", INBOX, {}, CSV),
    "File.sheet": Case(F + "file.sheet", 1, INBOX, WITH_XLSX, XLSX),
    "File.columns": Case(F + "file.columns", ["专利号", "受让方", "日期"], INBOX, BARE, CSV),
    "File.delimiter": Case(F + "file.delimiter", ";", INBOX, BARE, CSV),
    "File.header": Case(F + "file.header", {"contains": ["申请号"]}, INBOX, {}, CSV),
    "File.header_rows": Case(F + "file.header_rows", 3, INBOX, {}, CSV),
    "File.stop_at": Case(F + "file.stop_at", ["合计"], INBOX, {}, CSV),
    "File.fill_down": Case(F + "file.fill_down", ["转让方"], INBOX, {}, CSV),
    "File.members": Case(F + "file.members", "*.txt", INBOX, {F + "file.members": "*.csv"}, "file:zip"),
    "File.element": Case(
        F + "file.element",
        "b",
        INBOX,
        {F + "file": {"pattern": "*", "format": "xml", "element": "a"}, F + "key": ["n"]},
        "file:xml",
    ),
    "File.repeats": Case(F + "file.repeats", "numbered", INBOX, {}, CSV),
    "Detail.path": Case(F + "detail.path", "题目", NOTICES),
    "Detail.fields": Case(F + "detail.fields", {"受让人": "p.to"}, NOTICES),
    "Detail.attachments": Case(
        F + "detail.attachments", ["csv"], NOTICES, {F + "file": {"pattern": "*", "format": "csv"}}
    ),
    "Detail.table": Case(F + "detail.table", "table.b", NOTICES, IN_NOTICES, "tables"),
    "Detail.header": Case(F + "detail.header", {"contains": ["题头"]}, NOTICES, IN_NOTICES, "tables"),
    "Detail.header_rows": Case(F + "detail.header_rows", 3, NOTICES, IN_NOTICES, "tables"),
    "Detail.stop_at": Case(F + "detail.stop_at", ["合计"], NOTICES, IN_NOTICES, "tables"),
    "Claims.total": Case(F + "claims.total", "unreliable"),
    "Claims.ids": Case(F + "claims.ids", "exact", LIST, {}, "case"),
    "Claims.filter": Case(F + "claims.filter", "公示日期", LIST, DAILY, "filtered"),
    "Absence.means": Case(F + "absence.means", "withdrawn"),
    "Absence.guard": Case(F + "absence.guard", "100%", LIST, {F + "absence": {"means": "withdrawn"}}, "half"),
    "Expect.per_month": Case(F + "expect.per_month", [1000, 2000], LIST, DAILY),
    "Expect.fill": Case(F + "expect.fill", {"title": 0.9}, LIST, {**ONE_PAGE, F + "fields.title": "题目"}),
    "Expect.median": Case(F + "expect.median", {"consideration": ["100万元", "200万元"]}, LIST, ONE_PAGE),
    "Feed.kind": Case(F + "kind", "pledge"),
    "Feed.name": Case(F + "name", "成交公示"),
    "Feed.phase": Case(F + "phase", "recorded"),
    "Feed.secrecy": Case(F + "secrecy", "sensitive"),
    "Feed.every": Case(F + "every", "2h"),
    "Feed.records": Case(F + "records", "/data"),
    "Feed.keyed": Case(F + "keyed", "编号二", LIST, {F + "records": "/map", F + "keyed": "编号"}),
    "Feed.key": Case(F + "key", ["受让方"]),
    "Feed.volatile": Case(F + "volatile", ["浏览量"]),
    "Feed.fields": Case(F + "fields.title", "附注"),
    "Feed.text": Case(F + "text", {"无": "announcement"}, LIST, ANNOUNCED),
    "Feed.constant": Case(F + "constant", {"title": "题目"}),
    "Feed.units": Case(F + "units.consideration", "元"),
    "Feed.split": Case(F + "split.patents", ["；"]),
    "Feed.patches": Case(F + "patches", {"consideration": {"30": "40"}}),
    "Feed.values": Case(F + "values", {"phase": {"公示": "recorded"}}, LIST, {F + "fields.phase": "状态"}),
    "Feed.drop": Case(F + "drop", ["附注"]),
    "Feed.ignore": Case(F + "ignore", ["附注"]),
    "Feed.definition": Case(F + "definition", 2),
}


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and those within it."""
    yield model
    for field in model.model_fields.values():
        for inner in within(field.annotation):
            yield from models(inner)


def within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) in (dict, tuple, types.UnionType, typing.Union):
        for each in typing.get_args(annotation):
            yield from within(each)


def test_every_key_of_the_model_has_its_case_and_every_case_its_key() -> None:
    keys = {
        f"{model.__name__}.{field.alias or name}"
        for model in models(Source)
        for name, field in model.model_fields.items()
        if model.__name__ == "Access" or not list(within(field.annotation)) or name == "expired"
    }
    keys -= {"Source.synthetic", "Access.auth"}  # never in the file; its own keys are walked
    assert {name.partition("=")[0] for name in CASES} == keys


@pytest.fixture(scope="module")
def clocked() -> Iterator[Clocked]:
    made = Clocked()
    with made.client:
        yield made


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_key_that_is_changed_changes_what_can_be_seen(case: Case, tmp_path: Path, clocked: Clocked) -> None:
    before = prepared(case)
    after = copy.deepcopy(before)
    put(after, case.place, case.value)
    assert seen(before, tmp_path / "before", clocked, case.fault) != seen(
        after, tmp_path / "after", clocked, case.fault
    )


@pytest.mark.parametrize("name", ["Access.window", "Access.charset", "File.pattern"])
def test_what_can_be_seen_of_the_same_definition_is_the_same(name: str, tmp_path: Path, clocked: Clocked) -> None:
    case = CASES[name]
    one, other = (seen(prepared(case), tmp_path / place, clocked, case.fault) for place in ("one", "other"))
    assert one == other


def prepared(case: Case) -> dict[str, Any]:
    """The definition before the change."""
    definition = copy.deepcopy(case.base)
    for place, value in case.given.items():
        put(definition, place, copy.deepcopy(value))
    return definition


def seen(definition: dict[str, Any], folder: Path, clocked: Clocked, fault: str) -> str:
    """What can be seen of a definition, without addresses, which differ each time."""

    def made(base: str) -> Source:
        given = copy.deepcopy(definition)
        given["access"]["base"] = base + given["access"].get("base", "")
        return Source.model_validate(given)

    return re.sub(r"127\.0\.0\.1:\d+", "", str(observe(made, folder, clocked, fault)).replace(str(folder), ""))


def put(definition: dict[str, Any], place: str, value: Any) -> None:
    """Set one key (``None``: take it away)."""
    *above, last = place.split(".")
    part = definition
    for step in above:
        part = part.setdefault(step, {})
    if value is None:
        part.pop(last)
    else:
        part[last] = value
