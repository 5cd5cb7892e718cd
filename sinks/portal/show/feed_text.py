"""Feed text: a listing, an event, a point → what a feed says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.words import Lang, Term
from sinks.portal.read.feeds import FeedItem
from sinks.portal.show import numbers, words
from sinks.portal.show.event_text import Who, event_text, price
from sinks.portal.show.feeds import Deleted, Entry
from sinks.portal.show.helpers import period_word, question, short_id

TAKEN_DOWN = Term("已移除，请删除副本", "taken down: delete your copy")


def entries(items: Iterable[FeedItem], lang: Lang) -> tuple[Entry, ...]:
    """What the feed has."""
    return tuple(_entry(item, item.record, lang) for item in items if item.record is not None)


def deleted(items: Iterable[FeedItem], lang: Lang) -> tuple[Deleted, ...]:
    """What is gone from it."""
    return tuple(
        Deleted(item.id, item.revision, item.changed_at, item.state, _gone(item.state, lang), item.merged_into)
        for item in items
        if item.record is None
    )


def _gone(state: str, lang: Lang) -> str:
    return TAKEN_DOWN(lang) if state == "taken_down" else words.word("state", state, lang)


def _entry(item: FeedItem, record: Event | Listing | Point, lang: Lang) -> Entry:
    match record:
        case Listing():
            return _of_listing(item, record, lang)
        case Event():
            return _of_event(item, record, lang)
    return _of_point(item, record, lang)


def _of_listing(item: FeedItem, listing: Listing, lang: Lang) -> Entry:
    kind, state = words.word("kind", listing.kind, lang), words.word("state", listing.state, lang)
    area = words.word("area", listing.area, lang) if listing.area else ""
    said = (listing.owner.name if listing.owner else "", area, price(listing.price, lang), state, listing.summary)
    return Entry(
        listing.id,
        listing.revision,
        item.changed_at,
        f"{kind}{_colon(lang)}{listing.title}",
        _lines(said),
        _page(f"/{listing.kind}/{_path(short_id(listing.id))}", lang),
        f"/api/v1/listings/{_path(listing.id)}",
        ((listing.kind, kind), (listing.state, state)),
        listing.synthetic,
    )


def _of_event(item: FeedItem, event: Event, lang: Lang) -> Entry:
    text = event_text(event, lang)
    kind, phase = words.word("kind", event.kind, lang), words.phase_word(event.kind, event.phase, lang)
    givers, takers = _names(text.givers), _names(text.takers)
    who = f"{givers} → {takers}" if takers else givers
    facts = (f"{term}{_colon(lang)}{said}" for term, said in text.facts)
    return Entry(
        event.id,
        event.revision,
        item.changed_at,
        f"{kind}{_colon(lang)}{text.heading or who or event.subject}",
        _lines((f"{phase} {event.occurred_on or ''}".strip(), who, "、".join(text.patents), *facts)),
        _page(f"/event/{event.kind}/{_path(short_id(event.id))}", lang),
        f"/api/v1/events/{event.kind}/{_path(event.id)}",
        ((event.kind, kind), (event.phase, phase)),
        event.synthetic,
    )


def _of_point(item: FeedItem, point: Point, lang: Lang) -> Entry:
    asked = question(point.key)
    name = words.figure_word(asked.pop("indicator"), point.label, lang)
    cell = [words.dimension_word(dimension, value, lang) for dimension, value in point.dimensions.items()]
    value, unit = numbers.thousands(point.value), words.word("unit", point.unit, lang)
    status = words.word("status", point.status, lang)
    query = urlencode(asked)
    return Entry(
        point.key,
        point.revision,
        item.changed_at,
        f"{name} · {' · '.join((*cell, period_word(point.period, lang)))}{_colon(lang)}{value} {unit}",
        _lines((status, point.as_of)),
        _page(f"/statistics/explanation?{urlencode({'indicator': point.indicator})}&{query}", lang),
        f"/api/v1/statistics/{_path(point.indicator)}?{query}",
        ((point.indicator, name), (point.status, status)),
        point.synthetic,
    )


def _names(parties: Iterable[Who]) -> str:
    return "、".join(party.name for party in parties)


def _lines(said: Iterable[str]) -> str:
    return "\n".join(filter(None, said))


def _colon(lang: Lang) -> str:
    return ": " if lang == "en" else "："


def _page(path: str, lang: Lang) -> str:
    return f"/en{path}" if lang == "en" else path


def _path(part: str) -> str:
    return quote(part, safe=":")
