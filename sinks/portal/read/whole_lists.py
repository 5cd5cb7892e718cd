"""Whole lists: everything that a question finds, at one moment of the store, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemas.records.event import Event
from schemas.records.listing import Listing
from sinks.portal import records
from sinks.portal.read import listings
from sinks.portal.read.filters import EventFilter
from sinks.portal.read.stored import event_asked, need_kind
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Index
from sinks.portal.secrecy import Reader
from sinks.store.database import Database

PAGE = 500


def all_events(database: Database, filter: EventFilter, reader: Reader) -> Iterator[Event]:
    """In the order of the list. Raises KeyNeeded, Unreachable with the first."""
    need_kind(filter.kind, reader)
    with database.moment() as db:
        occurred, id = None, None
        while rows := db.rows("events_page", **event_asked(filter), occurred=occurred, id=id, limit=PAGE):
            yield from records.events(rows, reader)
            occurred, id = rows[-1]["occurred"], rows[-1]["id"]


def all_listings(database: Database, index: Index, filter: ListingFilter, reader: Reader) -> Iterator[Listing]:
    """In the order of the search; the index may be some changes ahead of the moment, never behind what it finds."""
    filter, after = replace(filter, limit=PAGE, cursor=None), None
    with database.moment() as db:
        while True:
            found = index.search(filter, after)
            yield from listings.by_id(db, found.ids, reader)
            if found.last is None:
                return
            after = found.last
