"""Text → tokens (pure). A query matches what has all its tokens.

Tokens are integers: a bigram or single character of Chinese is its code points, a word of Latin letters and digits is a
hash. Bigrams, because two-character words (质押) are the typical query and dictionaries miss new terms.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC  # type: ignore[import-untyped]

from schemas.errors import Reject
from schemas.fields.patent_number import patent_check, read_patent_number
from schemas.frozen import Frozen

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
CHINESE_CODES = (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x31350))
WORD = re.compile(r"[0-9a-zà-öø-ÿα-ωа-я]+")
TERM = re.compile(r'(?P<minus>[-−－]?)(?:"(?P<quoted>[^"]+)"|“(?P<curled>[^”]+)”|(?P<plain>\S+))')
NUMBER_LIKE = re.compile(r"^(?:zl|cn)?\s*[0-9]{8,13}(?:\.?[0-9x])?$", re.IGNORECASE)
APART = re.compile(r"\b(zl|cn)\s+(?=[0-9])", re.IGNORECASE)  # ZL 2021… is one term
CODE_BITS = 21  # of a character
WORD_SPACE = 1 << 62  # words and characters never share a token


class Hint(Frozen):
    """A notice beside the results: ``wrong_check_digit`` (text = what was typed, expected = 7)."""

    code: str
    text: str
    expected: str = ""


@dataclass(frozen=True)
class Query:
    """What must be there, what must not, and notices for the reader.

    ``is_unsearchable``: something was typed, and nothing of it can be searched for (``!?``): it finds nothing.
    """

    required: frozenset[int] = frozenset()
    excluded: tuple[frozenset[int], ...] = ()
    hints: tuple[Hint, ...] = ()
    is_unsearchable: bool = False


def read_query(text: str) -> Query:
    """``传感器 -装置 "发酵 方法" ZL202110123456.7`` → tokens. A number in any form is one token; a wrong check digit gives
    a notice and is still searched."""
    required: set[int] = set()
    excluded: list[frozenset[int]] = []
    hints: list[Hint] = []
    for match in TERM.finditer(APART.sub(r"\1", text[:200])):
        term = match["quoted"] or match["curled"] or match["plain"]
        number, hint = _number(term)
        tokens = frozenset({word_token(number)}) if number else frozenset(index_tokens(term))
        if hint:
            hints.append(hint)
        if not tokens:
            continue
        if match["minus"]:
            excluded.append(tokens)
        else:
            required |= tokens
    is_unsearchable = bool(text.strip()) and not required and not excluded
    return Query(frozenset(required), tuple(excluded), tuple(hints), is_unsearchable)


def plain(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case, simplified characters."""
    return unicodedata.normalize("NFKC", text).lower().translate(simplified())


def index_tokens(text: str, *, characters: bool = False) -> Iterator[int]:
    """Every bigram of Chinese runs and every word; single characters where a query of one should find them."""
    shown = plain(text)
    for run in CHINESE.findall(shown):
        codes = [ord(character) for character in run]
        if characters or len(codes) == 1:
            yield from codes
        yield from (first << CODE_BITS | second for first, second in zip(codes, codes[1:], strict=False))
    yield from map(word_token, WORD.findall(shown))


def _number(term: str) -> tuple[str | None, Hint | None]:
    """The canonical patent number a term names, and the hint when its check digit is not the right one."""
    if not NUMBER_LIKE.match(unicodedata.normalize("NFKC", term)):
        return None, None
    try:
        return read_patent_number(term).number, None
    except Reject as reject:
        if reject.reason != "patent_number_check_digit":
            return None, None
    body = re.sub(r"\D", "", unicodedata.normalize("NFKC", term).lower().removesuffix("x"))
    body = body[:12] if len(body) >= 12 else body[:8]
    right = patent_check(body)
    return f"{body}.{right}", Hint(code="wrong_check_digit", text=term, expected=right)


@cache
def simplified() -> dict[int, str]:
    """Traditional character → simplified, for single characters; phrases make no difference to bigrams' recall."""
    characters = [character for code in CHINESE_CODES if (character := chr(code))]
    simplified = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new}


@lru_cache(maxsize=1 << 16)
def word_token(word: str) -> int:
    """The token of one word of Latin letters and digits, or of a patent number."""
    return WORD_SPACE | int.from_bytes(hashlib.blake2b(word.lower().encode(), digest_size=7).digest())
