"""Size 企业规模: small or medium by 中小企业划型标准规定 (工信部联企业〔2011〕300号), with the trades of
统计上大中小微型企业划分办法 (2017): yes, no, or unknown (docs/domain.md#company-size).

A firm below one limit of its trade is small or medium; a firm that reaches all of them is not. A number that is missing or
stated roughly decides nothing. Without a trade there is no limit, and a firm's name is no evidence of its size. 其他未列明行业 are the trades that the
standard names there (research, public facilities, residents' services, social work, culture): it says nothing of banks,
schools, railways, hospitals and state bodies.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from schemas import codes
from schemas.errors import Reject
from schemas.fields.amount import read_amount
from schemas.fields.industry import read_trade

Sme = Literal["yes", "no", "unknown"]
STANDARD = "中小企业划型标准规定"  # what a status read from numbers names as its source
OTHERS = "其他未列明行业"
STAFF = re.compile(r"^(\d{1,3}(?:,\d{3}){1,3}|\d{1,9})(?:\.0)?[人名]?$", re.ASCII)
SHORT = {"信息传输": "信息传输业", "软件信息": "软件和信息技术服务业", "软件业": "软件和信息技术服务业", "其他": OTHERS}


class Limits(NamedTuple):
    """Below which a firm of a trade is not large: persons, and 分 of turnover and of assets."""

    staff: int | None
    turnover: int | None
    assets: int | None


def sme_by_size(
    trade: str | None, *, staff: int | None = None, turnover: int | None = None, assets: int | None = None
) -> Sme:
    """Small or medium by the standard of its trade: a GB/T 4754 code or the standard's own name. Money in 分."""
    limits = limits_of(trade) if trade else None
    if limits is None:
        return "unknown"
    compared = [
        None if value is None or value < 0 else value < limit
        for value, limit in zip((staff, turnover, assets), limits, strict=True)
        if limit is not None
    ]
    return "yes" if True in compared else "unknown" if None in compared else "no"


def limits_of(trade: str) -> Limits | None:
    """The limits of a trade, by the longest prefix of its code; None for what is not a trade."""
    by_name, by_code = standard()
    word = trade.strip() if isinstance(trade, str) else ""
    if named := by_name.get(SHORT.get(word, word)) or by_name.get(f"{word}业"):
        return named
    try:
        code = read_trade(word)[1:]
    except Reject:
        return None
    prefixes = (code[:length] for length in range(len(code), 1, -1))
    return next((by_code[prefix] for prefix in prefixes if prefix in by_code), None)


def read_staff(text: object) -> int | None:
    """A number of persons: 120, 1,200人. None for a range and for a rough number."""
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        return None
    found = STAFF.match(str(text).strip())
    return int(found[1].replace(",", "")) if found else None


def read_sum(text: object, column_unit: str | None) -> int | None:
    """An exact sum in 分, or None: a damaged figure beside a firm's name does not refuse the firm."""
    try:
        return read_amount(text, column_unit).fen
    except Reject:
        return None


@cache
def standard() -> tuple[dict[str, Limits], dict[str, Limits]]:
    """The table by name and by code."""
    by_name: dict[str, Limits] = {}
    by_code: dict[str, Limits] = {}
    for row in codes.rows("sme_sizes"):
        limits = Limits(
            int(row["staff"]) if row["staff"] else None, read_sum(row["turnover"], None), read_sum(row["assets"], None)
        )
        by_name[row["name"]] = limits
        by_code |= dict.fromkeys(row["trades"].split(), limits)
    return by_name, by_code
