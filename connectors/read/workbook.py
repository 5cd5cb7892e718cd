"""Workbook: rows of the declared sheet of an xlsx or xls file, with the sheet's own coordinates."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineSheet, load_workbook

from connectors.http.messages import Failure
from connectors.read.extent import check_extent
from connectors.read.page import Unreadable
from connectors.read.table import MAX_ROWS, Cells, Items, find_header, table
from connectors.read.zip import check_bounds
from schemas.errors import Reject
from schemas.source.model import File


def workbook_rows(body: bytes, file: File) -> tuple[Items, list[Unreadable]]:
    """Rows with pointers ``Sheet1!R12``. Raises Reject: workbook_unreadable, sheet_too_wide; Failure: ``header_changed``."""
    try:
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                check_bounds(archive.infolist())
            check_extent(body, file.sheet)
        book = load_workbook(io.BytesIO(body))
        if file.sheet >= len(book.sheet_names):
            raise Failure("contract", "header_changed", f"there is no sheet {file.sheet}")
        sheet = book.get_sheet_by_index(file.sheet)
        grid = _grid(sheet)
    except Reject:
        raise
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise Reject("workbook_unreadable", f"not a workbook: {error}"[:200]) from None
    first = (sheet.start or (0, 0))[0] + 1
    header, begins = find_header(grid, file)
    rows = [(f"{sheet.name}!R{first + number}", grid[number]) for number in range(begins, len(grid))]
    return table(header, rows, file), []


def _grid(sheet: CalamineSheet) -> list[Cells]:
    grid = [[plain(value) for value in row] for row in sheet.to_python(skip_empty_area=True, nrows=MAX_ROWS + 1)]
    if len(grid) > MAX_ROWS:
        raise Reject("too_many_rows", f"the sheet has more than {MAX_ROWS} rows")
    return grid


def plain(value: Any) -> Any:
    """A cell as JSON holds it: whole numbers as integers, dates as the source's calendar shows them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, dt.timedelta) else value
