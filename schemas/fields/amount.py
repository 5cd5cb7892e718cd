"""Amount 金额 as a source words it: exact, a range, negotiable, a rate (docs/domain.md#money)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal, NamedTuple

from schemas.errors import Reject

Basis = Literal["exact", "range", "per_year", "negotiable", "free", "inexact", "rate", "mixed", "none"]

# fmt: off
UNITS = {"分": 1, "角": 10, "元": 100, "千元": 10**5, "万": 10**6, "万元": 10**6, "十万元": 10**7, "百万元": 10**8, "千万元": 10**9,
         "亿": 10**10, "亿元": 10**10}
# fmt: on
UNIT = "十万元|百万元|千万元|千元|万元|亿元|万|亿|元"
NUMBER = r"\d{1,24}(?:\.\d{1,10})?"
PLAIN = re.compile(rf"^(-?{NUMBER})({UNIT})?整?$", re.ASCII)
RANGE = re.compile(rf"^({NUMBER})({UNIT})?(?:-|~|至|到|—|--)({NUMBER})({UNIT})?$", re.ASCII)
PER_YEAR = re.compile(rf"^(?:每年)?({NUMBER})({UNIT})(?:(?:/|每)(?:年|年度))?$", re.ASCII)
RATE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)([%‰])", re.ASCII)
COMMAS = re.compile(r"^-?\d{1,3}(?:,\d{3})+(?![\d,])", re.ASCII)
MONEY_INSIDE = re.compile(rf"{NUMBER}(?:{UNIT})", re.ASCII)
FORMAL = re.compile(r"^[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟点元圆角分整正]{2,40}$")
INEXACT = re.compile(
    r"约|余|以上|以下|以内|左右|上下|近|超|多|不低于|不少于|不高于|不超过|至少|最低|最高|起$|大概|几|数"
)
CURRENCY = re.compile(r"人民币|RMB|CNY|[¥￥]", re.IGNORECASE)
FOREIGN = re.compile(r"美元|欧元|日元|港元|港币|英镑|韩元|美金|USD|EUR|JPY|HKD|GBP|[$€£]", re.IGNORECASE)
WORDS: dict[str, Basis] = {
    **dict.fromkeys(("面议", "价格面议", "电议", "协商", "面谈", "可议", "待议", "双方协商", "议价"), "negotiable"),
    **dict.fromkeys(("免费", "无偿", "免费许可", "免许可费", "零元"), "free"),
    **dict.fromkeys(("", "暂无", "保密", "/", "-", "--", "—", "——", "无", "未知", "未填写", "不详", "不公开"), "none"),
}
LARGEST = 2**63 - 1
LONGEST = 200


class Amount(NamedTuple):
    """An amount as a source states it. ``fen`` only when one exact sum is named; ``low``, ``high`` of a range or a year."""

    fen: int | None
    low: int | None
    high: int | None
    basis: Basis
    rate: str | None
    text: str


def read_amount(text: object, column_unit: str | None = None, *, listing: bool = False) -> Amount:
    """The amount in a source's wording. ``column_unit`` is the unit that the column's title states (万元).

    ``-1`` is 面议 in listing prices only; elsewhere no amount. Raises ``Reject``: money_unreadable,
    money_unit_missing, money_currency.
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
    if len(text) > LONGEST:
        raise Reject("money_unreadable", f"{text[:40]!r}… is not an amount")
    if (found := PLAIN.match(text)) and text[0] != "-":
        return Amount(fen(found[1], found[2] or column_unit, text), None, None, "exact", None, text)
    shown = unicodedata.normalize("NFKC", text).translate(BLANKS)
    if shown in ("-1", "-1.0", "-1.00"):
        return Amount(None, None, None, "negotiable" if listing else "none", None, text)
    bare = CURRENCY.sub("", shown)
    word = WORDS.get(bare) or WORDS.get(shown)
    if word:
        return Amount(0 if word == "free" else None, None, None, word, None, text)
    if FOREIGN.search(bare):
        raise Reject("money_currency", f"{text!r} is not in 人民币")
    if commas := COMMAS.match(bare):
        bare = commas[0].replace(",", "") + bare[commas.end() :]
    if found := PLAIN.match(bare):
        return Amount(fen(found[1], found[2] or column_unit, text), None, None, "exact", None, text)
    return uncommon(bare, column_unit, text)


def uncommon(bare: str, column_unit: str | None, text: str) -> Amount:
    """Rates, ranges, yearly sums, formal numerals, and sums that are stated roughly."""
    bare = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", bare)
    if rate := RATE.search(bare):
        share = Decimal(rate[1]) / (100 if rate[2] == "%" else 1000)
        mixed = MONEY_INSIDE.search(bare) or len(RATE.findall(bare)) > 1
        return Amount(None, None, None, "mixed" if mixed else "rate", None if mixed else f"{share.normalize():f}", text)
    if INEXACT.search(bare) and (re.search(r"\d", bare) or re.search("[一二三四五六七八九十百千万两]", bare)):
        return Amount(None, None, None, "inexact", None, text)
    if found := RANGE.match(bare):
        unit = found[4] or found[2] or column_unit
        low, high = fen(found[1], found[2] or unit, text), fen(found[3], unit, text)
        if low > high:
            raise Reject("money_unreadable", f"{text!r} is a range whose first sum is the larger one")
        return Amount(None, low, high, "range", None, text)
    if found := PER_YEAR.match(bare):
        yearly = fen(found[1], found[2], text)
        return Amount(None, yearly, yearly, "per_year", None, text)
    if FORMAL.match(bare):
        return Amount(formal(bare, text), None, None, "exact", None, text)
    raise Reject(
        "money_unreadable", f"{text!r} is not an amount; accepted: a number with 元, 万元, 亿元, or 面议, 免费"
    )


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


BLANKS = str.maketrans("", "", " \t\r\n\u00a0\u2002\u3000\u200b\ufeff")
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
