"""Sums 金额数: what an amount is, and how a number with its unit or formal numerals become an integer of 分
(docs/domain.md#money)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

from schemas.errors import Reject

# fmt: off
UNITS = {"分": 1, "角": 10, "元": 100, "千元": 10**5, "万": 10**6, "万元": 10**6, "十万元": 10**7, "百万元": 10**8, "千万元": 10**9,
         "亿": 10**10, "亿元": 10**10}
# fmt: on
UNIT = "十万元|百万元|千万元|千元|万元|亿元|万|亿|元"
NUMBER = r"\d{1,24}(?:\.\d{1,10})?"
LARGEST = 2**63 - 1
Basis = Literal[
    "exact", "range", "per_year", "negotiable", "free", "inexact", "rate", "mixed", "worded", "none"
]  # fmt: skip


class Amount(NamedTuple):
    """An amount as a source states it.

    ``fen`` only when one exact sum is named. ``low``, ``high`` of a range, of a year, or of the entry fee before a royalty
    (``mixed``). ``rate``: a share of sales, 0.03 or 0.03-0.05. ``worded``: only the words tell.
    """

    fen: int | None
    low: int | None
    high: int | None
    basis: Basis
    rate: str | None
    text: str


def fen(number: str, unit: str | None, text: str) -> int:
    """Number and unit as an integer of 分. A fraction of a 分 and what needs more than 64 bits are refused."""
    if unit is None:
        raise Reject("money_unit_missing", f"{text!r} has no unit, and its column names none")
    try:
        value = Decimal(number) * UNITS[unit]
    except InvalidOperation:
        raise Reject("money_unreadable", f"{text!r} is not a number") from None
    if value != value.to_integral_value() or abs(value) > LARGEST:
        raise Reject("money_unreadable", f"{text!r} is not a whole number of 分 within 64 bits")
    return int(value)


NUMERALS = {sign: index % 10 for index, sign in enumerate("零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖")} | {"两": 2}
SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}


def formal(words: str, text: str) -> int:
    """叁佰万元整 → 分. Raises money_unreadable when the numerals are not in falling order."""
    yuan, _, rest = words.rstrip("整正").replace("圆", "元").partition("元")
    if "元" not in words.replace("圆", "元") and not words.endswith(("万", "亿")):
        raise Reject("money_unit_missing", f"{text!r} has no unit")
    total = whole(yuan, text) * 100
    for sign, weight in (("角", 10), ("分", 1)):
        head, found, tail = rest.partition(sign)
        if found:
            total += digit(head.lstrip("零〇"), text) * weight
            rest = tail
    if rest.strip("零〇") or total > LARGEST:
        raise Reject("money_unreadable", f"{text!r} is not an amount in formal numerals")
    return total


def whole(words: str, text: str) -> int:
    """A Chinese number below 10^16, its scales strictly falling."""
    for sign, weight in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.rpartition(sign)
        if found:
            return whole(head, text) * weight + (whole(tail, text) if tail else 0)
    total, last = 0, 10_000
    rest = words
    while rest:
        rest = rest.lstrip("零〇")
        if not rest:
            break
        if rest[0] in SCALES:
            value, scale, rest = 1, SCALES[rest[0]], rest[1:]
            if total or scale != 10:
                raise Reject("money_unreadable", f"{text!r} is not an amount in formal numerals")
        else:
            value, rest = digit(rest[0], text), rest[1:]
            scale = SCALES.get(rest[:1], 1)
            rest = rest[1:] if scale > 1 else rest
        if scale >= last:
            raise Reject("money_unreadable", f"{text!r} is not an amount in formal numerals")
        total, last = total + value * scale, scale
    if not words:
        raise Reject("money_unreadable", f"{text!r} is not an amount in formal numerals")
    return total


def digit(sign: str, text: str) -> int:
    if sign not in NUMERALS:
        raise Reject("money_unreadable", f"{text!r} is not an amount in formal numerals")
    return NUMERALS[sign]
