"""Helpers: what templates call to write a word, a number, a day; each in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from schemas.figures.disclosure import WITHHELD
from schemas.records.source_status import Requests, SourceStatus
from schemas.words import Lang
from sinks.portal.read.figure_answers import CellValue
from sinks.portal.show import clauses, diffs, event_text, numbers, tables, words
from sinks.portal.show.charts import Datum

CHINESE = re.compile(r"[\u3400-\u9fff]")
LEAST_ADDED = 16  # characters
MOST_CELLS = 20_000  # of all tables in both languages
Helpers = dict[str, Callable[..., Any]]


def helpers(lang: Lang) -> Helpers:
    """Every helper, by the name it has in templates."""
    return _words(lang) | _numbers(lang) | _days(lang) | _figures(lang)


def _words(lang: Lang) -> Helpers:
    return {
        "t": lambda zh, en: en if lang == "en" else zh,
        "w": lambda group, code: words.word(group, code, lang),
        "phase_word": lambda kind, phase: words.phase_word(kind, phase, lang),
        "dimension_word": lambda dimension, value: words.dimension_word(dimension, value, lang),
        "figure_word": lambda figure: words.figure_word(figure.indicator, figure.label, lang),
        "definition": lambda figure: words.definition(figure.indicator, lang),
        "class_word": lambda symbol: words.class_word(symbol, lang),
        "named": lambda text: chinese(text, lang),
        "adds": adds,
        "diffs": lambda kind, found: diffs.diffs(kind, found, lang),
        "in_sentence": lambda text: text[:1].lower() + text[1:] if lang == "en" else text,
        "term": lambda kind, *fields: words.term(kind, fields, lang),
        "title_of": lambda kind, field: words.title_of(kind, field, lang),
        "reason_values": lambda reason: [words.reason_value(reason.aspect, value, lang) for value in reason.values],
        "event_text": lambda event: event_text.event_text(event, lang),
        "disputed": lambda kind, field, value: event_text.disputed(kind, field, value, lang),
        "short_area": lambda area: tables.short_area(area, lang),
        "short": short_id,
        "by_clause": clauses.by_clause,
        "clause_word": lambda clause: clauses.clause_word(clause, lang),
    }


def _numbers(lang: Lang) -> Helpers:
    return {
        "money": lambda fen, unit="": numbers.money(fen, unit, lang),
        "price": lambda price: event_text.price(price, lang),
        "thousands": numbers.thousands,
        "percent": numbers.percent,
        "requests_of": lambda feeds: requests_of(feeds, lang),
        "points_apart": numbers.points_apart,
        "readable": lambda value, unit: numbers.readable(value, unit, lang),
        "decimal": numbers.exact,
        "table_unit": numbers.table_unit,
        "in_table": numbers.in_table,
    }


def _days(lang: Lang) -> Helpers:
    return {
        "months_word": lambda months: months_word(months, lang),
        "month_word": lambda month: month_word(month, lang),
        "period_word": lambda period: period_word(period, lang),
        "interval": lambda seconds: interval(seconds, lang),
        "moment": moment,
    }


def _figures(lang: Lang) -> Helpers:
    return {
        "question": question,
        "explained": lambda cell, unit, at=None: explained(cell, unit, lang, at),
        "values_of": values_of,
        "data_of": data_of,
        "on_axis": lambda unit: lambda value: numbers.in_tile(str(value), unit) if value else "0",
        "bars_of": lambda found, dimension, unit, names: bars_of(found, dimension, unit, names, lang),
    }


def chinese(text: str, lang: Lang) -> str | Markup:
    """A text of a source, marked as Chinese on an English page, so that it is read aloud and set as such."""
    if lang == "zh" or not CHINESE.search(text):
        return text
    return Markup('<span lang="zh-CN">{}</span>').format(text)


def adds(summary: str, title: str) -> bool:
    """Whether a summary says more than the title: many platforms repeat it between a few words of theirs."""
    return len(summary.replace(title, "")) >= LEAST_ADDED


def requests_of(feeds: Iterable[SourceStatus], lang: Lang) -> str:
    """The requests made of a source on the newest day of its feeds: number, bytes, refusals, 304s, wait, budget left."""
    told = [feed for feed in feeds if feed.requests.day]
    if not told:
        return ""
    day = max(feed.requests.day for feed in told)
    whole = sum((feed.requests for feed in told if feed.requests.day == day), Requests())
    number, waited = numbers.thousands(whole.requests), numbers.thousands(round(whole.waited_seconds))
    size = numbers.thousands(round(whole.bytes / 1024))
    budget = told[0].budget
    left = "" if budget is None else numbers.thousands(max(0, budget - whole.requests))
    if lang == "en":
        text = f"{day}: {number} requests, {size} KiB, {whole.refused} refused, {whole.unchanged} unchanged (304), "
        return text + f"{waited} s waited" + (f", {left} left of the day" if left else "")
    text = (
        f"{day}：请求 {number} 次，{size} KiB，拒绝 {whole.refused}，未变（304）{whole.unchanged}，限速等待 {waited} 秒"
    )
    return text + (f"，当日余 {left} 次" if left else "")


def values_of(series: Iterable[tuple[str, tables.Number]]) -> list[Decimal | None]:
    """The values of a series, for a sparkline."""
    return [numbers.exact(number.value) for _, number in series]


def data_of(
    series: Iterable[tuple[str, tables.Number]], unit: str, href: Callable[..., str], at: str | None
) -> list[Datum]:
    """A series as a chart draws it; each number leads to its explanation. ``at``: the instant whose numbers these are."""
    return [
        Datum(
            month,
            numbers.exact(each.value),
            numbers.in_tile(each.value, unit),
            href(
                "/statistics/explanation",
                as_of=at,
                accumulation="end" if each.at_end else None,
                **question(each.key),
            ),
        )
        for month, each in series
    ]


def bars_of(found: Sequence[CellValue], dimension: str, unit: str, names: Mapping[str, str], lang: Lang) -> list[Datum]:
    """The values of one dimension as a chart draws them; ``names``: of platforms."""
    return [
        Datum(
            names.get(value := cell.dimensions[dimension]) or words.dimension_word(dimension, value, lang),
            numbers.exact(cell.value),
            numbers.in_tile(cell.value, unit),
        )
        for cell in found
    ]


def months_word(months: Sequence[str], lang: Lang) -> str:
    """Months as people read them, runs drawn together: «2024-01 至 2024-10、2025-02（共 11 个月）»."""
    to, comma = (" to ", ", ") if lang == "en" else (" 至 ", "、")
    runs = comma.join(first if first == last else f"{first}{to}{last}" for first, last in tables.spans(months))
    number = len(months)
    if lang == "en":
        return f"{runs} ({number} month{'' if number == 1 else 's'})"
    return f"{runs}（共 {number} 个月）"


def moment(instant: str | None) -> Markup:
    """An instant as people read it, to the minute, with the machine's form behind it."""
    if not instant:
        return Markup("—")
    try:
        text = datetime.fromisoformat(instant).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        text = instant
    return Markup('<time datetime="{}">{}</time>').format(instant, text)


