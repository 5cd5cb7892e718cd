"""Measures of matching: needs and offers written for this, each need with the offers that answer it and such that only seem to.

They stand among the listings of the sample province, so that rare words are rare and there is much to be wrong with; whatever was
not judged counts as wrong. Points were set on the needs of even places; those of odd places are held back, and printed apart. The
baseline is what pages did before: an offer of the same industry, the newest first.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.fields.industry import industries_of
from schemas.fields.price import NO_PRICE
from schemas.records.listing import Listing
from sinks.portal.match.matcher import suggestions
from sinks.portal.search.documents import document
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Index
from tests.measures.measure import Measure
from tests.measures.searching import world

FIRST = 5
FOLDER = Path(__file__).parent
DEMANDS, SUPPLIES = FOLDER / "judged_demands.csv", FOLDER / "judged_supplies.csv"
SEEN_AT = "2025-06-01T08:00:00+08:00"


class Need(NamedTuple):
    """A need with its judgements, by the ids of offers. ``is_held``: no points were set by it."""

    listing: Listing
    answers: frozenset[str]
    near: frozenset[str]  # same words or same industry, and no answer
    is_held: bool


class Judged(NamedTuple):
    """The needs, and all listings among which they are matched."""

    needs: tuple[Need, ...]
    listings: dict[str, Listing]
    index: Index


class Quality(NamedTuple):
    """Of some needs. ``rank``: the mean of 1 / place of the first answer, 0 where none is found."""

    rank: float
    precision: Measure
    recall: Measure


@cache
def judged() -> Judged:
    needs = tuple(
        Need(
            _listing("demand", row["id"], row["title"], row["problem"], "", (row["industries"],)),
            frozenset(f"supply:{id}" for id in row["answers"].split()),
            frozenset(f"supply:{id}" for id in row["near"].split()),
            is_held=number % 2 == 1,
        )
        for number, row in enumerate(_rows(DEMANDS))
    )
    offers = [_listing("supply", row["id"], row["title"], row["summary"], row["ipc"]) for row in _rows(SUPPLIES)]
    listings = {each.id: each for each in (*(need.listing for need in needs), *offers, *world().listings.values())}
    index = Index()
    index.apply((number, each.id, document(each)) for number, each in enumerate(listings.values(), 1))
    return Judged(needs, listings, index)


def matching() -> tuple[Measure, ...]:
    """Of the first five that a need is offered, how many answer it, and of what answers it how much is among them."""
    found = []
    for name, is_held in (("matching", None), ("matching_held", True)):
        quality = measured(name, is_held=is_held)
        rank = Measure(f"{name}_mrr_thousandths", value=round(1000 * quality.rank), of=1000)
        found += [rank, quality.precision, quality.recall]
    return tuple(found)


def measured(name: str, *, is_held: bool | None = None, by_industry: bool = False) -> Quality:
    """Of all needs, or of those that are held back or not; by the matcher, or by the baseline."""
    precision, recall = Measure(f"{name}_precision_at_{FIRST}"), Measure(f"{name}_recall_at_{FIRST}")
    ranks = []
    for need in judged().needs:
        if is_held is not None and need.is_held != is_held:
            continue
        ids = same_industry(need.listing) if by_industry else matched(need.listing)
        first = next((place for place, id in enumerate(ids, 1) if id in need.answers), None)
        if need.answers:
            ranks.append(1 / first if first else 0.0)
        for id in ids[:FIRST]:
            precision.hit() if id in need.answers else precision.miss("no answer", need.listing.title)
        got = len(need.answers & set(ids[:FIRST]))
        for place in range(min(len(need.answers), FIRST)):
            recall.hit() if place < got else recall.miss("not found", need.listing.title)
    return Quality(sum(ranks) / len(ranks), precision, recall)


def matched(listing: Listing) -> tuple[str, ...]:
    """The offers that a need is matched with, the best first."""
    place = judged()
    found = suggestions(listing, place.index, lambda ids: [place.listings[id] for id in ids])
    return tuple(each.listing.id for each in found)


def same_industry(listing: Listing) -> tuple[str, ...]:
    asked = ListingFilter(include={"kind": ("supply",), "industry": listing.industries}, limit=200)
    return judged().index.search(asked).ids


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _listing(
    kind: str, name: str, title: str, summary: str, classes: str, industries: tuple[str, ...] | None = None
) -> Listing:
    ipc = tuple(classes.split())
    return Listing(
        id=f"{kind}:{name}",
        kind="demand" if kind == "demand" else "supply",
        subject=f"{kind}:{name}",
        revision=1,
        state="open",
        state_reason="",
        title=title,
        summary=summary,
        keywords=(),
        applications=(),
        industries=industries_of(ipc) if industries is None else industries,
        industries_derived=industries is None,
        ipc=ipc,
        posted_on=SEEN_AT[:10],
        last_seen_at=SEEN_AT,
        legal_status="unknown",
        encumbrances=(),
        open_licence=False,
        deal_forms=(),
        price=NO_PRICE,
        stage="unknown",
        evaluations=0,
        missing=(),
        sources=(),
        disagreements=(),
        received_at=SEEN_AT,
        synthetic=True,
    )
