"""Lists and figures as files say what the API says, whole, with real types, and nothing in them is ever a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.kinds import KINDS
from schemas.kinds.occurrence import rules_of
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, withheld_fields
from sinks.portal.show import exports
from sinks.portal.show.spreadsheets import FORMULA, as_text, csv_blocks, workbook_blocks
from sinks.portal.web.exported import asked_for
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_party, a_point, a_transfer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of_csv(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def rows_of_workbook(content: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {cell.data_type for row in book.active.rows for cell in row} <= {"s", "n", "b", "d"}, "no formula"
    return [*book.active.iter_rows(values_only=True)]


def sold(number: int, **changes: Any) -> Any:
    return a_transfer(id=f"transfer:{number:05d}", **changes)


def test_the_events_of_a_kind_are_read_back_from_every_form(portal: Portal, feeder: Feeder) -> None:
    money = {"consideration": Money.of(120_500_050)}
    feeder.feed(*(sold(number) for number in range(1201)), sold(2000, occurred_on="2025-04", statement=money))
    listed = portal.get("/api/v1/events/transfer?limit=200").json()
    assert listed["total"] == 1202
    lines = [json.loads(line) for line in portal.get("/api/v1/events/transfer.ndjson").text.splitlines()]
    assert lines[:200] == listed["items"] and len(lines) == 1202
    heading, *rows = rows_of_csv(portal.get("/api/v1/events/transfer.csv").content)
    assert [row[0] for row in rows] == [line["id"] for line in lines]
    first = dict(zip(heading, rows[0], strict=True))
    assert (first["编号"], first["阶段"], first["计入日期"]) == ("transfer:02000", "已登记", "2025-04")
    assert (first["转让人"], first["样例数据"], first["平台"]) == ("湘江大学", "否", "cnipa_gazette")
    sheet_heading, *sheet = rows_of_workbook(portal.get("/api/v1/events/transfer.xlsx").content)
    assert [*sheet_heading] == heading and len(sheet) == 1202
    typed = dict(zip(heading, sheet[0], strict=True))
    amount = next(name for name in heading if name.endswith("（元）"))
    assert (typed[amount], typed["版本"], typed["样例数据"], typed["计入日期"]) == (1205000.5, 1, False, "2025-04")
    assert dict(zip(heading, sheet[1], strict=True))["计入日期"] == datetime(2025, 3, 9)


def test_listings_that_match_are_exported_with_the_filter_of_the_list(portal: Portal, feeder: Feeder) -> None:
    price = Price(basis="lump_sum", low=Money.of(100), high=Money.of(200_050), text="")
    feeder.feed(
        *(a_listing(n, title=f"传感器{n}") for n in range(600)), a_listing(900, title="别的", summary="", price=price)
    )
    found = portal.get("/api/v1/supply?q=传感器&limit=1").json()
    heading, *rows = rows_of_csv(portal.get("/api/v1/supply.csv?q=传感器").content)
    assert len(rows) == found["total"] == 600 and rows[0][0] == found["items"][0]["id"]
    [line] = portal.get("/api/v1/listings.ndjson?q=别的").text.splitlines()
    assert json.loads(line) == portal.get(f"/api/v1/listings/{a_listing(900).id}").json()
    heading, row = rows_of_workbook(portal.get("/api/v1/listings.xlsx?q=别的").content)
    typed = dict(zip(heading, row, strict=True))
    assert (typed["意向价下限（元）"], typed["意向价上限（元）"], typed["发布日"]) == (1, 2000.5, datetime(2025, 3, 1))


def test_a_figure_is_exported_with_its_dimensions(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(a_point(dimensions={"area": "430000"}, value="12"), a_point(value="12.50", unit="万元"))
    answer = portal.get("/api/v1/statistics/transfers.csv?by=area")
    assert answer.headers["content-disposition"] == 'attachment; filename="tongda-transfers.csv"'
    heading, *rows = rows_of_csv(answer.content)
    assert [dict(zip(heading, row, strict=True))["数值"] for row in rows] == ["12", "12.50"]
    assert [row[1] for row in rows] == ["全省", "长沙市"]
    _, *typed = rows_of_workbook(portal.get("/api/v1/statistics/transfers.xlsx?by=area").content)
    assert [row[heading.index("数值")] for row in typed] == [12, 12.5]
    cells = [json.loads(line) for line in portal.get("/api/v1/statistics/transfers.ndjson?by=area").text.splitlines()]
    assert cells == portal.get("/api/v1/statistics/transfers?by=area").json()["items"]
    assert portal.get("/api/v1/statistics/nothing.csv", 404)


@pytest.mark.parametrize("path", ["/api/v1/supply", "/api/v1/events/transfer", "/api/v1/statistics/transfers"])
def test_accept_asks_for_the_same_as_the_ending(portal: Portal, feeder: Feeder, path: str) -> None:
    feeder.feed(sold(1), a_listing(), a_point(dimensions={"area": "430000"}))
    for form, media_type in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        by_ending, by_accept = portal.get(f"{path}.{form}"), portal.get(path, Accept=media_type)
        assert by_ending.content == by_accept.content != b""
        assert by_ending.headers["content-type"].startswith(media_type)
        assert "Accept" in by_accept.headers["vary"].split(", ")
    assert portal.get(path, Accept=XLSX).headers["content-type"] == XLSX
    assert portal.get(path, Accept="text/html, application/json").json()["total"] == 1


def test_an_export_has_no_pages_and_no_other_forms(portal: Portal) -> None:
    for asked in ("limit=5", "cursor=abc", "deleted_since=2025-01-01"):
        problem = portal.get(f"/api/v1/supply.csv?{asked}", 400).json()
        assert problem["errors"][0]["name"] == asked.partition("=")[0]
    portal.get("/api/v1/supply.pdf", 404)
    portal.get("/api/v1/events/nothing.csv", 404)
    assert portal.get("/api/v1/supply.ndjson").content == b""
    assert len(rows_of_csv(portal.get("/api/v1/supply.csv").content)) == 1


def test_what_a_caller_may_not_read_is_in_no_export(portal: Portal, db: Database) -> None:
    for form in ("csv", "ndjson", "xlsx"):
        assert portal.get(f"/api/v1/events/contract.{form}", 401).json()["code"] == "T4010"
    bearer = {"Authorization": f"Bearer {make(db, 'tests', 'shared')}"}
    (heading,) = rows_of_csv(portal.get("/api/v1/events/pledge.csv").content)
    (by_key,) = rows_of_csv(portal.get("/api/v1/events/pledge.csv", **bearer).content)
    assert {*by_key} - {*heading} == {
        "被担保债权数额（元）",
        "贷款金额（元）",
        "评估价值（元）",
        "普惠贷款",
        "风险补偿金额（元）",
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.is_listing], ids=lambda kind: kind.name)
def test_every_field_that_may_be_read_has_a_column(kind: Any) -> None:
    for reader in (PUBLIC, KEY_HOLDER):
        table = exports.events(kind.name, iter(()), reader)
        shown = [
            rule.label.zh for name, rule in rules_of(kind).items() if name not in withheld_fields(kind.name, reader)
        ]
        headings = table.headings("zh")
        assert all(any(heading.startswith(label) for heading in headings) for label in shown)
        assert all(heading.isascii() for heading in table.headings("en"))


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")', "{=1}", "http://x"]
)
def test_no_text_is_ever_a_formula(name: str) -> None:
    event = sold(1, statement={"transferor": (a_party("湘江大学"),), "title": name})
    table = lambda: exports.events("transfer", iter((event,)), PUBLIC)  # noqa: E731
    heading, row = rows_of_csv(b"".join(csv_blocks(table(), "zh")))
    assert row[heading.index("专利名称")] == as_text(name, "zh") and not row[heading.index("专利名称")].startswith(
        FORMULA
    )
    _, typed = rows_of_workbook(b"".join(workbook_blocks(table(), "zh")))
    assert typed[heading.index("专利名称")] == name, "a text in a workbook is a text as it is"


def test_headings_are_english_for_who_reads_english(portal: Portal) -> None:
    (heading,) = rows_of_csv(portal.get("/api/v1/events/transfer.csv", **{"Accept-Language": "en-GB,en"}).content)
    assert heading[:3] == ["Id", "Revision", "State"]


class Asked:
    def __init__(self, accept: str) -> None:
        self.headers = {"accept": accept}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", None),
        ("*/*", None),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None),
        ("text/csv", "csv"),
        ("application/json;q=0.5, text/csv", "csv"),
        ("text/csv;q=0.5, application/json", None),
        ("text/csv;q=0, */*", None),
        (f"{XLSX}, */*;q=0.1", "xlsx"),
        ("application/x-ndjson", "ndjson"),
        ("text/csv;q=nonsense", None),
    ],
)
def test_the_form_is_the_one_that_accept_prefers(accept: str, form: str | None) -> None:
    assert asked_for(Asked(accept)) == form  # type: ignore[arg-type]  # only its headers are read