def short_id(id: str) -> str:
    """``supply:3f2a…`` → ``3f2a…``: the part of an id that stands in an address."""
    return id.split(":", 1)[-1]


def question(key: str) -> dict[str, str]:
    """A point's key as the parameters that ask for it: ``transfers:area=430100:2025-03``."""
    indicator, cell, period = key.split(":", 2)
    return {"indicator": indicator, **dict(part.split("=", 1) for part in cell.split(";") if part), "period": period}


@lru_cache(maxsize=MOST_CELLS)
def explained(cell: tables.Number, unit: str, lang: Lang, at: str | None = None) -> Markup:
    """A number of a table as the link to its explanation. A table has hundreds, and few of them change at a time.

    ``at``: the instant whose number it is, which the explanation must be of too.
    """
    if cell.value is None and not cell.withheld:
        return Markup('<span class="muted">—</span>')
    if cell.printed:
        return Markup('<span class="nowrap">{}</span>').format(cell.value)
    shown = words.word("status", WITHHELD, lang) if cell.withheld else numbers.in_table(cell.value, unit)
    if not cell.key:
        return Markup("{}").format(shown)
    accumulation = "ytd" if cell.ytd else "end" if cell.at_end else ""
    asked = ({"accumulation": accumulation} if accumulation else {}) | ({"as_of": at} if at else {})
    link = f"{'/en' if lang == 'en' else ''}/statistics/explanation?{urlencode(asked | question(cell.key))}"
    zero = " zero" if numbers.exact(cell.value) == 0 else ""
    return Markup('<a class="cell{}" href="{}">{}</a>').format(zero, link, shown)


def period_word(period: str, lang: Lang) -> str:
    """2025-03 → 2025年3月; 2025 → 2025年累计; current → 当前."""
    if period == "current":
        return "now" if lang == "en" else "当前"
    year, _, month = period.partition("-")
    if lang == "en":
        return period if month else f"{year}, year to date"
    return f"{year}年{int(month)}月" if month.isdigit() else f"{year}年累计"


def month_word(month: str, lang: Lang) -> str:
    """2025-03 → 3月, where the year is clear."""
    return month if lang == "en" else f"{int(month[5:])}月"


def interval(seconds: int, lang: Lang) -> str:
    """1800 → 30 分钟."""
    for length, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds // length} {en if lang == 'en' else zh}"
    return f"{seconds} {'s' if lang == 'en' else '秒'}"
