"""Repair 纠错: the word that somebody may have meant, from what texts have: one character exchanged, as it sounds first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from pypinyin import lazy_pinyin

from sinks.portal.search.text import CHINESE, CODE_BITS, plain

LONGEST = 12  # characters of a word that is repaired
LEAST_UNLIKE = 4  # characters of a word whose repair may sound otherwise
MOST_TRIED = 200
LAST = (1 << CODE_BITS) - 1
PAIRS = 1 << 2 * CODE_BITS  # every bigram is less


def repaired(word: str, known: Iterable[int], found: Callable[[str], int]) -> str:
    """The best word with one character exchanged; empty when none is found anywhere.

    ``known``: the tokens that texts have. ``found``: how many documents have a word.
    """
    shown = plain(word)
    if not CHINESE.fullmatch(shown) or not 2 <= len(shown) <= LONGEST:
        return ""
    after, before = _neighbours(shown, known)
    tried = sorted(set(_candidates(shown, after, before)), key=lambda text: (not sounds_alike(text, shown), text))
    hits = [(sounds_alike(text, shown), found(text), text) for text in tried[:MOST_TRIED]]
    best = max((hit for hit in hits if hit[1]), default=None)
    return best[2] if best else ""


def _neighbours(shown: str, known: Iterable[int]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Which characters stand after each of the word's characters, and which before."""
    wanted = {ord(character) for character in shown}
    after: dict[str, set[str]] = {character: set() for character in shown}
    before: dict[str, set[str]] = {character: set() for character in shown}
    for token in known:
        if not LAST < token < PAIRS:
            continue
        first, second = token >> CODE_BITS, token & LAST
        if first in wanted:
            after[chr(first)].add(chr(second))
        if second in wanted:
            before[chr(second)].add(chr(first))
    return after, before


def _candidates(shown: str, after: dict[str, set[str]], before: dict[str, set[str]]) -> Iterator[str]:
    for place in range(len(shown)):
        left = after[shown[place - 1]] if place else None
        right = before[shown[place + 1]] if place + 1 < len(shown) else None
        fitting = left & right if left is not None and right is not None else left or right or set()
        for character in fitting:
            text = shown[:place] + character + shown[place + 1 :]
            inside = left is not None and right is not None and len(shown) >= LEAST_UNLIKE
            if inside or sounds_alike(text, shown):
                yield text


@lru_cache(maxsize=4096)
def sounds_alike(one: str, other: str) -> bool:
    """The same pinyin, without tones."""
    return bool(lazy_pinyin(one) == lazy_pinyin(other))
