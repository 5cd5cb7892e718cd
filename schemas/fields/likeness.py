"""Likeness of two short Chinese texts: overlap of their bigrams. Finds one demand or activity under two titles."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# tests/streams/pairs.json: no pair of different needs passes 0.47, no doubtful one 0.52.
THRESHOLD = 0.75


@lru_cache(maxsize=16_384)
def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters, without blanks and punctuation."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())
    return frozenset(bare[start : start + 2] for start in range(len(bare) - 1)) or frozenset({bare})


def alike(one: str, other: str, threshold: float = THRESHOLD) -> bool:
    """The texts share at least this part of their bigrams (Jaccard)."""
    mine, theirs = bigrams(one), bigrams(other)
    return len(mine & theirs) >= threshold * len(mine | theirs)
