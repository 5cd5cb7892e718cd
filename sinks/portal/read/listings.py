"""Listings: one, several, the counts of facets and of states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemas.errors import NotFound
from schemas.records.listing import Listing
from sinks.portal import records
from sinks.portal.read.answers import Counters, Facet, FacetValue
from sinks.portal.read.stored import as_of, instant, one
from sinks.portal.search.facets import FACETS, SHOWN_STATES
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Found
from sinks.portal.secrecy import Reader, shows_kind, shows_listing
from sinks.store.database import Snapshot

IN_SITEMAP = 16_000  # of a part: with patents and owners fewer than 50,000 addresses
FACET_VALUES = 20  # of one facet, besides those that are chosen


class InSitemap(NamedTuple):
    """A listing as a sitemap names it."""

    id: str
    changed_at: str
    patent: str | None
    organisation: str | None


def in_sitemap(db: Snapshot, kind: str, digit: str) -> tuple[InSitemap, ...]:
    """Listings on offer of one kind, whose hash begins with this digit."""
    rows = db.rows("listings_in_sitemap", kind=kind, digit=digit, states=list(SHOWN_STATES), limit=IN_SITEMAP)
    return tuple(
        InSitemap(row["id"], instant(row["recorded_at"]), row["patent_number"], row["organisation"]) for row in rows
    )


def by_id(db: Snapshot, ids: Sequence[str], reader: Reader) -> tuple[Listing, ...]:
    """Listings in the order asked for; those that are not there are left out."""
    rows = db.rows("listings_by_id", ids=list(ids))
    found = {listing.id: listing for listing in records.listings(rows, reader)}
    return tuple(found[id] for id in ids if id in found)


def one_listing(db: Snapshot, id: str, reader: Reader) -> Listing:
    """One listing. Raises NotFound, Gone."""
    if not shows_listing(id, reader):
        raise NotFound(f"nothing is called {id}")
    return records.listing(one(db, "listing", id, db.rows("listings_by_id", ids=[id]))["value"], reader)


def counters(db: Snapshot, reader: Reader) -> Counters:
    """Listings by kind and state, events by kind."""
    listings = [row for row in db.rows("listing_counts") if shows_kind(row["kind"], reader)]
    events = [row for row in db.rows("event_counts") if shows_kind(row["kind"], reader)]
    states: dict[str, dict[str, int]] = {}
    for row in listings:
        states.setdefault(row["kind"], {})[row["state"]] = row["number"]
    return Counters(
        listings=states,
        events={row["kind"]: row["number"] for row in events},
        as_of=as_of(db),
        synthetic=any(row["synthetic"] for row in (*listings, *events)),
    )


def facets(found: Found, filter: ListingFilter) -> tuple[Facet, ...]:
    """The most frequent values of each facet, and whatever is chosen, even where it counts nothing."""
    return tuple(_facet(name, found.facets[name], filter) for name in FACETS)


def _facet(name: str, found: dict[str, int], filter: ListingFilter) -> Facet:
    include, exclude = filter.include.get(name, ()), filter.exclude.get(name, ())
    counts = {**dict.fromkeys((*include, *exclude), 0), **found}
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    chosen = {*include, *exclude}
    shown = [value for place, value in enumerate(ordered) if place < FACET_VALUES or value in chosen]
    values = (
        FacetValue(value=value, count=counts[value], included=value in include, excluded=value in exclude)
        for value in shown
    )
    return Facet(name=name, more=len(ordered) - len(shown), values=tuple(values))
