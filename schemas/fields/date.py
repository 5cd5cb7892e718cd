"""Recorded date 日期: a day, a month, a quarter, a half-year or a year; precision is kept, never invented."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from schemas.errors import Reject

CANONICAL = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-Q[1-4]|-H[12])?$")


def canonical(value: Any) -> str:
    """A canonical date text, checked. Reading a source's spelling is ``read_date``."""
    if isinstance(value, str) and CANONICAL.match(value):
        return value
    raise Reject("date_unreadable", f"{value!r} is no date; accepted: 2024-05-27, 2024-05, 2024-Q2, 2024-H1, 2024")


RecordedDate = Annotated[str, BeforeValidator(canonical), WithJsonSchema({"type": "string", "pattern": CANONICAL.pattern})]
