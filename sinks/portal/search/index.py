"""The search index of one portal process: roaring bitmaps over the listings, disposable, following the store.

Each change of a listing takes a new document number; the old one leaves ``live``. Counts are exact for the rule
"contains all bigrams". Built from one database snapshot, then fed with changes in the order of their numbers.
"""

from __future__ import annotations

import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from sinks.portal.search.alike import Alike, Values, heaviest, rarest, weight
from sinks.portal.search.documents import Document
from sinks.portal.search.facets import FACETS, SHOWN_STATES
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.meanings import Meaning, Way
from sinks.portal.search.organisations import Organisation, Organisations
from sinks.portal.search.postings import TIERS, postings
from sinks.portal.search.query import Hint, Query, read_query
from sinks.portal.search.repair import repaired
from sinks.portal.search.text import index_tokens, word_token

BATCH = 4_000  # documents whose postings are gathered before they become bitmaps
MOST_ANSWERS = 256  # remembered
LEAST_TOKENS = 2  # of a word of which most will do
MOST_BACK = 2_000  # places that are looked at for the page before
NEVER = 99_999_999  # an unknown expiry stands behind every day
PRICELESS = 10**16  # an unknown price stands behind every price (分)
Position = tuple[int, int, str]  # tier, order, id: where a page ended
Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class Found:
    """One page of a search. ``last``: the place after which the next page begins, None when this is the end."""

    ids: tuple[str, ...]
    total: int
    facets: dict[str, dict[str, int]]
    last: Position | None
    query: Query
    hints: tuple[Hint, ...] = ()
    on_offer: int = 0  # of the total


