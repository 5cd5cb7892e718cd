"""Spreadsheets: a table as CSV (UTF-8 with its mark, as Excel opens it) or as an Excel workbook. No cell is ever a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO

import xlsxwriter

from schemas.words import Lang
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.show.exports import Cell, Table

ROWS = 500  # of a block of CSV
BLOCK = 1 << 16  # bytes of a block of a workbook
MOST_ROWS = 1_048_575  # of a sheet, below its headings
LONGEST = 32_767  # characters that Excel shows in a cell
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # at the head of a text: what spreadsheets take for a formula
MARK = "\ufeff"
YES = {True: {"zh": "是", "en": "yes"}, False: {"zh": "否", "en": "no"}}


def csv_blocks(table: Table, lang: Lang) -> Iterator[bytes]:
    """Some rows at a time, the headings with the first: what cannot be read is known before anything is sent."""
    rows = table.rows(lang)
    some = [*islice(rows, ROWS)]
    yield (MARK + _csv([table.headings(lang)])).encode() + _rows(some, lang)
    while some := [*islice(rows, ROWS)]:
        yield _rows(some, lang)


def as_text(cell: Cell, lang: Lang) -> str:
    """As text; one that a spreadsheet would take for a formula begins with an apostrophe, which shows it as it is."""
    if isinstance(cell, bool):
        return YES[cell][lang]
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return "" if cell is None else str(cell)


def workbook_blocks(table: Table, lang: Lang) -> Iterator[bytes]:
    """A workbook is whole before its first byte can be sent, so it is made in a file, a row in memory at a time.

    Raises QueryInvalid: more rows than a sheet can hold.
    """
    with tempfile.TemporaryFile() as file:
        write_workbook(table, lang, file)
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def write_workbook(table: Table, lang: Lang, file: IO[bytes]) -> None:
    """One sheet: headings that stay in sight, numbers as numbers, days as days, and every text as a text."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(table.title(lang)[:31])
        heading, days, money = (
            book.add_format(form) for form in ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "#,##0.00"})
        )
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(table.columns) - 1, 18)
        for column, text in enumerate(table.headings(lang)):
            sheet.write_string(0, column, text, heading)
        for number, row in enumerate(table.rows(lang), 1):
            if number > MOST_ROWS:
                message = f"a sheet holds {MOST_ROWS} rows; ask for fewer, or for csv"
                raise QueryInvalid([FieldError(name="form", message=message)])
            for column, cell in enumerate(row):
                match cell:
                    case bool():
                        sheet.write_boolean(number, column, cell)
                    case Decimal():
                        sheet.write_number(number, column, float(cell), money if "." in str(cell) else None)
                    case int():
                        sheet.write_number(number, column, cell)
                    case date():
                        sheet.write_datetime(number, column, cell, days)
                    case str() if cell:
                        sheet.write_string(number, column, cell[:LONGEST])


def _rows(rows: list[list[Cell]], lang: Lang) -> bytes:
    return _csv([[as_text(cell, lang) for cell in row] for row in rows]).encode()


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
