"""Tokens of many documents at once, by arrays: what ``index_tokens`` finds in each of their texts (pure).

All texts are joined into one array of code points. Two Chinese characters side by side are a bigram, so all bigrams of all
documents come of comparing that array with itself moved by one. Words of Latin letters and digits are few; a regular
expression finds them in the joined text.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from sinks.portal.search.text import CHINESE_CODES, CODE_BITS, WORD, simplified, word_token

BETWEEN = "\0"  # texts; PostgreSQL holds none in a text
TITLE, KEYWORDS, NAMES, SUMMARY = range(4)  # the fields of a document
TIERS = ("title", "keywords", "text")
FIELD_BITS, DOCUMENT_BITS = 2, 22  # of a sorted number; its 39 higher bits are a bigram
LARGEST_BATCH = 1 << DOCUMENT_BITS
LAST_WITH_A_FORM = 0x2FA1D  # of all code points, the last that NFKC exchanges for another
Posting = tuple[int, Sequence[int]]  # a token, and the documents that have it
Codes = NDArray[np.uint32]
Numbers = NDArray[np.uint64]


class Texts(NamedTuple):
    """What a document says, by field. Single characters are found in all but the summary."""

    title: str
    keywords: str  # a line each
    names: str
    summary: str


def postings(documents: Sequence[Texts], first: int) -> dict[str, Iterator[Posting]]:
    """By tier (title, keywords, anywhere): which token is in which documents. These are numbered from ``first``."""
    shown = _folded(documents)
    codes = _tables().simplified[_codes(shown)]
    places = np.cumsum(codes == 0, dtype=np.uint64)  # where each character stands: document and field
    chinese, words = _chinese(codes, places), _words(shown, places, first)
    field = chinese & np.uint64((1 << FIELD_BITS) - 1)
    chosen = {"title": chinese[field == TITLE], "keywords": chinese[field == KEYWORDS], "text": chinese}
    return {tier: chain(_grouped(chosen[tier], first), words[tier].items()) for tier in TIERS}


def _folded(documents: Iterable[Texts]) -> str:
    """All texts, each folded, in one.

    Characters of other widths (，（Ａ) stand in nearly every text, and NFKC is 20 times slower where it has work to do: a table
    exchanges all that have one character as their form, which does not change what NFKC makes of the whole.
    """
    joined = BETWEEN.join(text.replace(BETWEEN, " ") for document in documents for text in document)
    narrowed = _tables().compatible[_codes(joined)].tobytes().decode("utf-32-le", "surrogatepass")
    return BETWEEN.join(normalize("NFKC", text) for text in narrowed.split(BETWEEN)).lower()


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _chinese(codes: Codes, places: Numbers) -> Numbers:
    """Bigrams and single characters, each in one number with the place where it stands; sorted."""
    chinese = _tables().chinese[codes]
    pair = chinese[:-1] & chinese[1:]
    in_pair = np.zeros_like(chinese)
    in_pair[:-1] |= pair
    in_pair[1:] |= pair
    single = chinese & ((places % 4 != SUMMARY) | ~in_pair)
    wide = codes.astype(np.uint64)
    tokens = np.concatenate([wide[single], wide[:-1][pair] << np.uint64(CODE_BITS) | wide[1:][pair]])
    found: Numbers = tokens << np.uint64(DOCUMENT_BITS + FIELD_BITS)
    found |= np.concatenate([places[single], places[:-1][pair]])
    found.sort()
    return found


def _words(shown: str, places: Numbers, first: int) -> dict[str, dict[int, list[int]]]:
    """Words of Latin letters and digits."""
    found: dict[str, dict[int, list[int]]] = {tier: defaultdict(list) for tier in TIERS}
    matches = [(match.start(), match[0]) for match in WORD.finditer(shown)]
    where = places[[start for start, _ in matches]].tolist() if matches else []
    for place, (_, word) in zip(where, matches, strict=True):
        document, token = first + (place >> FIELD_BITS), word_token(word)
        found["text"][token].append(document)
        if (field := place % 4) in (TITLE, KEYWORDS):
            found[TIERS[field]][token].append(document)
    return found


def _grouped(found: Numbers, first: int) -> Iterator[Posting]:
    """Each token with its documents."""
    if not len(found):
        return
    keys = found >> np.uint64(FIELD_BITS)
    keys = keys[_starts(keys)]  # a document once, however often it has the token
    tokens = keys >> np.uint64(DOCUMENT_BITS)
    starts = np.flatnonzero(_starts(tokens))
    numbers = (keys & np.uint64(LARGEST_BATCH - 1)) + np.uint64(first)
    documents = memoryview(array("I", numbers.astype(np.uint32).tobytes()))  # roaring reads an array as a whole
    begins, ends = starts.tolist(), [*starts[1:].tolist(), len(keys)]
    for token, begin, end in zip(tokens[starts].tolist(), begins, ends, strict=True):
        yield token, documents[begin:end]


def _starts(values: Numbers) -> NDArray[np.bool_]:
    """Where a sorted array has a value for the first time."""
    return np.concatenate([[True], values[1:] != values[:-1]])


class _Tables(NamedTuple):
    """By code point: its form by NFKC where that is one character, its simplified form, and whether it is Chinese."""

    compatible: Codes
    simplified: Codes
    chinese: NDArray[np.bool_]


@cache
def _tables() -> _Tables:
    codes = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    compatible, simple, chinese = codes.copy(), codes.copy(), np.zeros(len(codes), dtype=np.bool_)
    for code in range(LAST_WITH_A_FORM + 1):
        if len(form := normalize("NFKC", chr(code))) == 1:
            compatible[code] = ord(form)
    for old, new in simplified().items():
        simple[old] = ord(new)
    chinese[list(CHINESE_CODES)] = True
    return _Tables(compatible, simple, chinese)
