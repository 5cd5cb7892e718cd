"""Matcher 匹配: the open offers that fit a need, the open needs that an offer fits. A pure function of the listings at hand.

Candidates share the rarest words or classes of the listing (``search.alike``): at most ``CANDIDATES`` of them, whatever the size
of the corpus. These are read whole and judged by their reasons. Nothing is kept between two questions, so matches follow each
change of a listing at once, and the order and the batches in which listings came decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from schemas.records.listing import Listing
from sinks.portal.match.match import Match
from sinks.portal.match.reasons import match
from sinks.portal.match.terms import class_tokens, tokens
from sinks.portal.search.alike import Alike, Values

CANDIDATES = 48  # are read and judged
MOST = 20  # matches of one listing
OPEN = "open"  # the only state in which a listing is matched
COUNTERPART: Mapping[str, str] = {"demand": "supply", "supply": "demand"}
Reading = Callable[[Sequence[str]], Iterable[Listing]]  # ids → the listings that are still there


class Corpus(Protocol):
    """The index of the listings at hand."""

    def alike(self, tokens: Iterable[int], among: Values, most: int) -> Alike: ...


class Suggestion(NamedTuple):
    """A match, and the listing on its other side."""

    match: Match
    listing: Listing


def suggestions(listing: Listing, corpus: Corpus, read: Reading) -> tuple[Suggestion, ...]:
    """What fits this listing, the best first; nothing while it is not open."""
    if listing.state != OPEN or listing.kind not in COUNTERPART:
        return ()
    among = {"kind": (COUNTERPART[listing.kind],), "state": (OPEN,)}
    weights, ids = corpus.alike(tokens(listing) | class_tokens(listing), among, CANDIDATES)
    found = []
    for other in read(ids):
        demand, supply = (listing, other) if listing.kind == "demand" else (other, listing)
        fitting = match(demand, supply, weights) if other.state == OPEN else None
        if fitting is not None:
            found.append(Suggestion(fitting, other))
    return tuple(sorted(found, key=_best_first)[:MOST])


def of_several(listings: Iterable[Listing], corpus: Corpus, read: Reading) -> tuple[Suggestion, ...]:
    """What fits any of these listings, each pair once."""
    found = {
        (each.match.demand_id, each.match.supply_id): each
        for listing in listings
        for each in suggestions(listing, corpus, read)
    }
    return tuple(sorted(found.values(), key=_best_first))


def _best_first(suggestion: Suggestion) -> tuple[int, str, str]:
    found = suggestion.match
    return (-found.score, found.demand_id, found.supply_id)
