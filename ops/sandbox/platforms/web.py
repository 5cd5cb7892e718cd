"""The HTTP platforms: lists by page number, lists by cursor, notices with attachments. Functions from request to answer."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from ops.sandbox.platforms.faults import Faults
from ops.sandbox.platforms.files import workbook
from ops.sandbox.platforms.shelf import Shelf, Shelves

CURSOR_SECONDS = 600
NOTICES_A_PAGE, NOTICES_SHOWN = 20, 200
FILED = ["序号", "单位名称", "统一社会信用代码", "单位地址", "批次", "备案日期", "联系人"]
CHALLENGE = "<html><head><title>请输入验证码</title></head><body>操作过于频繁</body></html>"


@dataclass(frozen=True)
class Answer:
    """The response of a platform."""

    body: bytes
    status: int = 200
    media: str = "application/json;charset=UTF-8"


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status)


def as_html(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, "text/html;charset=utf-8")


def page_json(
    shelves: Shelves, faults: Faults, between: Callable[[str], object], path: str, query: dict[str, str]
) -> Answer:
    """hn_ip_service: pageNo and pageSize, newest first, a window of posting days. ``between`` adds a row to the feed."""
    feed = path.removeprefix("/api/")
    if not path.startswith("/api/") or feed not in shelves.feeds("hn_ip_service"):
        return as_json({"code": 404, "msg": "接口不存在", "data": None}, 404)
    name = f"hn_ip_service/{feed}"
    page, size = int(query.get("pageNo", "1")), min(int(query.get("pageSize", "50")), 100)
    if page > 200:
        return as_json({"code": 400, "msg": "页码超出范围", "data": None})
    if faults.take("code_500", name):
        return as_json({"code": 500, "msg": "系统繁忙", "data": None})
    if faults.take("html_challenge", name):
        return as_html(CHALLENGE)
    shelf = shelves["hn_ip_service", feed]
    records = shelf.newest_first(query.get("startDate", ""), query.get("endDate", ""))
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
    return as_json({"code": 200, "msg": "ok", "data": {"total": total, "pages": pages, "list": rows}})


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


COLUMNS = {"babq": "filed_enterprises", "hdtz": "activities"}


def notices(shelves: Shelves, path: str) -> Answer:
    """protection_centre_1: a TRS list (index.html, index_1.html, …), one page for each notice, and its attached workbook."""
    column, _, file = path.strip("/").partition("/")
    if column not in COLUMNS:
        return as_html("<html><body>404</body></html>", 404)
    shelf = shelves["protection_centre_1", COLUMNS[column]]
    newest = list(reversed(shelf.by_place))[:NOTICES_SHOWN]
    stem, _, suffix = file.rpartition(".")
    if suffix == "xlsx" and stem in shelf.by_place:
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return Answer(workbook("备案主体名单", shelf.at(stem), FILED, groups=False), 200, media)
    if stem in shelf.by_place:
        return as_html(_notice(column, stem, shelf))
    number = 0 if stem == "index" else int(stem.removeprefix("index_")) if stem.removeprefix("index_").isdigit() else -1
    shown = newest[number * NOTICES_A_PAGE : (number + 1) * NOTICES_A_PAGE] if number >= 0 else []
    if not shown and number != 0:
        return as_html("<html><body>404</body></html>", 404)
    items = "".join(
        f'<li><a href="/{column}/{one}.html" data-docid="{one}" title="{escape(_title(column, one, shelf))}">'
        f"{escape(_title(column, one, shelf)[:16])}...</a><span>{_posted(one)}</span></li>\n"
        for one in shown
    )
    return as_html(
        f'<html><head><title>样例栏目</title></head><body><ul class="list">\n{items}</ul>{"" if items else "暂无内容"}</body></html>'
    )


def _title(column: str, notice: str, shelf: Shelf) -> str:
    return (
        shelf.at(notice)[0]["活动名称"]
        if column == "hdtz"
        else f"关于公布快速预审备案主体名单的通知（{notice[1:7]}，样例）"
    )


def _posted(notice: str) -> str:
    return f"{notice[1:5]}-{notice[5:7]}-{notice[7:9]}"


def _notice(column: str, notice: str, shelf: Shelf) -> str:
    if column == "babq":
        body = f'<p>样例数据。</p><a href="/babq/{notice}.xlsx">附件：备案主体名单.xlsx</a>'
    else:
        row = shelf.at(notice)[0]
        cells = {"hdmc": "活动名称", "zbdw": "主办单位", "jbrq": "举办日期", "dd": "地点", "cy": "产业"}
        body = (
            "<table>"
            + "".join(
                f'<tr><th>{name}</th><td class="{mark}">{escape(row[name])}</td></tr>' for mark, name in cells.items()
            )
            + "</table>"
        )
    return f"<html><head><title>{escape(_title(column, notice, shelf))}</title></head><body>{body}</body></html>"
