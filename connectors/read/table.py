"""Table: rows under their headings. Headers are matched by text, never by position."""

from __future__ import annotations

import re
from typing import Any

from connectors.http.messages import Failure
from schemas.source.model import File

MAX_ROWS = 300_000
HEADER_WITHIN = 30  # titles and notes above the header are few
BLANKS = re.compile(r"\s+")
Items = list[tuple[str, Any]]  # pointer and content of each row
Cells = list[Any]


def find_header(grid: list[Cells], file: File) -> tuple[list[str], int]:
    """Names of the columns and the index of the first row below them. Raises Failure: ``header_changed``.

    The header is the first block of ``header_rows`` rows that has every declared name; of several rows the lower name
    counts, a merged title above stands where nothing is below it.
    """
    wanted = {squeezed(name) for name in file.header.get("contains", ())}
    depth = file.header_rows
    for number in range(min(HEADER_WITHIN, len(grid) - depth + 1)):
        block = grid[number : number + depth]
        width = max(map(len, block))
        names = [
            next((text for row in reversed(block) if column < len(row) and (text := squeezed(row[column]))), "")
            for column in range(width)
        ]
        if wanted <= set(names) and any(names):
            return names, number + depth
    raise Failure("contract", "header_changed", f"no row has the headings {', '.join(sorted(wanted))}")


def squeezed(value: Any) -> str:
    """A heading without the blanks and line breaks that typesetting put into it."""
    return BLANKS.sub("", str(value if value is not None else "")).replace("\u3000", "").removeprefix("\ufeff")


def stops(cells: Cells, stop_at: tuple[str, ...]) -> bool:
    """The row begins the totals or notes under the table."""
    first = next((text for cell in cells if (text := squeezed(cell))), "")
    return bool(stop_at) and first.startswith(stop_at)


def table(header: list[str], rows: list[tuple[str, Cells]], file: File) -> Items:
    """Rows under their headings, merged cells filled down; ends at the totals."""
    items: Items = []
    above: dict[str, Any] = {}
    for pointer, cells in rows:
        if stops(cells, file.stop_at):
            break
        record = {name: value for name, value in zip(header, cells, strict=False) if name}
        if all(value in ("", None) for value in record.values()):
            continue
        for name in file.fill_down:
            if record.get(name) in ("", None):
                record[name] = above.get(name, "")
            above[name] = record[name]
        items.append((pointer, record))
    return items
