"""Marks 标记: the words of a search where they stand in a text, so that a result shows why it is there. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from sinks.portal.search.query import read_query
from sinks.portal.search.text import CHINESE, plain

MOST = 40  # words that are marked


def marker(q: str) -> Callable[[str | Markup], Markup]:
    """A function that marks the words of this query. A text that has none of them is marked at its pairs of characters."""
    words = tuple(dict.fromkeys(text for each in read_query(q).meanings for text in each.texts if text))[:MOST]
    pairs = tuple(dict.fromkeys(pair for word in words for pair in _pairs(word)))[:MOST]
    whole, parts = _pattern(words), _pattern(pairs)

    def mark(text: str | Markup) -> Markup:
        shown = str(escape(text)) if not isinstance(text, Markup) else str(text)
        for pattern in (whole, parts):
            if pattern and pattern.search(shown):
                return Markup(pattern.sub(r"<mark>\g<0></mark>", shown))
        return Markup(shown)

    return mark


def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of these words outside of a tag or a character reference."""
    if not words:
        return None
    found = "|".join(re.escape(str(escape(word))) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?:{found})(?![^<>]*>)(?![a-z0-9#]*;)", re.IGNORECASE)


def _pairs(word: str) -> list[str]:
    return [run[at : at + 2] for run in CHINESE.findall(plain(word)) for at in range(len(run) - 1)]
