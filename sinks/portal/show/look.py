"""Look: templates and static files → what a browser gets. The only file that imports Jinja2."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct
from pydantic import BaseModel

from schemas.words import Lang
from sinks.portal.show import charts, event_text, numbers, tables, words

HERE = Path(__file__).parent
MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class Look:
    """Everything a page needs besides its values: loaded once when the portal starts, the same for every request."""

    def __init__(self, folder: Path = HERE) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}  # hashed name → bytes, media type
        self.hashed: dict[str, str] = {}  # portal.css → portal.3fa9….css
        for file in sorted((folder / "static").iterdir()):
            body = file.read_bytes()
            name = f"{file.stem}.{hashlib.sha256(body).hexdigest()[:12]}{file.suffix}"
            self.files[name], self.hashed[file.name] = (body, MEDIA[file.suffix]), name
        self.templates = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def html(self, template: str, path: str, query: str, **values: Any) -> str:
        """One page. ``path`` decides the language: ``/en/…`` is English, everything else Chinese."""
        return self.templates.get_template(template).render(
            **self.given(path, query),
            **values,
            synthetic=sampled(tuple(values.values())),
        )

    def given(self, path: str, query: str) -> dict[str, Any]:
        """What every template may use: language, links, words, numbers, charts."""
        lang, plain = language_of(path)

        def href(address: str, **query: Any) -> str:
            pairs = [(name.replace("__", "."), value) for name, value in query.items() if value not in (None, "")]
            tail = f"?{urlencode(pairs)}" if pairs else ""
            return ("/en" if lang == "en" else "") + (address if address != "/" or lang == "zh" else "") + tail or "/"

        other = ("/en" + (plain if plain != "/" else "")) if lang == "zh" else plain
        return {
            "lang": lang,
            "path": plain,
            "canonical": path,
            "href": href,
            "asset": lambda name: f"/static/{self.hashed[name]}",
            "other_tongue": other + (f"?{query}" if query else ""),
            "charts": charts,
            "quote": quote,
            "t": lambda zh, en: en if lang == "en" else zh,
            "w": lambda group, code: words.word(group, code, lang),
            "phase_word": lambda kind, phase: words.phase_word(kind, phase, lang),
            "dimension_word": lambda dimension, value: words.dimension_word(dimension, value, lang),
            "figure_word": lambda figure: words.figure_word(figure.indicator, figure.label, lang),
            "definition": lambda figure: words.definition(figure.indicator, lang),
            "in_sentence": lambda text: text[:1].lower() + text[1:] if lang == "en" else text,
            "term": lambda kind, *fields: words.term(kind, fields, lang),
            "title_of": lambda kind, field: words.title_of(kind, field, lang),
            "money": lambda fen, unit="": numbers.money(fen, unit, lang),
            "event_text": lambda event: event_text.event_text(event, lang),
            "disputed": lambda kind, field, value: event_text.disputed(kind, field, value, lang),
            "price": lambda price: event_text.price(price, lang),
            "thousands": numbers.thousands,
            "in_unit": numbers.in_unit,
            "percent": numbers.percent,
            "readable": lambda value, unit: numbers.readable(value, unit, lang),
            "decimal": numbers.exact,
            "question": question,
            "month_word": lambda month: month_word(month, lang),
            "period_word": lambda period: period_word(period, lang),
            "table_unit": numbers.table_unit,
            "in_table": numbers.in_table,
            "interval": lambda seconds: interval(seconds, lang),
            "short_area": lambda area: tables.short_area(area, lang),
            "values_of": lambda series: [numbers.exact(cell.value) for _, cell in series],
            "data_of": lambda series, unit: [
                charts.Datum(month, numbers.exact(cell.value), numbers.in_tile(cell.value, unit))
                for month, cell in series
            ],
            "bars_of": lambda found, dimension, unit, names: [
                charts.Datum(
                    names.get(value := seen.dimensions[dimension]) or words.dimension_word(dimension, value, lang),
                    numbers.exact(seen.value),
                    numbers.in_tile(seen.value, unit),
                )
                for seen in found
            ],
            "points_apart": numbers.points_apart,
            "moment": moment,
            "short": short_id,
        }


def sampled(value: Any) -> bool:
    """Some value on the page comes from a stand-in platform: the whole page says so."""
    if isinstance(value, BaseModel | Struct):
        names = type(value).model_fields if isinstance(value, BaseModel) else value.__struct_fields__
        return bool(getattr(value, "synthetic", False)) or any(sampled(getattr(value, name)) for name in names)
    if isinstance(value, Mapping):
        return any(map(sampled, value.values()))
    return isinstance(value, tuple | list) and any(map(sampled, value))


def language_of(path: str) -> tuple[Lang, str]:
    """``/en/targets`` → English, ``/targets``."""
    if path == "/en" or path.startswith("/en/"):
        return "en", path[3:] or "/"
    return "zh", path


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
