"""Deals 一笔交易: events of several patents that one registration, recordal or contract holds, as one row of a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.records.event import Event
from sinks.portal import records
from sinks.portal.search.events import deal_code
from sinks.portal.search.index import Index
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot


@dataclass(frozen=True)
class Deal:
    """``event``: the one that a list has first. ``phases``: how many of its patents are in which phase, the most first."""

    event: Event
    patents: tuple[str, ...]
    phases: tuple[tuple[str, int], ...]


def deals(
    db: Snapshot, index: Index, events: Iterable[Event], reader: Reader, *, whole: bool = True
) -> tuple[Deal, ...]:
    """The deals of a page of events: an event whose deal has an earlier row, on this page or one before, has none itself.

    ``whole``: the list has all events of its kind. Otherwise a deal has its row at the first of its events that the page shows.
    """
    page = tuple(events)
    codes = {event.id: code for event in page if (code := deal_code(event))}
    members = {code: index.coded(code) for code in dict.fromkeys(codes.values())}
    ids = sorted({id for found in members.values() for id in found} - {event.id for event in page})
    known = {event.id: event for event in page}
    known |= {event.id: event for event in records.events(db.rows("events_by_id", ids=ids) if ids else [], reader)}
    listed = known if whole else {event.id: event for event in page}
    found = (_deal(event, members.get(codes.get(event.id, ""), ()), known, listed) for event in page)
    return tuple(deal for deal in found if deal)


def _deal(event: Event, ids: Iterable[str], known: Mapping[str, Event], listed: Mapping[str, Event]) -> Deal | None:
    together = [known[id] for id in ids if id in known] or [event]
    if max((each for each in together if each.id in listed), key=_place, default=event).id != event.id:
        return None
    patents = dict.fromkeys(number for each in together for number in getattr(each.statement, "patents", ()))
    return Deal(event, tuple(patents), tuple(Counter(each.phase for each in together).most_common()))


def _place(event: Event) -> tuple[str, str]:
    """Lists have the newest first."""
    return event.occurred_on or "", event.id
