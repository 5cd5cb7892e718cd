"""CSV: rows of a text file; a damaged row is refused with its line, and the others are read."""

from __future__ import annotations

import csv
import io

from connectors.read.charset import text_of
from connectors.read.page import Unreadable, encode_any
from connectors.read.table import HEADER_WITHIN, MAX_ROWS, Cells, Layout, Table, find_header, squeezed, stops, table
from schemas.errors import Reject
from schemas.source.model import File

Lines = list[tuple[str, Cells]]
DELIMITERS = ",\t;|"
LONGEST_FIELD = 16 << 20  # characters; a row of more than 900,000 bytes is refused by itself
LONGEST_RECORD = 100  # lines that one row with line breaks may have


def csv_rows(body: bytes, file: File) -> Table:
    """Rows with pointers ``line 17``. Raises Reject: charset_unreadable, too_many_rows; Failure: ``header_changed``."""
    text, layout = text_of(body, file.encoding), Layout.of(file)
    delimiter = file.delimiter or _delimiter(text, file)
    lines, refused = _lines(text, delimiter)
    header, begins = find_header([cells for _, cells in lines], layout) if not file.columns else (list(file.columns), 0)
    ragged = [line for line in lines[begins:] if len(line[1]) != len(header) and not stops(line[1], file.stop_at)]
    if '"' in text and any(any("\n" in cell for cell in cells) for _, cells in ragged):
        lines, refused = _careful_lines(text, delimiter, len(header))
        begins = find_header([cells for _, cells in lines], layout)[1] if not file.columns else 0
    whole: Lines = []
    for pointer, cells in lines[begins:]:
        if len(cells) == len(header) or stops(cells, file.stop_at):
            whole.append((pointer, cells))
        else:
            message = f"{len(cells)} cells under {len(header)} headings"
            refused.append(Unreadable(pointer, "row_ragged", message, encode_any(cells)))
    found = table(header, whole, layout)
    found.refused += refused
    return found


def _delimiter(text: str, file: File) -> str:
    """The one that divides the headings, or the first row where there are none; cells may hold the others as well."""
    wanted = {squeezed(name) for name in file.header.get("contains", ())}
    lines = [line for line in text.splitlines()[: HEADER_WITHIN * 2] if line.strip()]
    for line in lines[:HEADER_WITHIN] if wanted else ():
        for delimiter in DELIMITERS:
            if wanted <= {squeezed(cell.strip('"')) for cell in line.split(delimiter)}:
                return delimiter
    return max(DELIMITERS, key=(lines[0] if lines else "").count)


def _lines(text: str, delimiter: str) -> tuple[Lines, list[Unreadable]]:
    """The lines that hold something, and those where no CSV can be read."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: Lines = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                lines.append((f"line {reader.line_num}", list(cells)))
            _check_number(lines)
    except csv.Error:
        return _careful_lines(text, delimiter, len(lines[-1][1]) if lines else 0)
    return lines, []


def _careful_lines(text: str, delimiter: str, width: int) -> tuple[Lines, list[Unreadable]]:
    """Line by line: a quote that is never closed spoils its own line only, not all that follow.

    Lines are joined to one row only where this gives as many cells as the header has.
    """
    physical = text.splitlines(keepends=True)
    lines: Lines = []
    refused: list[Unreadable] = []
    number = 0
    while number < len(physical):
        taken, cells = _record(physical[number : number + LONGEST_RECORD], delimiter, width)
        if cells is None:
            message = "a quote that is not closed, or closed in the middle of a cell"
            refused.append(Unreadable(f"line {number + 1}", "csv_invalid", message, physical[number].strip().encode()))
        elif any(map(str.strip, cells)):
            lines.append((f"line {number + taken}", cells))
            _check_number(lines)
        number += taken
    return lines, refused


def _record(lines: list[str], delimiter: str, width: int) -> tuple[int, Cells | None]:
    """How many lines the first row takes, and its cells; one line and None when it cannot be read."""
    quotes = 0
    for taken, line in enumerate(lines, 1):
        quotes += line.count('"')
        if quotes % 2:
            continue
        try:
            cells = next(csv.reader(["".join(lines[:taken]).rstrip("\r\n")], delimiter=delimiter, strict=True), [])
        except csv.Error:
            return 1, None
        return (taken, list(cells)) if taken == 1 or not width or len(cells) == width else (1, None)
    return 1, None


def _check_number(lines: Lines) -> None:
    if len(lines) > MAX_ROWS:
        raise Reject("too_many_rows", f"the file has more than {MAX_ROWS} rows")
