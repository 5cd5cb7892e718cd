"""The HTTP platforms: lists by page number, by offset, by cursor. Functions from request to answer."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ops.sandbox.platforms.faults import Faults
from ops.sandbox.platforms.shelf import Shelves

CURSOR_SECONDS = 600
DEEPEST = 200  # pages above it are refused
CHALLENGE = "<html><head><title>请输入验证码</title></head><body>操作过于频繁</body></html>"


@dataclass(frozen=True)
class Call:
    """A request to a platform; names of headers in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """The body. Raises ValueError: it is no JSON object."""
        found = json.loads(self.body)
        if not isinstance(found, dict):
            raise ValueError("请求体不是JSON对象")
        return found


@dataclass(frozen=True)
class Answer:
    """The response of a platform. ``ending``: how it reaches the client."""

    body: bytes
    status: int = 200
    media: str = "application/json;charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    ending: Literal["whole", "cut", "reset", "drip", "drip and reset"] = "whole"


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status)


def as_html(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, "text/html;charset=utf-8")


Envelope = Callable[[list[Any], int, int], dict[str, Any]]  # rows, total, pages → the answer's JSON


@dataclass(frozen=True)
class Pages:
    """A platform of lists by page number, newest first. ``lists``: feed by path; ``window``: parameters of posting days."""

    source: str
    lists: Mapping[str, str]
    page: str
    size: str
    most: int  # rows a page, whatever is requested
    window: tuple[str, str]
    envelope: Envelope
    code: str  # where a business code stands

    def answer(
        self, shelves: Shelves, faults: Faults, between: Callable[[str], object], path: str, query: dict[str, str]
    ) -> Answer:
        """One page. ``between``: adds a row to the feed after its first page, for a fault."""
        if path not in self.lists:
            return as_json({self.code: 404, "msg": "接口不存在", "data": None}, 404)
        feed = self.lists[path]
        name = f"{self.source}/{feed}"
        page, size = int(query.get(self.page, "1")), min(int(query.get(self.size, "50")), self.most)
        if page > DEEPEST:
            return as_json({self.code: 400, "msg": "页码超出范围", "data": None})
        if faults.take("code_500", name):
            return as_json({self.code: 500, "msg": "系统繁忙", "data": None})
        if faults.take("html_challenge", name):
            return as_html(CHALLENGE)
        shelf = shelves[self.source, feed]
        start, end = (query.get(parameter, "") for parameter in self.window)
        records = shelf.newest_first(start, end)
        pages = -(-len(records) // size)
        if page > pages > 0 and faults.take("last_page_repeated", name):
            page = pages
        rows = [shelf.rows[record] for record in records[(page - 1) * size : page * size]]
        if 1 < page < pages and faults.take("empty_middle_page", name):
            rows = []
        rows = faults.rows(name, rows)
        total = len(records) + (7 if faults.take("total_off", name) else 0)
        if page == 1 < pages and faults.take("row_inserted_between_pages", name):
            between(feed)
        return as_json(self.envelope(rows, total, pages))


IP_SERVICE = Pages(
    "hn_ip_service",
    {
        f"/api/{feed}": feed
        for feed in ("supply", "demand", "transfers", "licences", "pledges", "contracts", "activities")
    },
    "pageNo",
    "pageSize",
    100,
    ("startDate", "endDate"),
    lambda rows, total, pages: {"code": 200, "msg": "ok", "data": {"total": total, "pages": pages, "list": rows}},
    "code",
)
EXCHANGE = Pages(
    "hn_ip_exchange",
    {f"/prod-api/{feed}/list": feed for feed in ("offers", "auctions", "deals")},
    "pageNum",
    "pageSize",
    100,
    ("beginTime", "endTime"),
    lambda rows, total, pages: {"code": 200, "msg": "查询成功", "total": total, "rows": rows},
    "code",
)
MARKET = Pages(
    "xiaoxiang_market",
    {"/market/project": "projects"},
    "pageIndex",
    "limit",
    50,
    ("", ""),
    lambda rows, total, pages: {"code": "0", "message": "success", "result": {"count": total, "data": rows}},
    "code",
)
REGISTRY = Pages(
    "company_registry",
    {"/v2/enterprises": "enterprises"},
    "page",
    "page_row",
    10,
    ("", ""),
    lambda rows, total, pages: {"errorCode": "000000", "total": total, "records": rows},
    "errorCode",
)


def offset_json(shelves: Shelves, path: str, query: dict[str, str]) -> Answer:
    """convertible_pool: by offset, in the order of tier and id, without any filter."""
    if path != "/open/pool":
        return as_json({"error": "not found"}, 404)
    offset, size = int(query.get("offset", "0")), min(int(query.get("limit", "50")), 100)
    rows = sorted(shelves["convertible_pool", "pool"].rows.values(), key=lambda row: (row["tier"], row["id"]))
    return as_json({"count": len(rows), "items": rows[offset : offset + size]})


LISTS = {"/v1/demands": "demands", "/v1/specialised": "specialised_smes"}


def cursor_json(shelves: Shelves, path: str, query: dict[str, str]) -> Answer:
    """hn_sme_service: an opaque cursor that expires in ten minutes; at the end ``has_more`` is false and the cursor empty."""
    if path not in LISTS:
        return as_json({"code": "NOT_FOUND"}, 404)
    shelf, size = shelves["hn_sme_service", LISTS[path]], min(int(query.get("limit", "50")), 100)
    records, begin = shelf.newest_first(), 0
    if query.get("cursor"):
        made, _, after = base64.urlsafe_b64decode(query["cursor"]).decode().partition(" ")
        if time.time() - int(made) > CURSOR_SECONDS or after not in shelf.rows:
            return as_json({"code": "CURSOR_EXPIRED", "msg": "游标已失效"}, 410)
        begin = records.index(after) + 1
    shown = records[begin : begin + size]
    more = begin + size < len(records)
    following = base64.urlsafe_b64encode(f"{int(time.time())} {shown[-1]}".encode()).decode() if more else ""
    return as_json({"items": [shelf.rows[record] for record in shown], "next_cursor": following, "has_more": more})