class Index:
    """Thread-safe. ``sequence`` is the newest change it holds.

    ``facets``: those that its documents have. Without that of states all of them are on offer.
    """

    def __init__(self, facets: Sequence[str] = tuple(FACETS)) -> None:
        self.facets = tuple(facets)
        self._lock = threading.Lock()
        self.sequence = 0
        self._live = BitMap()
        self._postings: dict[str, dict[int, BitMap]] = {tier: {} for tier in TIERS}
        self._answers: dict[Any, Found] = {}  # since the last change; the bare list is asked for most, and dearest
        self._batch: list[Document] = []  # has numbers, and is not in the bitmaps yet
        self._facets: dict[str, dict[str, BitMap]] = {name: {} for name in self.facets}
        self._organisations = Organisations()
        self._ids: list[str] = []
        self._documents: dict[str, int] = {}
        self._orders = {name: np.zeros(1024, dtype=np.int64) for name in ORDERS}
        self._posted: NDArray[np.int64] = np.zeros(1024, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def worn(self) -> bool:
        """Most documents are dead: time to build a new index."""
        return len(self._ids) > 4 * len(self._documents) + 100_000

    def apply(self, changes: Iterable[tuple[int, str, Document | None]]) -> None:
        """Changes in the store's order: (sequence, id, what it is found by now, or None when it is gone)."""
        with self._lock:
            self._answers.clear()
            for sequence, id, listing in changes:
                self._remove(id)
                if listing is not None:
                    self._add(listing)
                self.sequence = max(self.sequence, sequence)
                if len(self._batch) == BATCH:
                    self._take_in()
            self._take_in()

    def search(self, filter: ListingFilter, after: Position | None = None) -> Found:
        """One page, the exact total, and exact counts of every facet (each facet ignores its own choice)."""
        asked = (tuple(filter.pairs()), filter.in_any_state, after)
        with self._lock:
            if (found := self._answers.get(asked)) is None:
                if len(self._answers) == MOST_ANSWERS:
                    self._answers.clear()
                found = self._answers[asked] = self._search(filter, after)
        return found

    def _search(self, filter: ListingFilter, after: Position | None) -> Found:
        query = read_query(filter.q, self._organisations.named)
        base, hints = self._matching(query, filter)
        chosen = {name: self._choice(name, filter) for name in self.facets}
        narrowing = {name: choice for name, choice in chosen.items() if choice is not None}
        hits = _all([base, *narrowing.values()])
        counts = {}
        for name in self.facets:
            seen = hits
            if name in narrowing:
                seen = _all([base, *(choice for other, choice in narrowing.items() if other != name)])
            sizes = {value: seen.intersection_cardinality(having) for value, having in self._facets[name].items()}
            counts[name] = {value: size for value, size in sizes.items() if size}
        page = self._page(query, filter, hits, after)
        last = page[filter.limit - 1] if len(page) > filter.limit else None
        ids = tuple(id for _, _, id in page[: filter.limit])
        on_offer = hits.intersection_cardinality(self._offered())
        return Found(ids, len(hits), counts, last, query, (*query.hints, *hints), on_offer)

    def prepare(self) -> None:
        """Do now what the first search would have to do."""
        with self._lock:
            self._organisations.read_out()

    def before(self, filter: ListingFilter, after: Position) -> Position | None:
        """Where the page before the one that begins after this place begins: after the place given back; None: it is the
        first, or it lies further in than is looked."""
        with self._lock:
            query = read_query(filter.q, self._organisations.named)
            base, _ = self._matching(query, filter)
            hits = _all([base, *(each for name in self.facets if (each := self._choice(name, filter)) is not None)])
            places = self._page(query, replace(filter, limit=MOST_BACK), hits, None)
        begin = places.index(after) - filter.limit if after in places else 0
        return places[begin] if begin >= 0 and after in places else None

    def among(self, filter: ListingFilter, ids: Iterable[str]) -> frozenset[str]:
        """Those of these documents that the search finds, in whatever state they are."""
        with self._lock:
            query = read_query(filter.q, self._organisations.named)
            base, _ = self._matching(query, filter)
            choices = (self._choice(name, filter) for name in self.facets if name != "state")
            hits = _all([base, *(choice for choice in choices if choice is not None)])
            numbers = {id: self._documents[id] for id in ids if id in self._documents}
        return frozenset(id for id, number in numbers.items() if number in hits)

    def coded(self, code: str) -> tuple[str, ...]:
        """The documents with this code."""
        with self._lock:
            found = self._live & self._having("text", [word_token(code)])
            return tuple(self._ids[document] for document in found)

    def alike(self, tokens: Iterable[int], among: Values, most: int) -> Alike:
        """The documents with these values that share the rarest of the tokens; nothing depends on when they came."""
        with self._lock:
            having = {token: self._postings["text"].get(token, BitMap()) for token in tokens}
            sizes = {token: self._live.intersection_cardinality(found) for token, found in having.items()}
            weights = {token: weight(len(self._live), size) for token, size in sizes.items()}
            eligible = _all([self._live, *(self._valued(name, values) for name, values in among.items())])
            rare = {token: having[token] & eligible for token in rarest(sizes, weights)}
            return Alike(weights, heaviest(rare, weights, self._ids.__getitem__, most))

    def organisations(self, text: str, most: int) -> tuple[Organisation, ...]:
        """Those that somebody may mean who types this."""
        with self._lock:
            return self._organisations.containing(text, most)

    def _matching(self, query: Query, filter: ListingFilter) -> tuple[BitMap, tuple[Hint, ...]]:
        """Documents with the words of the query and the day of the filter, before any facet; what was done to find them."""
        if query.is_unsearchable:
            return BitMap(), ()
        found, hints = self._understood(query)
        for tokens in query.excluded:
            found = found - self._having("text", tokens)
        if filter.since:
            documents = _numbers(found)
            late = documents[self._posted[documents] >= int(filter.since.replace("-", ""))]
            found = BitMap(array("I", late.tobytes()))
        return found, hints

    def _understood(self, query: Query) -> tuple[BitMap, tuple[Hint, ...]]:
        """What has every word; else every word or its parts; else most of the words, which a notice tells."""
        if not query.meanings:
            return self._live, ()
        for ways in ([each.ways for each in query.meanings], [each.ways + each.split for each in query.meanings]):
            if found := self._live & _all([self._any_way(each) for each in ways]):
                return found, ()
        typed = " ".join(each.text for each in query.meanings)
        better = " ".join(self._repaired(each) for each in query.meanings)
        hints = [Hint(code="did_you_mean", text=typed, expected=better)] if better != typed else []
        if near := self._near(query.meanings):
            return near, (*hints, Hint(code="near", text=typed))
        meant = read_query(better, self._organisations.named).meanings if hints else ()
        return (self._live & _all([self._any_way(each.ways) for each in meant]) if meant else BitMap()), tuple(hints)

    def _any_way(self, ways: Sequence[Way], tier: str = "text") -> BitMap:
        return BitMap.union(*(self._this_way(way, tier) for way in ways)) if ways else BitMap()

    def _this_way(self, way: Way, tier: str) -> BitMap:
        having = [self._facets.get(name, {}).get(value, BitMap()) for name, value in way.values]
        if way.tokens:
            having.append(self._having("text" if way.is_exact else tier, way.tokens))
        return _all(having)

    def _near(self, meanings: Sequence[Meaning]) -> BitMap:
        """What has the most of the words' tokens, at least half of them. Words that nothing has at all are passed over."""
        found: list[BitMap] = []
        for each in meanings:
            whole = self._live & self._any_way(each.ways + each.split)
            if part := whole or self._most_of(each.ways[0].tokens):
                found.append(part)
        return _all(found)

    def _most_of(self, tokens: Iterable[int]) -> BitMap:
        """The documents with the most of these tokens, if that is at least half of them and two."""
        having = [self._live & self._postings["text"].get(token, BitMap()) for token in tokens]
        if len(having) < LEAST_TOKENS:
            return BitMap()
        counts = np.bincount(np.concatenate([_numbers(each) for each in having]), minlength=1)
        most = int(counts.max())
        best = np.flatnonzero(counts == most) if most >= max(2, (len(having) + 1) // 2) else np.empty(0, dtype=np.int64)
        return BitMap(array("I", best.astype(np.uint32).tobytes()))

    def _repaired(self, meaning: Meaning) -> str:
        """The word itself where something has it, or nothing is near; else the nearest one that something has."""
        if self._live & self._any_way(meaning.ways + meaning.split):
            return meaning.text
        return repaired(meaning.text, self._postings["text"], self._having_word) or meaning.text

    def _having_word(self, text: str) -> int:
        return len(self._live & self._having("text", index_tokens(text)))

    def _offered(self) -> BitMap:
        if "state" not in self._facets:
            return self._live
        return self._valued("state", SHOWN_STATES)

    def _choice(self, name: str, filter: ListingFilter) -> BitMap | None:
        """What one facet lets through; None when nothing is chosen in it."""
        include, exclude = filter.include.get(name, ()), filter.exclude.get(name, ())
        if name == "state" and not include:
            include = filter.states
        if not include and not exclude:
            return None
        found = self._valued(name, include) if include else self._live
        return found - self._valued(name, exclude) if exclude else found

    def _valued(self, name: str, values: Iterable[str]) -> BitMap:
        """The documents with any of these values of a facet."""
        return BitMap.union(*(self._facets[name].get(value, BitMap()) for value in values))

    def _page(self, query: Query, filter: ListingFilter, hits: BitMap, after: Position | None) -> list[Position]:
        """One more than a page, best first: on offer before over, title before keywords before text; the order; the id."""
        offered = self._offered()
        both = [hits & offered, hits - offered]
        tiers = [tier for half in both for tier in (self._tiers(query, half) if filter.sort == "relevance" else [half])]
        page: list[Position] = []
        for tier, documents in enumerate(tiers):
            if len(page) > filter.limit or (after is not None and tier < after[0]) or not documents:
                continue
            start = after if after is not None and tier == after[0] else None
            page += self._best(tier, documents, self._orders[filter.sort], filter.limit + 1 - len(page), start)
        return page

    def _tiers(self, query: Query, hits: BitMap) -> list[BitMap]:
        if not query.meanings:
            return [hits]
        title, keywords = (
            _all([hits, *(self._any_way(each.ways, tier) for each in query.meanings)]) for tier in ("title", "keywords")
        )
        return [title, keywords - title, hits - title - keywords]

    def _having(self, tier: str, tokens: Iterable[int]) -> BitMap:
        postings = self._postings[tier]
        return _all([postings.get(token, BitMap()) for token in tokens])

    def _best(
        self, tier: int, hits: BitMap, order: NDArray[np.int64], wanted: int, after: Position | None
    ) -> list[Position]:
        """The highest of ``order``, equal ones by id; all of the last value are looked at, so that no tie is cut."""
        documents = _numbers(hits)
        values = order[documents]
        if after is not None:
            keep = values <= after[1]
            documents, values = documents[keep], values[keep]
        # Ties of the cursor's own value that came before it may fill the cut: look past all of them.
        passed = int(np.count_nonzero(values == after[1])) if after is not None else 0
        if (cut := wanted + passed) < len(values):
            least = np.partition(values, len(values) - cut)[len(values) - cut]
            keep = values >= least
            documents, values = documents[keep], values[keep]
        places = [(tier, int(value), self._ids[document]) for document, value in zip(documents, values, strict=True)]
        if after is not None:
            places = [place for place in places if place[1] < after[1] or place[2] < after[2]]
        return sorted(places, key=lambda place: (place[1], place[2]), reverse=True)[:wanted]

    def _remove(self, id: str) -> None:
        document = self._documents.pop(id, None)
        if document is not None:
            self._live.discard(document)

    def _add(self, listing: Document) -> None:
        document = len(self._ids)
        self._ids.append(listing.id)
        self._documents[listing.id] = document
        self._live.add(document)
        self._batch.append(listing)

    def _take_in(self) -> None:
        """Make the waiting documents findable, all at once: so each bitmap is touched once for many of them."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        first = len(self._ids) - len(batch)
        for tier, found in postings([listing.texts for listing in batch], first).items():
            _join(self._postings[tier], found)
        numbers: dict[int, list[int]] = defaultdict(list)
        facets: dict[str, dict[str, list[int]]] = {name: defaultdict(list) for name in self.facets}
        for document, listing in enumerate(batch, first):
            for code in listing.codes:
                numbers[word_token(code)].append(document)
            for owner in listing.owners:
                self._organisations.put(owner.organisation_id or "", owner.name, owner.credit_code)
            for name, values in listing.facets.items():
                for value in values:
                    facets[name][value].append(document)
        _join(self._postings["text"], numbers.items())
        for name, having in facets.items():
            _join(self._facets[name], having.items())
        while len(self._ids) > len(self._posted):
            self._posted = np.concatenate([self._posted, np.zeros_like(self._posted)])
            self._orders = {name: np.concatenate([order, np.zeros_like(order)]) for name, order in self._orders.items()}
        self._posted[first : len(self._ids)] = [listing.posted for listing in batch]
        for name, order in self._orders.items():
            order[first : len(self._ids)] = [ORDERS[name](listing) for listing in batch]


# What each sort puts first: complete and new; new; cheap; soon over.
ORDERS: Mapping[str, Callable[[Document], int]] = MappingProxyType(
    {
        "relevance": lambda listing: (100_000_000 if listing.complete else 0) + listing.posted,
        "newest": lambda listing: listing.posted,
        "price": lambda listing: -(listing.price if listing.price is not None else PRICELESS),
        "expiry": lambda listing: -(listing.expiry or NEVER),
    }
)


def _join(known: dict[Key, BitMap], found: Iterable[tuple[Key, Sequence[int]]]) -> None:
    """Add documents to the bitmaps of what they have."""
    for key, documents in found:
        if (having := known.get(key)) is None:
            known[key] = BitMap(documents)
        else:
            having.update(documents)


def _numbers(documents: BitMap) -> NDArray[np.uint32]:
    return np.array(documents.to_array(), dtype=np.uint32)


def _all(sets: list[Any]) -> BitMap:
    return BitMap.intersection(*sets) if sets else BitMap()
