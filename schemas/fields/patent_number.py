"""Patent number 申请号、专利号: canonical form ``digits.check`` (201210464170.6), prefixes dropped."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from operator import mul
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta

from schemas.errors import Reject

# 12+1 digits since 2003-10, 8+1 digits 1985 … 2003 (ZC 0006-2003); the type digit is never 4 … 7.
BODY = r"(?:(?:200[3-9]|20[1-9]\d)[12389]\d{7}|(?:8[5-9]|9\d|0[0-3])[12389]\d{5})"
CANONICAL = re.compile(rf"^{BODY}\.[\dX]$", re.ASCII)
READ = re.compile(rf"^({BODY})(?:\.?([\dX]))?$", re.ASCII)
EXPANDED = re.compile(r"^(\d{4})000([12389]\d{7})$", re.ASCII)
# Twelve digits and .0 are a number whose check character is 0, not a spreadsheet's float.
DESTROYED = re.compile(r"^\d(?:\.\d+)?E\+?\d{1,3}$|^(?!\d{12}\.0$)\d{9,}\.0+$|^\d{12}\.\d{3,}$", re.ASCII)
PREFIX = re.compile(r"^(?:(?:专利申请号|专利号|申请号|申请|专利)[::]?)?(?:ZL|CN)?\.?")
BLANKS = str.maketrans("", "", " \t\r\n-‐‑–—_号\u200b\ufeff")
WEIGHTS = {8: (2, 3, 4, 5, 6, 7, 8, 9), 12: (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)}
LONGEST = 64  # no number is that long; it bounds the time of every pattern

RightType = Literal["invention", "utility_model", "design"]
RIGHT_TYPES: dict[str, RightType] = {
    "1": "invention",
    "2": "utility_model",
    "3": "design",
    "8": "invention",
    "9": "utility_model",
}


class PatentNumberReading(NamedTuple):
    """A number and whether the source gave its check digit; ``absent`` where the hub computed it."""

    number: str
    check: Literal["valid", "absent"]


@lru_cache(maxsize=65_536)
def patent_check(body: str) -> str:
    """The check character of 8 or 12 digits: weighted sum modulo 11, 10 is X (ZC 0006-2003)."""
    remainder = sum(map(mul, map(int, body), WEIGHTS[len(body)])) % 11
    return "X" if remainder == 10 else str(remainder)


# Made by readers only, so its check digit is right; the pattern is for those who generate code from the schema.
PatentNumber = Annotated[str, Meta(extra_json_schema={"pattern": CANONICAL.pattern})]


@lru_cache(maxsize=65_536)
def read_patent_number(text: str | int) -> PatentNumberReading:
    """The number behind any accepted spelling (docs/domain.md#patent-numbers).

    Raises ``Reject``: patent_number_destroyed (a spreadsheet's float), patent_number_shape, patent_number_check_digit.
    A wrong check digit means a damaged number, which is refused and not repaired.
    """
    found = (READ.match(text) if isinstance(text, str) else None) or READ.match(bare(text))
    if not found:
        raise Reject(
            "patent_number_shape", f"{text!r} is not a Chinese patent number; accepted: 201210464170.6, 95115608.X"
        )
    body, check = found[1], found[2]
    right = patent_check(body)
    if check is None:
        return PatentNumberReading(f"{body}.{right}", "absent")
    if check != right:
        raise Reject("patent_number_check_digit", f"{text!r}: the check digit should be {right}")
    return PatentNumberReading(f"{body}.{check}", "valid")


def bare(text: str | int) -> str:
    """A number without prefix, in the official length. Raises patent_number_shape, patent_number_destroyed."""
    shown = plain(text, "patent_number_shape")
    if DESTROYED.match(shown):
        raise Reject("patent_number_destroyed", f"{text!r} is a number destroyed by a spreadsheet")
    shown = PREFIX.sub("", shown, count=1).removesuffix("等")  # 201911234567.8等: the first of several
    if len(shown) > 2 and shown[-2] in "·。,":
        shown = f"{shown[:-2]}.{shown[-1]}"
    expanded = EXPANDED.match(shown)
    return expanded[1] + expanded[2] if expanded else shown


def right_type(number: str) -> RightType:
    """What kind of right a canonical number names; PCT entries (8, 9) count as what they become."""
    return RIGHT_TYPES[number[4] if len(number) == 14 else number[2]]


def plain(text: object, reason: str) -> str:
    """Half-width, upper case, without blanks and hyphens. Raises ``reason`` for what is not a text or longer than any number."""
    if isinstance(text, bool) or not isinstance(text, (str, int)):
        raise Reject(reason, f"{text!r:.80} is not a text")
    shown = str(text) if isinstance(text, str) else f"{text:d}" if abs(text) < 10**18 else ""
    if not 0 < len(shown) <= LONGEST:
        raise Reject(reason, f"{shown[:LONGEST]!r} is empty or too long for a number")
    # Twice: signs that a blank separated may compose when it is removed.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).translate(BLANKS).upper())
