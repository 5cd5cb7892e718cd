"""Workbook: rows of the declared sheets of an xlsx or xls file, with the sheets' own coordinates."""

from __future__ import annotations

import datetime as dt
import fnmatch
import io
import re
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, load_workbook

from connectors.http.messages import Failure
from connectors.read.extent import check_sheet
from connectors.read.table import MAX_ROWS, Cells, Layout, Table, find_header, table
from connectors.read.zip import check_bounds
from schemas.errors import Reject
from schemas.source.model import File

FIRST_OF_1904, MOST_DAYS = dt.date(1904, 1, 1), 100_000  # more digits are a day written as a number: 20260301
DATE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\b[^>]*\bdate1904=[\"'](?:1|true|on)[\"']")
SHOWN_DIGITS = 15  # of a number, as spreadsheets show it: 7453.719999999999 is 7453.72


def workbook_rows(body: bytes, file: File, days: frozenset[str] = frozenset()) -> Table:
    """Rows with pointers ``Sheet1!R12``. ``days``: the columns whose numbers are days, counted as the workbook counts.

    Raises Reject: workbook_unreadable, sheet_too_wide, formula_uncalculated; Failure: ``header_changed``,
    ``sheet_unread`` when another sheet has rows as well and the definition names none.
    """
    try:
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                check_bounds(archive.infolist())
        book = load_workbook(io.BytesIO(body))
        found = Table()
        numbers = _sheets(book, file)
        for number in numbers:
            found.add(_sheet_rows(book, body, number, Layout.of(file)))
        if "sheet" not in file.model_fields_set:
            _check_others(book, body, numbers, Layout.of(file))
        if days and counts_from_1904(body):
            found.items = [(pointer, _dated(content, days)) for pointer, content in found.items]
        return found
    except Reject:  # which is a ValueError as well
        raise
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise Reject("workbook_unreadable", f"not a workbook: {error}"[:200]) from None


def counts_from_1904(body: bytes) -> bool:
    """The workbook counts days from 1904-01-01 (ECMA-376, date1904), as those of early Macintoshes do. An xls does not tell."""
    if body[:2] != b"PK":
        return False
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            head = archive.read("xl/workbook.xml")
        except KeyError:
            return False
    return bool(DATE_1904.search(head))


def _dated(content: dict[str, Any], days: frozenset[str]) -> dict[str, Any]:
    """Numbers in columns of days as the days that they show. Formatted cells are days already."""
    return {
        name: (FIRST_OF_1904 + dt.timedelta(days=int(value))).isoformat()
        if name in days and type(value) in (int, float) and 0 < value < MOST_DAYS
        else value
        for name, value in content.items()
    }


def _sheets(book: CalamineWorkbook, file: File) -> list[int]:
    """The declared sheets, by their place in the book. Raises Failure: ``header_changed`` when there is none."""
    names = book.sheet_names
    if isinstance(file.sheet, int):
        found = [file.sheet] if file.sheet < len(names) else []
    else:
        found = [number for number, name in enumerate(names) if fnmatch.fnmatchcase(name, file.sheet)]
    if not found:
        raise Failure("contract", "header_changed", f"there is no sheet {file.sheet}")
    return found


def _sheet_rows(book: CalamineWorkbook, body: bytes, number: int, layout: Layout) -> Table:
    if body[:2] == b"PK":
        check_sheet(body, number)
    sheet = book.get_sheet_by_index(number)
    grid = _grid(sheet)
    first = (sheet.start or (0, 0))[0] + 1
    header, begins = find_header(grid, layout)
    return table(header, [(f"{sheet.name}!R{first + row}", grid[row]) for row in range(begins, len(grid))], layout)


def _check_others(book: CalamineWorkbook, body: bytes, read: list[int], layout: Layout) -> None:
    """A sheet that nobody named but that has the same headings and rows was meant to be read. Raises Failure."""
    for number in range(len(book.sheet_names)) if layout.contains else ():
        try:
            rows = [] if number in read else _sheet_rows(book, body, number, layout).items
        except (Failure, Reject):
            continue
        if rows:
            name = book.sheet_names[number]
            message = f'sheet {name!r} has {len(rows)} rows under the same headings; accepted: sheet: 0, sheet: "*"'
            raise Failure("contract", "sheet_unread", message)


def _grid(sheet: CalamineSheet) -> list[Cells]:
    grid = [[plain(value) for value in row] for row in sheet.to_python(skip_empty_area=True, nrows=MAX_ROWS + 1)]
    if len(grid) > MAX_ROWS:
        raise Reject("too_many_rows", f"the sheet has more than {MAX_ROWS} rows")
    return grid


def plain(value: Any) -> Any:
    """A cell as JSON holds it: whole numbers as integers, others with the digits that a spreadsheet shows, dates as the
    source's calendar shows them."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(f"{value:.{SHOWN_DIGITS}g}")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, dt.timedelta) else value
