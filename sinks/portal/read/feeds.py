"""Feeds: what changed of a search, a list, a patent, an organisation, a figure, newest first, with what went away.

The order is that of the store, so who reads pages from the first to where it was before has missed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from sinks.portal import records
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read import listings, money
from sinks.portal.read.cursors import read_cursor, write_cursor
from sinks.portal.read.figure_answers import Indicator
from sinks.portal.read.filters import EventFilter, FigureFilter, Paged
from sinks.portal.read.statistics import check_dimensions
from sinks.portal.read.stored import event_asked, instant, need_kind
from sinks.portal.search.facets import LISTING_KINDS
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.index import Index
from sinks.portal.secrecy import Reader, shows_event, shows_kind
from sinks.store.database import Row, Snapshot, json
from sinks.store.figures import PROVINCE
from sinks.store.statements import of_table

BLOCK = 250  # changes that are looked at at once
MOST_BLOCKS = 40  # of one page: whoever follows something rare gets a short page and the address of the next
MOST_TAKEN_DOWN = 200  # told on one page of a patent or an organisation
NEWEST = 2**63 - 1
OVER = ("withdrawn", "merged")
Kept = Event | Listing | Point
Picked = Callable[[list[str]], Mapping[str, Kept]]


@dataclass(frozen=True, kw_only=True)
class NamedFilter(Paged):
    """What concerns one patent or one organisation."""

    name: str


@dataclass(frozen=True)
class FeedItem:
    """One record as it stands since its newest change. ``record`` None: it is gone from this feed, and ``state`` says why."""

    id: str
    revision: int
    changed_at: str  # the hub's commit time
    sequence: int
    record: Kept | None
    state: str = ""  # of what is gone: withdrawn, merged, taken_down, or a state that is not in the search
    merged_into: str | None = None


@dataclass(frozen=True)
class FeedPage:
    """Items, the newest change first, and the cursor of the page of older ones."""

    items: tuple[FeedItem, ...]
    next: str | None
    before: int = 0  # the change before which the next page begins


def of_listings(db: Snapshot, index: Index, filter: ListingFilter, reader: Reader) -> FeedPage:
    """What a search finds. What was found and is not on offer any more is gone, unless its state was asked for."""

    def picked(ids: list[str]) -> Mapping[str, Kept]:
        found = index.among(filter, ids)
        return {each.id: each for each in listings.by_id(db, [id for id in ids if id in found], reader)}

    kinds = [kind for kind in LISTING_KINDS if kind in filter.include.get("kind", LISTING_KINDS)]
    rows = _walked(db, "listing", kinds, filter, reader)
    return _page(filter, _picked(rows, picked, filter.states, filter.limit + 1))


def of_events(db: Snapshot, filter: EventFilter, reader: Reader) -> FeedPage:
    """Events of one kind. Raises KeyNeeded."""
    need_kind(filter.kind, reader)
    asked = event_asked(filter)

    def picked(ids: list[str]) -> Mapping[str, Kept]:
        rows = db.rows("events_among", **{**asked, "ids": ids})
        return {each.id: each for each in records.events(rows, reader)}

    rows = _walked(db, "event", (filter.kind,), filter, reader)
    return _page(filter, _picked(rows, picked, filter.states, filter.limit + 1))


def of_patent(db: Snapshot, filter: NamedFilter, reader: Reader) -> FeedPage:
    """Events and listings of one patent."""
    return _of_name(db, "newest_of_patent", filter, reader)


def of_organisation(db: Snapshot, filter: NamedFilter, reader: Reader) -> FeedPage:
    """Deals and listings of one organisation."""
    return _of_name(db, "newest_of_organisation", filter, reader)


def of_figure(db: Snapshot, indicator: Indicator, filter: FigureFilter, reader: Reader) -> FeedPage:
    """Published points of one figure: totals, or by one further dimension. Raises QueryInvalid for other cuts."""
    check_dimensions(indicator, filter)
    names = sorted({*filter.by, *filter.where} - {"area"})
    wrong = [("as_of", filter.as_of), ("accumulation", filter.accumulation != "period"), ("by", len(names) > 1)]
    if given := [name for name, is_given in wrong if is_given]:
        message = "a feed has published points: of the period alone, as they stand, by one dimension besides the area"
        raise QueryInvalid([FieldError(name=name, message=message) for name in given])
    rows = db.rows(
        "newest_points",
        indicator=filter.indicator,
        names=names,
        held=json(filter.held),
        area=filter.where.get("area") or (None if "area" in filter.by else PROVINCE),
        period=filter.period,
        first=filter.start_period,
        last=filter.end_period,
        before=_before(filter),
        limit=filter.limit + 1,
    )
    points = money.points(db, (records.record(Point, row["value"]) for row in rows), None, reader)
    return _page(filter, ([_item(row, point) for row, point in zip(rows, points, strict=True)], 0))


def _of_name(db: Snapshot, name: str, filter: NamedFilter, reader: Reader) -> FeedPage:
    """A record that was taken down names nobody any more, so each of that time is told; a reader without it passes it over."""
    rows = db.rows(name, name=filter.name, before=_before(filter), limit=filter.limit + 1)
    found = [_item(row, _record(row["value"], reader)) for row in rows if shows_event(row["id"], reader)]
    following = rows[filter.limit - 1]["sequence"] if len(rows) > filter.limit else None
    asked = {"before": _before(filter), "after": following or 0, "limit": MOST_TAKEN_DOWN}
    gone = [
        _item(row, None, "taken_down")
        for table in ("event", "listing")
        for row in db.fetch(of_table("newest_taken_down", table), asked)
        if shows_event(row["id"], reader)
    ]
    items = sorted((*found[: filter.limit], *gone), key=lambda item: -item.sequence)
    return FeedPage(tuple(items), write_cursor(filter, [following]) if following else None, following or 0)


def _record(value: Mapping[str, Any], reader: Reader) -> Kept:
    return records.listing(value, reader) if value["kind"] in LISTING_KINDS else records.event(value, reader)


def _walked(
    db: Snapshot, table: str, kinds: Iterable[str], filter: Paged | ListingFilter, reader: Reader
) -> Iterator[list[Row]]:
    """What stands since its newest change and what was taken down, in blocks, each with the last change looked at."""
    before = _before(filter)
    topics = [f"tongda.{kind}.v1" for kind in kinds if shows_kind(kind, reader)]
    for _ in range(MOST_BLOCKS):
        asked = {"before": before, "limit": BLOCK}
        looked = [
            row for topic in topics for row in db.fetch(of_table("newest_changes", table), {**asked, "topic": topic})
        ]
        rows = sorted(looked, key=lambda row: -row["sequence"])[:BLOCK]
        yield rows
        if len(rows) < BLOCK:
            return
        before = rows[-1]["sequence"]


def _picked(
    blocks: Iterable[list[Row]], picked: Picked, states: Sequence[str], most: int
) -> tuple[list[FeedItem], int]:
    """The items of these blocks, at most so many, and the change before which to go on when there may be more, else 0."""
    found: list[FeedItem] = []
    told: set[str] = set()
    rows: list[Row] = []
    for rows in blocks:
        held = picked([row["id"] for row in rows if row["stands"]])
        for row in rows:
            record = held.get(row["id"]) if row["stands"] else None
            if (record is None and not row["is_gone"]) or row["id"] in told:
                continue
            told.add(row["id"])
            found.append(_item(row, record, "" if record else "taken_down", states))
            if len(found) == most:
                return found, 0
    return found, rows[-1]["sequence"] if len(rows) == BLOCK else 0


def _item(row: Row, record: Kept | None, state: str = "", states: Sequence[str] = ()) -> FeedItem:
    """``states``: those in which a record is part of the feed; none: all but what is withdrawn or merged."""
    merged_into = None
    if isinstance(record, Event | Listing):
        merged_into = record.merged_into
        is_over = record.state not in states if states else record.state in OVER
        state, record = (record.state, None) if is_over else ("", record)
    return FeedItem(
        row["id"], row["revision"], instant(row["recorded_at"]), row["sequence"], record, state, merged_into
    )


def _page(filter: Paged | ListingFilter, found: tuple[list[FeedItem], int]) -> FeedPage:
    """``found``: one item more than a page when there is another, or the change before which to go on looking."""
    items, further = found
    if len(items) > filter.limit:
        items = items[: filter.limit]
        further = items[-1].sequence
    return FeedPage(tuple(items), write_cursor(filter, [further]) if further else None, further)


def _before(filter: Paged | ListingFilter) -> int:
    (before,) = read_cursor(filter, int) or (NEWEST,)
    return int(before)
