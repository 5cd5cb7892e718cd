"""The real records that the measures read: where they lie and how each file is opened."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.fields.text import decode

DEFAULT = Path(__file__).parents[3] / "shared" / "data"


def folder() -> Path | None:
    """``TONGDA_REAL_DATA``, else the folder beside the project; None when there is none."""
    place = Path(os.environ.get("TONGDA_REAL_DATA") or DEFAULT)
    return place if place.is_dir() else None


def table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV in whatever charset it is in."""
    csv.field_size_limit(1 << 24)
    return csv.DictReader(io.StringIO(decode(path.read_bytes()).text, newline=""))


def document(path: Path) -> Any:
    return json.loads(decode(path.read_bytes()).text)


def sheet_columns(path: Path, *names: str) -> Iterator[tuple[str, ...]]:
    """The cells of some columns of a workbook's first sheet, as text."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    head = [str(cell).strip() for cell in rows[0]]
    places = [head.index(name) for name in names]
    for row in rows[1:]:
        yield tuple(str(row[place]).strip() if place < len(row) else "" for place in places)
