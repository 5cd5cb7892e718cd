"""Table: rows under their headings. Headings are matched by text, never by position."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from connectors.http.messages import Failure
from connectors.read.page import Unreadable, encode_any
from connectors.read.totals import Block
from schemas.source.model import Detail, File, Html

MAX_ROWS = 300_000
HEADER_WITHIN = 30  # titles and notes above the header are few
BLANKS = re.compile(r"\s+")
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})  # of a spreadsheet's formula
Items = list[tuple[str, Any]]  # pointer and content of each row
Cells = list[Any]


@dataclass(frozen=True)
class Layout:
    """Where the rows of a table begin and end, by the definition."""

    contains: tuple[str, ...] = ()  # headings that must be there
    header_rows: int = 1
    stop_at: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()

    @classmethod
    def of(cls, part: File | Html | Detail) -> Layout:
        down = part.fill_down if isinstance(part, File) else ()
        return cls(part.header.get("contains", ()), part.header_rows, part.stop_at, down)


@dataclass
class Table:
    """What was read of a table. ``doubt``: a short reason why rows may be missing, by the table's own count."""

    items: Items = field(default_factory=list)
    refused: list[Unreadable] = field(default_factory=list)
    doubt: str = ""

    def add(self, other: Table) -> None:
        self.items += other.items
        self.refused += other.refused
        self.doubt = self.doubt or other.doubt


def find_header(grid: list[Cells], layout: Layout) -> tuple[list[str], int]:
    """Names of the columns and the index of the first row below them. Raises Failure: ``header_changed``.

    The header is the first block of ``header_rows`` rows that has every declared name.
    """
    wanted = {squeezed(name) for name in layout.contains}
    depth = layout.header_rows
    for number in range(min(HEADER_WITHIN, len(grid) - depth + 1)):
        names = column_names(grid[number : number + depth])
        if wanted <= set(names) and any(names):
            return names, number + depth
    raise Failure("contract", "header_changed", f"no row has the headings {', '.join(sorted(wanted))}")


def column_names(block: list[Cells]) -> list[str]:
    """A column's name is its lowest heading. Columns that share it have the whole path (转让方/名称); those that
    share this too are numbered, so that none hides another."""
    width = max(map(len, block))
    paths = [[squeezed(row[column]) if column < len(row) else "" for row in block] for column in range(width)]
    for row in range(len(block) - 1):  # a merged heading stands in its first column only
        for column in range(1, width):
            if not paths[column][row] and any(paths[column][row + 1 :]) and any(paths[column - 1][row + 1 :]):
                paths[column][row] = paths[column - 1][row]
    lowest = [next((text for text in reversed(path) if text), "") for path in paths]
    shared = Counter(lowest)
    names = [
        "/".join(dict.fromkeys(filter(None, path))) if name and shared[name] > 1 else name
        for name, path in zip(lowest, paths, strict=True)
    ]
    met: Counter[str] = Counter()
    for column, name in enumerate(names):
        met[name] += 1
        if name and met[name] > 1:
            names[column] = f"{name}/{met[name]}"
    return names


def squeezed(value: Any) -> str:
    """A heading without the blanks and line breaks that typesetting put into it."""
    return BLANKS.sub("", str(value if value is not None else "")).replace("\u3000", "").removeprefix("\ufeff")


def stops(cells: Cells, stop_at: tuple[str, ...]) -> bool:
    """The row is one of the totals or notes of the table."""
    first = next((text for cell in cells if (text := squeezed(cell))), "")
    return bool(stop_at) and first.startswith(stop_at)


def table(header: list[str], rows: list[tuple[str, Cells]], layout: Layout) -> Table:
    """Rows under their headings, merged cells filled down.

    Totals are compared with the rows above them. What follows a row of totals or notes counts when it fills half of the
    columns: some tables have a total for each group.
    """
    found, above, block = Table(), dict[str, Any](), Block(header)
    is_below = False
    for pointer, cells in rows:
        if stops(cells, layout.stop_at):
            found.doubt = found.doubt or block.doubt(cells)
            is_below = True
            continue
        if is_below and not _fills_half(cells, header):
            continue
        record = {name: value for name, value in zip(header, cells, strict=False) if name}
        if all(value in ("", None) for value in record.values()) or _repeats(record):
            continue
        for name in layout.fill_down:
            if record.get(name) in ("", None):
                record[name] = above.get(name, "")
            above[name] = record[name]
        block.add(cells)
        if broken := next((name for name, value in record.items() if value in ERRORS), ""):
            message = f"{broken} shows {record[broken]}: its formula has no value"
            found.refused.append(Unreadable(pointer, "cell_error", message, encode_any(record)))
        else:
            found.items.append((pointer, record))
    return found


def _fills_half(cells: Cells, header: list[str]) -> bool:
    filled = sum(bool(squeezed(cell)) for cell in cells)
    return filled >= 2 and 2 * filled >= sum(map(bool, header))


def _repeats(record: dict[str, Any]) -> bool:
    """The headings once more, as on every printed page."""
    return all(squeezed(value) == name.rpartition("/")[2] for name, value in record.items())
