"""Faults: twelve ways in which a list of 2,000 rows misleads whoever reads it page by page; the polling benchmark counts
how many of them a poll survives with every row once and without a false word of completeness.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.http.client import HttpClient
from tests.bench.polled import ROWS_A_PAGE, page, row
from tests.connectors.platform import HTML, JSON, Bench, Reply, a_platform, a_source

RECORDS, POLLS = 2_000, 3
PAGING = {"style": "page", "parameter": "pageNo", "total": "/data/total", "ceiling": 10_000}
PROOF = ["total_each_page", "first_page_again"]
FIELDS = {"patents": "专利号", "transferor": "转让方", "transferee": "受让方"}
FIELDS |= {"signed_on": "签订日期", "consideration": "成交金额"}
MIDDLE = 10  # the page to which most of it happens


def feed(base: str, parallel: int = 1) -> Any:
    """The definition of the list that is measured."""
    request = {"path": "/api/deals", "query": {"pageSize": str(ROWS_A_PAGE)}}
    paging = {**PAGING, "proof": PROOF}
    access = {"parallel": parallel}
    return a_source(
        base, access=access, request=request, paging=paging, phase="noticed", fields=FIELDS, ignore=["专利名称"]
    )


@dataclass
class List:
    """The list and what it does; ``reached``: how often the fault was."""

    rows: list[dict[str, Any]] = field(default_factory=lambda: [row(number) for number in range(RECORDS)])
    size: int = ROWS_A_PAGE
    reached: int = 0

    def honest(self, number: int) -> Reply:
        total, begin = len(self.rows), (number - 1) * self.size
        return 200, JSON, page(self.rows[begin : begin + self.size], total)

    def once(self) -> bool:
        """True the first time."""
        self.reached += 1
        return self.reached == 1


Fault = Callable[[List, int], Any]  # a request for a page → its answer


def row_deleted(of: List, number: int) -> Any:
    if number == 2 and of.once():
        del of.rows[0]
    return of.honest(number)


def row_inserted(of: List, number: int) -> Any:
    if number == 2 and of.once():
        of.rows.insert(0, row(RECORDS))
    return of.honest(number)


def empty_page(of: List, number: int) -> Any:
    return (200, JSON, page([], RECORDS)) if number == MIDDLE and of.once() else of.honest(number)


def empty_page_for_a_poll(of: List, number: int) -> Any:
    if number != MIDDLE:
        return of.honest(number)
    of.reached += 1
    return (200, JSON, page([], RECORDS)) if of.reached <= 2 else of.honest(number)


def business_code(of: List, number: int) -> Any:
    body = json.dumps({"code": 500, "msg": "系统繁忙", "data": None}).encode()
    return (200, JSON, body) if number == MIDDLE and of.once() else of.honest(number)


def html_page(of: List, number: int) -> Any:
    body = "<html><title>请输入验证码</title></html>".encode()
    return (200, HTML, body) if number == MIDDLE and of.once() else of.honest(number)


def last_page_repeated(of: List, number: int) -> Any:
    of.reached += 1
    return of.honest(min(number, RECORDS // ROWS_A_PAGE))


def total_changes(of: List, number: int) -> Any:
    rows = of.rows[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE]
    return (200, JSON, page(rows, RECORDS + 7)) if number == MIDDLE and of.once() else of.honest(number)


def too_many_requests(of: List, number: int) -> Any:
    return (429, {**JSON, "Retry-After": "1"}, b"{}") if number == MIDDLE and of.once() else of.honest(number)


def page_size_capped(of: List, number: int) -> Any:
    of.size, of.reached = ROWS_A_PAGE // 2, of.reached + 1
    return of.honest(number)


def body_cut(of: List, number: int) -> Any:
    status, headers, body = of.honest(number)
    return (status, headers, body[: len(body) // 2]) if number == MIDDLE and of.once() else (status, headers, body)


def connection_closed(of: List, number: int) -> Any:
    return (lambda handler: None) if number == MIDDLE and of.once() else of.honest(number)


FAULTS: tuple[Fault, ...] = (
    row_deleted,
    row_inserted,
    empty_page,
    empty_page_for_a_poll,
    business_code,
    html_page,
    last_page_repeated,
    total_changes,
    too_many_requests,
    page_size_capped,
    body_cut,
    connection_closed,
)


def survived(fault: Fault, folder: Path, client: HttpClient) -> bool:
    """Whether each row that stayed was published once, within some polls, none of which said complete too early."""
    of = List()
    stayed = {one["id"] for one in of.rows[1:]}
    with a_platform(lambda path, query, n: fault(of, int(query["pageNo"]))) as platform:
        bench = Bench(folder / fault.__name__, feed(platform.base), client)
        for _ in range(POLLS):
            is_complete = bench.poll().outcome.verdict == "complete"
            if is_complete and not stayed <= set(bench.keys()):
                return False
            if is_complete:
                break
        keys = bench.keys()
    return of.reached > 0 and is_complete and len(keys) == len(set(keys))
