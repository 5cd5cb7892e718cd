"""Nearest: a name that is not known is told with those that are, and with the one that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """`` did you mean …?``, when something known is near."""
    found = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""


def unknown(word: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    return f"{word!r} is no {what}; accepted: {', '.join(names) or 'none'}{nearest(word, names)}"
