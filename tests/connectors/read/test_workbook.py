"""Workbooks whose cells lie far apart are refused before anything is allocated for them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from connectors.http.client import HttpClient
from connectors.read.extent import STEP, check_sheet, extent, sheet_file
from connectors.read.file import days_of
from connectors.read.workbook import counts_from_1904, workbook_rows
from schemas.errors import Reject
from schemas.fields.date import read_date
from schemas.source.model import Feed, File
from tests.connectors.platform import Bench
from tests.connectors.read.test_inbox import an_inbox, put

SHEET = {"header": {"contains": ["申请号"]}}


def workbook(cells: dict[str, Any], other: dict[str, Any] | None = None) -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for sheet, filled in ((book.active, cells), (book.create_sheet("other"), other or {})):
        for place, value in filled.items():
            if value is None:
                sheet[place].font = Font(bold=True)  # written, though it is empty
            else:
                sheet[place] = value
    book.save(stream)
    return stream.getvalue()


def extent_of(body: bytes, number: int = 0) -> tuple[int, int]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        name = sheet_file(archive, number)
        assert name is not None
        return extent(archive, name)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"A1": "x"}, (1, 1)),
        ({"C5": "x", "D9": "y"}, (5, 2)),
        ({"A1": "x", "XFD1048576": "y"}, (1_048_576, 16_384)),
        ({"A1": "x", "ALL200000": "y"}, (200_000, 1_000)),
    ],
)
def test_the_extent_is_that_of_the_filled_cells(cells: dict[str, Any], found: tuple[int, int]) -> None:
    assert extent_of(workbook(cells)) == found


def test_empty_cells_do_not_count_and_each_sheet_is_its_own() -> None:
    body = workbook({"A1": "x", "ZZ9000": None}, {"A1": "x", "XFD1048576": "y"})
    assert (extent_of(body), extent_of(body, 1)) == ((1, 1), (1_048_576, 16_384))
    check_sheet(body, 0)
    with pytest.raises(Reject, match="1048576 rows and 16384 columns"):
        check_sheet(body, 1)
    check_sheet(body, 7)  # there is no such sheet: the reader says so


@pytest.mark.parametrize("empty", ['<c r="ZZ9000" s="1"/>', '<c r="ZZ9000" s="1"></c>', '<c r="ZZ9000" s="1" />'])
def test_however_an_empty_cell_is_written_it_does_not_count(empty: str) -> None:
    assert extent_in(f'<c r="B2" t="n"><v>1</v></c>{empty}') == (1, 1)


def extent_in(text: str) -> tuple[int, int]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("sheet.xml", text)
    with zipfile.ZipFile(stream) as archive:
        return extent(archive, "sheet.xml")


def test_a_cell_that_is_cut_by_the_end_of_a_chunk_is_seen() -> None:
    tag = '<c r="B7" t="n">'
    for cut in range(len(tag) + 1):
        text = '<c r="A1"><v>1</v></c>'.ljust(STEP - cut) + f"{tag}<v>1</v></c>"
        assert extent_in(text) == (7, 2), cut


def test_a_stray_cell_costs_its_file_and_the_next_edition_is_read(tmp_path: Path, client: HttpClient) -> None:
    put(tmp_path, "1.xlsx", workbook({"A1": "申请号", "A2": "1", "XFD1048576": "y"}))
    bench = Bench(tmp_path / "evidence", an_inbox(tmp_path, **SHEET), client)
    poll = bench.poll()
    assert (poll.outcome.verdict, poll.outcome.reason) == ("short", "sheet_too_wide")
    assert [one["reason"] for one in bench.letters()] == ["sheet_too_wide"]
    put(tmp_path, "2.xlsx", workbook({"A1": "申请号", "A2": "1"}))
    bench.poll()
    assert bench.keys() == ["1"]


def test_days_of_a_workbook_that_counts_from_1904_are_the_days_that_it_shows() -> None:
    """Formatted or not; other numbers stay, and so does a day written as a number."""
    file = File(pattern="*.xlsx")
    days = frozenset({"备案日期", "登记日期"})
    for epoch, plain in ((CALENDAR_WINDOWS_1900, 46082), (CALENDAR_MAC_1904, 46082 - 1462)):
        book, stream = openpyxl.Workbook(), io.BytesIO()
        book.epoch = epoch
        sheet: Any = book.active
        sheet.append(["编号", "备案日期", "登记日期", "金额"])
        sheet.append(["a", date(2026, 3, 1), plain, 44620])
        sheet.append(["b", date(2026, 3, 1), 20260301, 1])
        book.save(stream)
        body = stream.getvalue()
        told = [content for _, content in workbook_rows(body, file, days).items]
        read = [[read_date(row[name], column_is_date=True) for name in sorted(days)] for row in told]
        assert read == [["2026-03-01", "2026-03-01"]] * 2
        assert [row["金额"] for row in told] == [44620, 1]
        assert counts_from_1904(body) == (epoch == CALENDAR_MAC_1904)


def test_the_columns_of_days_are_those_that_the_definition_reads_as_days() -> None:
    feed = Feed(kind="product", phase="filed", fields={"filed_on": ("备案日期", "登记日期"), "product": "产品名称"})
    assert days_of(feed) == {"备案日期", "登记日期"}
