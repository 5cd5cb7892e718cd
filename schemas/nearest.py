"""Nearest: a name that is not known is told with those that are, and with the one that was probably meant.

A name is near when a slip of the hand leads to it: one letter in three at most is left out, put in, another one, or
changed with its neighbour. What only shares letters with a name (``limit`` and ``list``) is no suggestion.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

LONGEST = 80  # signs of a name that are compared; no name of ours is longer
LOOKED_AT = 5  # names with the most letters in common
SHARED = 0.6  # of the letters of both, before slips are counted

SUGGESTED = re.compile(r"; did you mean (.+?)\?")


def near(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant: the one with the fewest slips."""
    names, typed = list(dict.fromkeys(known)), word[:LONGEST]
    alike = difflib.get_close_matches(typed, names, LOOKED_AT, SHARED)
    found = [(slips(typed, name), place, name) for place, name in enumerate(alike)]
    return next((name for count, _, name in sorted(found) if count <= allowed(typed, name)), None)


def allowed(word: str, name: str) -> int:
    """How many slips leave a word near a name: one in three letters, of short ones one, of two letters none."""
    longest = max(len(word), len(name))
    return max(longest // 3, 1) if longest > 2 else 0


def slips(word: str, name: str) -> int:
    """Letters left out, put in, taken for another or changed with their neighbour (optimal string alignment)."""
    two_above: list[int] = []
    above: list[int] = []
    line = list(range(len(name) + 1))
    for row, letter in enumerate(word, 1):
        two_above, above, line = above, line, [row]
        for column, other in enumerate(name, 1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != other)))
            if row > 1 and column > 1 and (letter, word[row - 2]) == (name[column - 2], other):
                line[-1] = min(line[-1], two_above[column - 2] + 1)
    return line[-1]


def nearest(word: str, known: Iterable[str]) -> str:
    """`` did you mean …?``, when something known is near."""
    found = near(word, known)
    return f"; did you mean {found}?" if found else ""


def meant_in(sentence: str) -> str | None:
    """The name that a sentence made with ``nearest`` suggests."""
    found = SUGGESTED.search(sentence)
    return found[1] if found else None


def nearest_zh(word: str, known: Iterable[str]) -> str:
    """The same in Chinese."""
    found = near(word, known)
    return f";是否指 {found}?" if found else ""


def unknown(word: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    return f"{word!r} is no {what}; accepted: {', '.join(names) or 'none'}{nearest(word, names)}"


def missing(word: str, known: Iterable[str], what: str, what_zh: str) -> str:
    """There is nothing of that name: what was probably meant first, for the list of what there is may be long."""
    names = list(known)
    told = ", ".join(names)
    english = f"no {what} {word!r}{nearest(word, names)}; known: {told or 'none'}"
    return f"{english} · 没有{what_zh} {word}{nearest_zh(word, names)};已有 {told or '无'}"
