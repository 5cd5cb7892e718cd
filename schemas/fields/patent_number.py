"""Patent number 申请号、专利号: canonical form ``digits.check`` (201210464170.6), prefixes dropped."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from schemas.errors import Reject

CANONICAL = re.compile(r"^(20\d{2}[12389]\d{7}|(?:8[5-9]|9\d|0[0-3])[12389]\d{5})\.[\dX]$")


def patent_check(body: str) -> str:
    """The check character of 8 or 12 digits: weights 2…9 (2…5), sum mod 11, 10 is X (domain.md §1)."""
    weights = (2, 3, 4, 5, 6, 7, 8, 9) if len(body) == 8 else (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    remainder = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def canonical(value: Any) -> str:
    """A canonical number, its check digit verified. Reading a source's spelling is ``read_patent_number``."""
    if not isinstance(value, str) or not CANONICAL.match(value):
        raise Reject("patent_number_shape", f"{value!r} is no canonical patent number")
    if patent_check(value[:-2]) != value[-1]:
        raise Reject("patent_number_check_digit", f"{value!r}: the check digit should be {patent_check(value[:-2])}")
    return value


PatentNumber = Annotated[str, BeforeValidator(canonical), WithJsonSchema({"type": "string", "pattern": CANONICAL.pattern})]
