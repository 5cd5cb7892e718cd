"""Totals: whether a row of totals agrees with the rows above it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ROWS = re.compile(r"(?:合计|总计|小计|共计|共)?[:：]?\s*([0-9]{1,7})\s*(?:条|行|笔|家|户|项)")
SHARES = ("率", "比", "占", "%", "均")  # columns whose total is an average
NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?")
ROUNDING = 0.006  # of a cell with two decimals, for each row


@dataclass
class Block:
    """The rows since the last total, and all of them: a total stands for one or the other."""

    header: list[str]
    rows: int = 0
    all_rows: int = 0
    sums: dict[int, float] = field(default_factory=dict)
    all_sums: dict[int, float] = field(default_factory=dict)
    texts: set[int] = field(default_factory=set)  # columns that hold more than numbers

    def add(self, cells: list[Any]) -> None:
        self.rows += 1
        self.all_rows += 1
        for column, cell in enumerate(cells):
            value = number(cell)
            if value is not None:
                self.sums[column] = self.sums.get(column, 0.0) + value
                self.all_sums[column] = self.all_sums.get(column, 0.0) + value
            elif cell not in ("", None):
                self.texts.add(column)

    def doubt(self, cells: list[Any]) -> str:
        """``total_disagrees`` when a number of rows, or a sum, is another than that of the rows; begins a new block."""
        wrong = any(stated not in (self.rows, self.all_rows) for stated in _stated_rows(cells)) or any(
            self._disagrees(column, cell) for column, cell in enumerate(cells)
        )
        self.rows, self.sums = 0, {}
        return "total_disagrees" if wrong else ""

    def _disagrees(self, column: int, cell: Any) -> bool:
        stated = number(cell)
        name = self.header[column] if column < len(self.header) else ""
        if stated is None or column in self.texts or column not in self.all_sums or not name:
            return False
        if any(word in name for word in SHARES) or "序号" in name:
            return False
        near = ROUNDING * self.all_rows + 1e-9 * abs(stated)
        meant = (self.sums.get(column, 0.0), self.all_sums[column], self.rows, self.all_rows)  # a sum, or how many
        return all(abs(each - stated) > near for each in meant)


def number(cell: Any) -> float | None:
    """The number in a cell; None for anything else."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    text = cell.strip() if isinstance(cell, str) else ""
    return float(text.replace(",", "")) if NUMBER.fullmatch(text) else None


def _stated_rows(cells: list[Any]) -> Iterator[int]:
    """``共 7 条``, ``合计:7项``: how many rows there are said to be."""
    for cell in cells:
        if isinstance(cell, str) and (found := ROWS.fullmatch(cell.strip())):
            yield int(found[1])
