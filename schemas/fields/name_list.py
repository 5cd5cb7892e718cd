"""Lists of names 名单: a cell or a label's value falls into tokens, the tokens into names (docs/domain.md#parties)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from schemas.errors import Reject
from schemas.fields.memory import remembered
from schemas.fields.names import has_cjk, is_named_person, is_organisation

TokenKind = Literal["separator", "blank", "word"]
# ?? after a semicolon is the gazette's damaged blank (U+2002). A comma belongs to a name: "Intel, Inc."
TOKEN = re.compile(r"(?P<separator>[;；](?:\?\?)?|[、|\n\r])|(?P<blank>[^\S\n\r]+)|(?P<word>[^\s;；、|]+)")
NOBODY = frozenset({"", "无", "-", "--", "—", "——", "/", "*", "null", "None"})


class Token(NamedTuple):
    """A separator, a blank or a word; the texts of all tokens, joined, are the list as written."""

    kind: TokenKind
    text: str


@remembered(16_384)
def split_parties(text: str) -> tuple[str, ...]:
    """The names of a list in order, as written; 无 and — are nobody. Raises party_name_missing for what is not a text.

    Split on ; 、 | and line ends, never on a comma; on blanks only when every word is plainly a name of its own.
    """
    if not isinstance(text, str):
        raise Reject("party_name_missing", f"{text!r:.60} is not a list of names")
    return tuple(name for piece in pieces(tokens(text)) for name in names_of(piece) if name not in NOBODY)


def tokens(text: str) -> Iterator[Token]:
    """The list from left to right; every character belongs to one token."""
    for found in TOKEN.finditer(text):
        yield Token(found.lastgroup, found[0])  # type: ignore[arg-type]  # the groups are named by TokenKind


def pieces(found: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    """Words and blanks between two separators."""
    for is_separator, piece in groupby(found, key=lambda token: token.kind == "separator"):
        if not is_separator:
            yield tuple(piece)


def names_of(piece: tuple[Token, ...]) -> tuple[str, ...]:
    """``株式会社理光 凸版印刷株式会社`` is two names, ``张 某`` and ``Hon Hai Ltd`` are one."""
    words = tuple(token.text for token in piece if token.kind == "word")
    kinds = {kind_of(word) for word in words} if len(words) > 1 else set()
    if "organisation" in kinds and "other" not in kinds:
        return words
    return ("".join(token.text for token in piece).strip(),)


def kind_of(word: str) -> Literal["organisation", "person", "other"]:
    """Whether a word alone is plainly a Chinese organisation's or a person's name."""
    if is_organisation(word) and has_cjk(word):
        return "organisation"
    return "person" if is_named_person(word) else "other"
