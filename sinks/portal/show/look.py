"""Look: templates and static files → what a browser gets. The only file that imports Jinja2."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct
from pydantic import BaseModel

from schemas.words import Lang
from sinks.portal.show import charts
from sinks.portal.show.helpers import helpers
from sinks.portal.show.marks import marker
from sinks.portal.show.trend import trend

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
        self.templates.filters["combined"] = lambda one, other: {**one, **other}

    def html(self, template: str, path: str, query: str, **values: Any) -> str:
        """One page. ``path`` decides the language: ``/en/…`` is English, everything else Chinese."""
        return self.templates.get_template(template).render(
            **self.given(path, query) | values,
            synthetic=sampled(tuple(values.values())),
        )

    def live_parts(self, template: str, path: str, query: str, **values: Any) -> str:
        """The blocks of a template whose names begin with ``live``."""
        found = self.templates.get_template(template)
        context = found.new_context(self.given(path, query) | values)
        parts = (block(context) for name, block in found.blocks.items() if name.startswith("live"))
        return "".join(text for part in parts for text in part)

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
            "trend": trend,
            "titles": {},  # what the patents of a page's events are called, by number
            "linked_data": None,  # schema.org of what a page is about
            "feed": None,  # FeedLink of what a page shows
            "at": None,  # the instant whose figures a page shows; None: those of now
            "quote": quote,
            "mark": marker(str(next(iter(parse_qs(query).get("q", ())), ""))),
            **helpers(lang),
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
