"""Terms: the words and classes by which a listing is compared, and the phrases that two listings share (pure)."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.records.listing import Listing
from sinks.portal.search.meanings import symbol_codes
from sinks.portal.search.text import CHINESE, CODE_BITS, WORD, index_tokens, plain, word_token

MOST_PHRASES = 6
OF_A_KIND = "一种"  # with which every title of a patent begins
SHORTEST_WORD = 2  # letters and digits: a single one tells nothing


def texts(listing: Listing) -> tuple[str, ...]:
    """What it says of the technology, each folded for comparison."""
    return tuple(map(plain, (listing.title, *listing.keywords, *listing.applications, listing.summary)))


def tokens(listing: Listing) -> frozenset[int]:
    """Pairs of characters, and words of letters and digits."""
    return frozenset(token for text in texts(listing) for token in index_tokens(text) if token >= 1 << CODE_BITS)


def class_tokens(listing: Listing) -> frozenset[int]:
    """Its classes at each depth, as the index has them."""
    return frozenset(map(word_token, symbol_codes(listing.ipc)))


def phrases(demand: Listing, supply: Listing, weights: Mapping[int, int]) -> tuple[str, ...]:
    """The longest runs of the need's text that the offer has too, those that weigh most first.

    A run counts with the tokens in it that no phrase before it has.
    """
    offered = "\n".join(texts(supply))
    found = {run: _weight(run, weights) for text in texts(demand) for run in _runs(text, offered)}
    ordered = sorted((run for run, total in found.items() if total), key=lambda run: (-found[run], run))
    kept: list[str] = []
    for run in ordered:
        if not any(run in other for other in kept):
            kept.append(run)
    return tuple(kept[:MOST_PHRASES])


def _weight(run: str, weights: Mapping[int, int]) -> int:
    return sum(weights.get(token, 0) for token in set(index_tokens(run)))


def _runs(text: str, offered: str) -> list[str]:
    """Maximal runs of Chinese characters that are in both, and words of letters and digits that are."""
    runs = []
    for chinese in CHINESE.findall(text.removeprefix(OF_A_KIND)):
        start = 0
        while start < len(chinese) - 1:
            end = start + 2
            if chinese[start:end] not in offered:
                start += 1
                continue
            while end < len(chinese) and chinese[start : end + 1] in offered:
                end += 1
            runs.append(chinese[start:end])
            start = end - 1
    words = set(WORD.findall(offered))
    return [*runs, *(word for word in WORD.findall(text) if len(word) >= SHORTEST_WORD and word in words)]
