"""Alike 相近: which documents share the rarest words with a text, and how rare each word is (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pyroaring import BitMap

RAREST = 32  # tokens of a text by which others are looked for
WIDEST = 2_000  # documents with a token; one that more have tells nothing and costs much
FLOOR = 300  # thousandths: what is no rarer than this has no weight
Values = Mapping[str, Sequence[str]]  # facet → any of these


class Alike(NamedTuple):
    """``weights``: of each token that was asked for, in thousandths. ``ids``: the documents, those with the heaviest first."""

    weights: Mapping[int, int]
    ids: tuple[str, ...]


def weight(documents: int, having: int) -> int:
    """How rare a token is: 0 of one that many documents have, nearly 700 of one that a single one of many has.

    The logarithm of the inverse frequency as a part of the largest that a corpus of this size has, above ``FLOOR``: so a
    limit on a sum of weights means the same among a thousand listings and among a million. Whole numbers: their sum is the
    same in any order.
    """
    rarity = 1 - math.log(having + 0.5) / math.log(documents + 1) if documents else 0.0
    return max(0, round(1000 * rarity) - FLOOR)


def rarest(frequencies: Mapping[int, int], weights: Mapping[int, int]) -> list[int]:
    """The tokens by which others are looked for: so their lists are bounded, in number and in length."""
    telling = [token for token, having in frequencies.items() if weights[token] and 0 < having <= WIDEST]
    return sorted(telling, key=lambda token: (frequencies[token], token))[:RAREST]


def heaviest(
    having: Mapping[int, BitMap], weights: Mapping[int, int], id_of: Callable[[int], str], most: int
) -> tuple[str, ...]:
    """The documents whose tokens weigh most, equal ones by id: their numbers depend on when they came, and decide nothing."""
    lists = [np.array(documents.to_array(), dtype=np.int64) for documents in having.values()]
    if not lists:
        return ()
    each = np.concatenate([np.full(len(found), weights[token]) for token, found in zip(having, lists, strict=True)])
    documents, places = np.unique(np.concatenate(lists), return_inverse=True)
    sums = np.bincount(places, weights=each)
    if len(sums) > most:
        keep = sums >= np.partition(sums, len(sums) - most)[len(sums) - most]
        documents, sums = documents[keep], sums[keep]
    found = sorted((-total, id_of(document)) for total, document in zip(sums.tolist(), documents.tolist(), strict=True))
    return tuple(id for _, id in found[:most])
