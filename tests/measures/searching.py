"""Measures of search: judged queries over a small sample province, each with the rule that says what answers it.

A rule is read by the facts of a listing alone and knows nothing of the index: ``area=4301&has=清洗`` (all of them),
``has=机械手|has=机械臂`` (any of them). Precision at 10 and recall at 10 are of the first ten results; of a query that asks for a
patent or an organisation, whether it is among the few that are shown beside the listings.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from msgspec import convert

from schemas.kinds import BY_NAME
from schemas.records.event import EVENTS, Event
from schemas.records.listing import Listing
from sinks.portal.read.besides import LOOKED_AT, ORGANISATIONS
from sinks.portal.search import events
from sinks.portal.search.documents import document
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Index
from tests.measures.measure import Measure

FIRST = 10
FILE = Path(__file__).parent / "judged_queries.csv"
PROVINCE = FILE.with_name("judged_province.json.gz")  # a world of 250 patents, kept: what is judged must not move
SAMPLE = re.compile(r"[（(]样例[)）]|等\d件专利")


class Judged(NamedTuple):
    """A query and what answers it."""

    family: str
    q: str
    relevant: str


class World(NamedTuple):
    """The sample province as a portal has it."""

    listings: dict[str, Listing]
    events: dict[str, Event]
    index: Index
    happened: Index


def queries() -> list[Judged]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [Judged(row["family"], row["q"], row["relevant"]) for row in csv.DictReader(lines)]


@cache
def world() -> World:
    said = json.loads(gzip.decompress(PROVINCE.read_bytes()))
    listings = [convert(value, Listing) for value in said if BY_NAME[value["kind"]].is_listing]
    happened = [convert(value, EVENTS[value["kind"]]) for value in said if not BY_NAME[value["kind"]].is_listing]
    index, other = Index(), Index(events.FACETS)
    index.apply((number, each.id, document(each)) for number, each in enumerate(listings, 1))
    other.apply((number, each.id, events.document(each)) for number, each in enumerate(happened, 1))
    return World({each.id: each for each in listings}, {each.id: each for each in happened}, index, other)


def searching() -> tuple[Measure, Measure]:
    """Of what answers a query, how much is among the first ten; of the first ten, how many answer it."""
    recall, precision = Measure("search_recall_at_10"), Measure("search_precision_at_10")
    for judged in queries():
        good, found, most = answered(judged)
        for measure, all_of in ((recall, min(most, FIRST)), (precision, found)):
            for place in range(all_of):
                measure.hit() if place < good else measure.miss(judged.family, judged.q)
    return recall, precision


def answered(judged: Judged) -> tuple[int, int, int]:
    """How many of the first results answer the query, how many results are looked at, how many answers there are."""
    kind, _, name = judged.relevant.partition("=")
    place = world()
    if kind == "organisation":
        both = [one for each in (place.index, place.happened) for one in each.organisations(judged.q, ORGANISATIONS)]
        return int(any(name in one.names for one in both)), 1, 1
    if kind == "patent":
        found = place.happened.search(ListingFilter(q=judged.q, limit=LOOKED_AT)).ids
        return int(any(name in getattr(place.events[id].statement, "patents", ()) for id in found)), 1, 1
    ids = place.index.search(ListingFilter(q=judged.q, limit=FIRST, in_any_state=True)).ids
    relevant = {id for id, listing in place.listings.items() if answers(listing, judged.relevant)}
    return len(relevant & set(ids)), len(ids), len(relevant)


def answers(listing: Listing, rule: str) -> bool:
    """Whether a listing answers what this rule says."""
    return listing.state != "merged" and any(
        all(_holds(listing, each) for each in part.split("&")) for part in rule.split("|")
    )


def _holds(listing: Listing, condition: str) -> bool:
    name, _, value = condition.partition("=")
    match name:
        case "has":
            return _has(listing, value)
        case "not":
            return not _has(listing, value)
        case "title":
            return SAMPLE.sub("", listing.title) == SAMPLE.sub("", value)
        case "owner":
            return listing.owner is not None and listing.owner.name == value
        case "owner_type":
            return listing.owner is not None and listing.owner.party_type == value
        case "number":
            return listing.patent_number == value
        case "area":
            return (listing.area or "").startswith(value)
        case "ipc":
            return any(_lies_in(code, value) for code in listing.ipc)
        case "price":
            return listing.price.basis == value
        case "open_licence":
            return listing.open_licence or "open_licence" in listing.deal_forms
        case "deal_form":
            return value in listing.deal_forms
        case "industry":
            return value in listing.industries
        case "encumbrance":
            return value in {each.type for each in listing.encumbrances}
        case "kind" | "state" | "right_type":
            return bool(getattr(listing, name) == value)
        case "nothing":
            return False
    raise ValueError(f"no condition is named {name}")


def _has(listing: Listing, words: str) -> bool:
    said: Iterable[str] = (listing.title, listing.summary, *listing.keywords, *listing.applications)
    return any(words in text for text in said)


def _lies_in(code: str, symbol: str) -> bool:
    """B65B55 is in B65B55/08 and not in B65B550/00."""
    rest = code.removeprefix(symbol)
    return code.startswith(symbol) and (len(symbol) < 5 or "/" in symbol or rest[:1] in ("", "/"))
