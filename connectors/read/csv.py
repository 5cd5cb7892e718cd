"""CSV: rows of a text file; a damaged row is refused with its line, and the others are read."""

from __future__ import annotations

import csv
import io

from connectors.read.page import Unreadable, encode_any
from connectors.read.table import MAX_ROWS, Cells, Items, find_header, stops, table
from schemas.errors import Reject
from schemas.fields.text import decode
from schemas.source.model import File

Lines = list[tuple[str, Cells]]


def csv_rows(body: bytes, file: File) -> tuple[Items, list[Unreadable]]:
    """Rows with pointers ``line 17``. Raises Reject: charset_unreadable, too_many_rows; Failure: ``header_changed``."""
    lines, refused = _lines(decode(body, file.encoding).text)
    header, begins = find_header([cells for _, cells in lines], file)
    whole: Lines = []
    for pointer, cells in lines[begins:]:
        if len(cells) == len(header) or stops(cells, file.stop_at):
            whole.append((pointer, cells))
        else:
            message = f"{len(cells)} cells under {len(header)} headings"
            refused.append(Unreadable(pointer, "row_ragged", message, encode_any(cells)))
    return table(header, whole, file), refused


def _lines(text: str) -> tuple[Lines, list[Unreadable]]:
    """The lines that hold something, and what follows a place where no CSV can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=text[:4000].count), strict=True)
    lines: Lines = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                lines.append((f"line {reader.line_num}", list(cells)))
            if len(lines) > MAX_ROWS:
                raise Reject("too_many_rows", f"the file has more than {MAX_ROWS} rows")
    except csv.Error as error:
        rest = "\n".join(text.splitlines()[reader.line_num - 1 :])
        return lines, [Unreadable(f"line {reader.line_num}", "csv_invalid", str(error), rest.encode())]
    return lines, []
