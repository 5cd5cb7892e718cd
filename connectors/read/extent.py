"""Extent: how far the filled cells of a sheet reach. The workbook reader allocates a cell for every place within.

A workbook of 5 KB with one stray cell at XFD1048576 would make it allocate 550 GB, which ends the interpreter.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from schemas.errors import Reject

MAX_CELLS = 15_000_000  # 300,000 rows of 50 columns: about 0.5 GB while they are read
STEP = 1 << 20
FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>(?!</)')
UNCALCULATED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]{0,200}/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
LONGEST_CELL_TAG = 200  # bytes carried over from one chunk to the next
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def check_sheet(body: bytes, number: int) -> None:
    """Raises Reject when the cells of an xlsx sheet lie too far apart (sheet_too_wide), or a formula was never
    calculated (formula_uncalculated), which the reader would show as an empty cell; a damaged file is not judged."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        name = sheet_file(archive, number)
        if name is None:
            return
        rows, columns = extent(archive, name)
        uncalculated = any(UNCALCULATED.search(text) for text in _texts(archive, name))
    if rows * columns > MAX_CELLS:
        raise Reject(
            "sheet_too_wide", f"filled cells span {rows} rows and {columns} columns; at most {MAX_CELLS} cells are read"
        )
    if uncalculated:
        raise Reject("formula_uncalculated", "a cell holds a formula without its value; it was never opened and saved")


def sheet_file(archive: zipfile.ZipFile, number: int) -> str | None:
    """The member with the ``number``-th sheet, from 0; None when the archive does not name it."""
    try:
        book = etree.fromstring(archive.read("xl/workbook.xml"), _parser())
        relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), _parser())
        sheet = list(book.iter("{*}sheet"))[number]
        targets = {str(each.get("Id")): str(each.get("Target")) for each in relations.iter("{*}Relationship")}
        name = targets[str(sheet.get(RELATION))]
    except (KeyError, IndexError, etree.XMLSyntaxError):
        return None
    name = name.removeprefix("/") if name.startswith("/") else f"xl/{name}"
    return name if name in archive.namelist() else None


def extent(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """Rows and columns of the smallest rectangle around the filled cells."""
    rows, columns = [0, 0], [0, 0]
    for column, row in _cells(archive, name):
        for bounds, value in ((rows, row), (columns, column)):
            bounds[0] = min(bounds[0] or value, value)
            bounds[1] = max(bounds[1], value)
    return rows[1] - rows[0] + 1, columns[1] - columns[0] + 1


def _texts(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member in pieces; each begins with the end of the piece before it."""
    left = b""
    with archive.open(name) as member:
        while chunk := member.read(STEP):
            yield left + chunk
            left = chunk[-LONGEST_CELL_TAG:]


def _cells(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, int]]:
    """Column and row, from 1, of each filled cell."""
    left = b""
    with archive.open(name) as member:
        while chunk := member.read(STEP):
            text, end = left + chunk, 0
            for match in FILLED.finditer(text):
                end = match.end()
                yield _number(match[1]), int(match[2])
            left = text[max(end, len(text) - LONGEST_CELL_TAG) :]


def _number(letters: bytes) -> int:
    """A column's letters as its number: A → 1, XFD → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
