"""Recorded date 日期: a day, a month, a quarter, a half-year or a year; as precise as the source states it (docs/domain.md#dates)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

from schemas.errors import Reject

CANONICAL = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?|-Q[1-4]|-H[12])?$", re.ASCII)
CHINA = timezone(timedelta(hours=8))
EARLIEST, LATEST_YEAR = date(1985, 4, 1), 2100  # the Patent Law came into force; expiry dates lie decades ahead
SENTINELS = frozenset({"0001-01-01", "1900-01-01", "1970-01-01", "9999-12-31"})
ABSENT = frozenset({"", "-", "--", "—", "——", "/", "无", "暂无", "空", "null", "none", "n/a", "nan"})

DAY = re.compile(
    r"^(\d{4})(?:(\d{2})(\d{2})|[-./](\d{1,2})[-./](\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?)"
    r"(?:[T\s]\s{0,4}(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$",
    re.ASCII,
)
FLOAT = re.compile(r"^(\d{4,13})\.0$", re.ASCII)  # a workbook's number as text
COMPACT_MONTH = re.compile(r"^(\d{4})(0[1-9]|1[0-2])$", re.ASCII)
MONTH = re.compile(r"^(\d{4})(?:[-./]|年)(\d{1,2})月?(?:份)?$", re.ASCII)
QUARTER = re.compile(r"^(\d{4})(?:年|-)?(?:第?([1-4一二三四])季度|Q([1-4]))$", re.ASCII | re.IGNORECASE)
HALF = re.compile(r"^(\d{4})(?:年|-)?(?:([上下])半年度?|H([12]))$", re.ASCII | re.IGNORECASE)
YEAR = re.compile(r"^(\d{4})年?度?$", re.ASCII)
EPOCH = re.compile(r"^\d{12,13}\Z", re.ASCII)  # milliseconds since 1970; twelve digits until September 2001
SERIAL = re.compile(r"^\d{5}\Z", re.ASCII)  # a spreadsheet's days since 1899-12-30; in columns of dates only
ONLY_IN_COLUMNS_OF_DATES = (SERIAL, COMPACT_MONTH)
MINGUO = re.compile(r"^(?:中华)?民国(\d{1,3})(?=年)", re.ASCII)
NUMERALS = re.compile(r"[〇零一二三四五六七八九十○Oo]{1,4}")
NUMERAL_YEAR = re.compile(r"[〇零一二三四五六七八九○Oo]{4}(?=年)")
DIGITS = {
    "〇": "0",
    "○": "0",
    "零": "0",
    "O": "0",
    "o": "0",
    **{sign: str(value) for value, sign in enumerate("一二三四五六七八九", 1)},
}
LONGEST = 48


# Made by readers only; the pattern is for those who generate code from the schema.
RecordedDate = Annotated[str, Meta(extra_json_schema={"pattern": CANONICAL.pattern})]


def read_date(text: object, *, column_is_date: bool = False, latest: str | None = None) -> str | None:
    """The canonical form of a source's date, as precise as the source is; None when it states that there is none.

    ``column_is_date`` admits spreadsheet serial numbers; ``latest`` (a day) is the last one accepted.
    Raises ``Reject``: date_unreadable, date_out_of_range.
    """
    if text is None:
        return None
    if isinstance(text, date):
        text = text.isoformat()
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise Reject("date_unreadable", f"{text!r:.80} is not a date")
    read = recorded(text if isinstance(text, str) else number_text(text), column_is_date)
    if read is not None and latest is not None and read > latest:
        raise Reject("date_out_of_range", f"{text!r} lies after {latest}")
    return read


def number_text(value: int | float) -> str:
    """A JSON or workbook number as text; a fraction of a day is a time and is dropped."""
    if value != value or abs(value) > 10**15:
        raise Reject("date_unreadable", f"{value!r} is not a date")
    return str(int(value))


@lru_cache(maxsize=32_768)
def recorded(text: str, column_is_date: bool) -> str | None:
    """One spelling → canonical text, by the first of ``FORMS`` that it has (docs/domain.md#dates)."""
    if len(text) > LONGEST:
        raise Reject("date_unreadable", f"{text[:LONGEST]!r}… is not a date")
    shown = unicodedata.normalize("NFKC", text).strip().rstrip("。;")
    if shown.lower() in ABSENT:
        return None
    if found := DAY.match(shown):  # before blanks go: one stands between a day and its time
        return day(found, text)
    shown = FLOAT.sub(r"\1", western(shown.replace(" ", "")))
    for form, read in FORMS:
        if (column_is_date or form not in ONLY_IN_COLUMNS_OF_DATES) and (found := form.match(shown)):
            return read(found, text)
    raise Reject(
        "date_unreadable",
        f"{text!r} is not a date; accepted: 20240527, 2024.05.27, 2024年5月27日, 2024年5月, 2024年第2季度",
    )


def quarter(found: re.Match[str], text: str) -> str:
    return in_range(f"{found[1]}-Q{found[3] or str('一二三四'.find(found[2]) + 1 or found[2])}", text)


def half(found: re.Match[str], text: str) -> str:
    return in_range(f"{found[1]}-H{found[3] or ('1' if found[2] == '上' else '2')}", text)


def month(found: re.Match[str], text: str) -> str:
    if not 1 <= int(found[2]) <= 12:
        raise Reject("date_unreadable", f"{text!r} has no month from 1 to 12")
    return in_range(f"{found[1]}-{int(found[2]):02d}", text)


def epoch(found: re.Match[str], text: str) -> str:
    return in_range(datetime.fromtimestamp(int(found[0]) / 1000, CHINA).date().isoformat(), text)


def serial(found: re.Match[str], text: str) -> str:
    return in_range((date(1899, 12, 30) + timedelta(days=int(found[0]))).isoformat(), text)


def day(found: re.Match[str], text: str) -> str | None:
    """A day that exists, in China: a time with another zone is moved to +08:00 first."""
    month, number = found[2] or found[4] or found[6], found[3] or found[5] or found[7]
    iso = f"{found[1]}-{int(month):02d}-{int(number):02d}"
    if iso in SENTINELS:
        return None
    try:
        moment = datetime(
            int(found[1]), int(month), int(number), int(found[8] or 0), int(found[9] or 0), int(found[10] or 0)
        )
        zone = found[11]
        if zone:
            sign = -1 if zone[0] == "-" else 1
            minutes = int(zone[3:].removeprefix(":") or 0)
            offset = timedelta() if zone == "Z" else sign * timedelta(hours=int(zone[1:3]), minutes=minutes)
            moment = moment - offset + timedelta(hours=8)
    except (ValueError, OverflowError):
        raise Reject("date_unreadable", f"{text!r} is not a day of the calendar") from None
    return in_range(moment.date().isoformat(), text)


def western(text: str) -> str:
    """Chinese numerals and 民国 years as digits: 二〇二四年五月二十七日 → 2024年5月27日."""
    if found := MINGUO.match(text):
        text = f"{int(found[1]) + 1911}{text[found.end() :]}"
    if text.isascii():
        return text
    return (NUMERAL_YEAR if "季" in text else NUMERALS).sub(lambda m: digits(m[0]), text)


def digits(numerals: str) -> str:
    """一九 → 19, 十二 → 12, 二十七 → 27, 三十 → 30: positional, or with 十 in the middle."""
    tens, ten, ones = numerals.partition("十")
    if not ten:
        return "".join(DIGITS[sign] for sign in numerals)
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return numerals
    return str(int(DIGITS.get(tens, "1")) * 10 + int(DIGITS.get(ones, "0")))


def in_range(iso: str, text: str) -> str:
    """The date, if it can belong to a Chinese patent."""
    year = int(iso[:4])
    if year < EARLIEST.year or year > LATEST_YEAR or (len(iso) == 10 and iso < EARLIEST.isoformat()):
        raise Reject("date_out_of_range", f"{text!r}: accepted from {EARLIEST} to {LATEST_YEAR}")
    return iso


# The forms of a date; the first that matches decides.
FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str | None]], ...] = (
    (DAY, day),
    (QUARTER, quarter),
    (HALF, half),
    (MONTH, month),
    (COMPACT_MONTH, month),
    (EPOCH, epoch),
    (SERIAL, serial),
    (YEAR, lambda found, text: in_range(found[1], text)),
)


def month_of(recorded_on: str) -> str | None:
    """The month of a day or a month; None when only a longer span is known."""
    return recorded_on[:7] if len(recorded_on) >= 7 and recorded_on[5:6].isdigit() else None
