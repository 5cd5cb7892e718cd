"""Definitions that cannot be imported: a kind or a figure with a mistake is told with its file and line."""

from __future__ import annotations

import traceback
from pathlib import Path

from schemas.errors import Misconfigured

ROOT = Path(__file__).parents[2]
WRITTEN_HERE = ("schemas/kinds/", "schemas/figures/")  # where the guides let people add files


def fault(error: Exception) -> Misconfigured | None:
    """What to correct, if this was raised while the file of a kind or a figure was imported; None: it is something else."""
    found = [
        (frame.filename, frame.lineno or 0)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.name == "<module>"
    ]
    if isinstance(error, SyntaxError) and error.filename:
        found.append((error.filename, error.lineno or 0))
    for name, line in reversed(found):
        file = Path(name)
        if not file.is_relative_to(ROOT):
            continue
        place = str(file.relative_to(ROOT))
        if not place.startswith(WRITTEN_HERE):
            return None
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        return Misconfigured(
            f"{place}, line {line}: {type(error).__name__}: {what} · {place} 第 {line} 行有误,无法使用",
            code="T3015",
            next_step=f"correct {place}, line {line}",
        )
    return None
