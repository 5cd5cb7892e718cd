"""Text → tokens (pure).

Tokens are integers: a bigram or single character of Chinese is its code points, a word of Latin letters and digits is a
hash. Bigrams, because two-character words (质押) are the typical query and dictionaries miss new terms.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from opencc import OpenCC  # type: ignore[import-untyped]

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
CHINESE_CODES = (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x31350))
WORD = re.compile(r"[0-9a-zà-öø-ÿα-ωа-я]+")
CODE_BITS = 21  # of a character
WORD_SPACE = 1 << 62  # words and characters never share a token


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
