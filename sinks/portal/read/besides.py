"""Besides 其他结果: what a search finds that is no listing: the patent of a number, organisations, patents, events."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.fields.patent_number import CANONICAL
from schemas.records.event import Event
from sinks.portal import records
from sinks.portal.read.dossiers import titles
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.follow import Follower
from sinks.portal.search.query import read_query
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot

ORGANISATIONS, PATENTS = 4, 4  # shown beside the listings
LOOKED_AT = 40  # events whose patents are told


@dataclass(frozen=True)
class FoundOrganisation:
    id: str
    name: str
    also: tuple[str, ...]  # other names


@dataclass(frozen=True)
class FoundPatent:
    """A patent by the newest event that the search finds of it."""

    number: str
    title: str
    event: Event


@dataclass(frozen=True)
class Besides:
    """``exact``: the patent whose number was typed, if anything is known of it. ``events``: how many there are in all."""

    exact: str | None = None
    organisations: tuple[FoundOrganisation, ...] = ()
    patents: tuple[FoundPatent, ...] = ()
    events: int = 0
    kinds: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.exact or self.organisations or self.patents or self.events)


def besides(db: Snapshot, follower: Follower, q: str, reader: Reader) -> Besides:
    """What else the words of a search find."""
    meanings = read_query(q).meanings
    if not meanings:
        return Besides()
    number = next((text for each in meanings for text in each.texts if CANONICAL.match(text)), None)
    found = follower.events.search(ListingFilter(q=q, limit=LOOKED_AT))
    is_near = any(hint.code == "near" for hint in found.hints)
    rows = {} if is_near else {row["value"]["id"]: row for row in db.rows("events_by_id", ids=list(found.ids))}
    events = records.events([rows[id] for id in found.ids if id in rows], reader)
    return Besides(
        exact=number if number and _is_known(db, number) else None,
        organisations=_organisations(follower, q),
        patents=_patents(db, events, number),
        events=0 if is_near else found.total,
        kinds=() if is_near else tuple(sorted(found.facets["kind"].items(), key=lambda each: -each[1])),
    )


def _is_known(db: Snapshot, number: str) -> bool:
    return bool(db.rows("listings_of_patent", number=number) or db.rows("events_of_patent", number=number))


def _organisations(follower: Follower, q: str) -> tuple[FoundOrganisation, ...]:
    """Of listings and of events, those that are named before those that have the words in their name."""
    text = q.strip().strip('"“”')
    both = [one for index in (follower.index, follower.events) for one in index.organisations(text, ORGANISATIONS)]
    found = {one.id: FoundOrganisation(one.id, one.names[0], tuple(one.names[1:4])) for one in both}
    return tuple(found.values())[:ORGANISATIONS]


def _patents(db: Snapshot, events: tuple[Event, ...], number: str | None) -> tuple[FoundPatent, ...]:
    newest: dict[str, Event] = {}
    for event in events:
        for each in getattr(event.statement, "patents", ())[:1]:
            if each != number:
                newest.setdefault(each, event)
    shown = dict(list(newest.items())[:PATENTS])
    called = titles(db, shown)
    return tuple(FoundPatent(each, called.get(each, ""), event) for each, event in shown.items())
