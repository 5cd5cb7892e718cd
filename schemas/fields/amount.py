"""Amount 金额 as a source words it: exact, a range, negotiable, a rate (docs/domain.md#money)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from schemas.errors import Reject
from schemas.fields.price_words import read_words
from schemas.fields.sums import NUMBER, UNIT, UNITS, Amount, Basis, fen

__all__ = ["UNITS", "Amount", "read_amount"]

PLAIN = re.compile(rf"^(-?{NUMBER})({UNIT})?整?$", re.ASCII)
COMMAS = re.compile(r"^-?\d{1,3}(?:,\d{3})+(?![\d,])", re.ASCII)
BLANKS = str.maketrans("", "", " \t\r\n\u00a0\u2002\u3000\u200b\ufeff")
CURRENCY = re.compile(r"人民币|RMB|CNY|[¥￥]", re.IGNORECASE)
FOREIGN = re.compile(r"美元|欧元|日元|港元|港币|英镑|韩元|美金|USD|EUR|JPY|HKD|GBP|[$€£]", re.IGNORECASE)
WORDS: dict[str, Basis] = {
    **dict.fromkeys(("面议", "价格面议", "电议", "协商", "面谈", "可议", "待议", "双方协商", "议价"), "negotiable"),
    **dict.fromkeys(("免费", "无偿", "免费许可", "免许可费", "零元"), "free"),
    **dict.fromkeys(("", "暂无", "保密", "/", "-", "--", "—", "——", "无", "未知", "未填写", "不详", "不公开"), "none"),
}
LONGEST = 200
# A price of 10亿元 in a column of 万元 is a sum in 元 under the wrong title: no listing known asks a hundredth of it.
LARGEST_PRICE = 10**11


def read_amount(text: object, column_unit: str | None = None, *, listing: bool = False) -> Amount:
    """The amount in a source's wording. ``column_unit`` is the unit that the column's title states (万元).

    A ``listing`` asks a price and is not refused for how it words it: ``-1`` is 面议 there, 0 is free, and what cannot be
    read keeps its words. Raises ``Reject``: money_unreadable, money_unit_missing, money_currency.
    """
    if isinstance(text, bool) or not (text is None or isinstance(text, (str, int, float, Decimal))):
        raise Reject("money_unreadable", f"{text!r:.80} is not an amount")
    if column_unit is not None and column_unit not in UNITS:
        raise Reject("money_unreadable", f"{column_unit!r} is not a unit; accepted: {', '.join(UNITS)}")
    return worded("" if text is None else text if isinstance(text, str) else number_text(text), column_unit, listing)


def number_text(value: int | float | Decimal) -> str:
    """A JSON or workbook number as plain decimal text; NaN and infinities are no amounts."""
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")  # what a spreadsheet shows of 7453.719999999999
    number = Decimal(value) if not isinstance(value, int) or abs(value) < 10**30 else Decimal("Infinity")
    if not number.is_finite() or abs(number) > 10**24:
        raise Reject("money_unreadable", f"{str(value)[:40]} is not an amount")
    return f"{number:f}"


@lru_cache(maxsize=16_384)
def worded(text: str, column_unit: str | None, listing: bool) -> Amount:
    """One wording → one amount, the plain form first."""
    if (found := PLAIN.match(text)) and text[0] != "-" and not listing:
        return Amount(fen(found[1], found[2] or column_unit, text), None, None, "exact", None, text)
    if len(text) > LONGEST:
        if listing:
            return Amount(None, None, None, "worded", None, f"{text[:LONGEST]}…")
        raise Reject("money_unreadable", f"{text[:40]!r}… is not an amount")
    shown = unicodedata.normalize("NFKC", text).translate(BLANKS)
    return asked(shown, column_unit, text) if listing else agreed(shown, column_unit, text)


def asked(shown: str, column_unit: str | None, text: str) -> Amount:
    """The price of a listing. Raises money_unreadable for one below nothing."""
    if shown in ("-1", "-1.0", "-1.00"):
        return Amount(None, None, None, "negotiable", None, text)
    found = PLAIN.match(shown)
    if found and not Decimal(found[1]):  # nothing of any unit
        return Amount(0, None, None, "free", None, text)
    try:
        read = agreed(shown, column_unit, text)
    except Reject:
        return Amount(None, None, None, "worded", None, text)
    if read.fen is not None and read.fen < 0:
        raise Reject("money_unreadable", f"{text!r} is below nothing")
    if found and not found[2] and read.fen is not None and read.fen >= LARGEST_PRICE:
        return Amount(None, None, None, "worded", None, text)
    return read


def agreed(shown: str, column_unit: str | None, text: str) -> Amount:
    """A sum as contracts and registers word it."""
    if shown in ("-1", "-1.0", "-1.00"):
        return Amount(None, None, None, "none", None, text)
    bare = CURRENCY.sub("", shown)
    word = WORDS.get(bare) or WORDS.get(shown)
    if word:
        return Amount(0 if word == "free" else None, None, None, word, None, text)
    if FOREIGN.search(bare):
        raise Reject("money_currency", f"{text!r} is not in 人民币")
    if bare != shown:
        column_unit = "元"  # ￥480,000 is in 元 under any title
    if commas := COMMAS.match(bare):
        bare = commas[0].replace(",", "") + bare[commas.end() :]
    if found := PLAIN.match(bare):
        return Amount(fen(found[1], found[2] or column_unit, text), None, None, "exact", None, text)
    return read_words(bare, column_unit, text)
