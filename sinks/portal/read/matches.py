"""Matches: of a listing with open listings of the other kind and with firms, of an organisation by its listings."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.records.listing import Listing
from sinks.portal import records
from sinks.portal.match.match import Match
from sinks.portal.match.matcher import OPEN, Corpus, Suggestion, of_several, suggestions
from sinks.portal.match.prospects import CANDIDATES, Prospect, prospects
from sinks.portal.match.terms import class_tokens, tokens
from sinks.portal.read import dossiers, listings
from sinks.portal.read.answers import Page
from sinks.portal.read.cursors import cut
from sinks.portal.read.filters import MatchFilter
from sinks.portal.read.stored import as_of
from sinks.portal.secrecy import Reader, kind_of
from sinks.store.database import Snapshot

ORGANISATION = "org"  # the kind in an organisation's id
OF_AN_OWNER = 20  # listings of one organisation that are matched, the newest


def page(db: Snapshot, corpus: Corpus, filter: MatchFilter, reader: Reader) -> Page[Match]:
    """One page of what is asked for. Raises NotFound, Gone, QueryInvalid."""
    found = of_several(_asked(db, filter.id, reader), corpus, lambda ids: listings.by_id(db, ids, reader))
    items, following = cut([each.match for each in found], filter)
    return Page[Match](items=items, next=following, total=len(found), as_of=as_of(db))


def of_listing(db: Snapshot, corpus: Corpus, listing: Listing, reader: Reader) -> tuple[Suggestion, ...]:
    """The matches of a listing with the listings on their other side."""
    return suggestions(listing, corpus, lambda ids: listings.by_id(db, ids, reader))


def firms(db: Snapshot, happened: Corpus, listing: Listing, reader: Reader) -> tuple[Prospect, ...]:
    """The firms whose patents lean to an open supply, by the events that this reader may read."""
    if listing.kind != "supply" or listing.state != OPEN:
        return ()
    weights, ids = happened.alike(tokens(listing) | class_tokens(listing), {}, CANDIDATES)
    return prospects(listing, records.events(db.rows("events_by_id", ids=list(ids)), reader), weights)


def _asked(db: Snapshot, id: str, reader: Reader) -> Sequence[Listing]:
    """The listings whose matches are asked for; a merged one is what it was merged into."""
    if kind_of(id) == ORGANISATION:
        return dossiers.organisation(db, id, as_of(db), reader).listings[:OF_AN_OWNER]
    found = listings.one_listing(db, id, reader)
    return [listings.one_listing(db, found.merged_into, reader) if found.merged_into else found]
