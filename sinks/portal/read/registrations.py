"""Registrations 登记: a pledge, a licence or a contract as a whole; of the first two each patent has an event of its own.

An amount is of the whole. Whoever sums the amounts of events counts it once for each patent; here it stands once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from schemas.errors import NotFound
from schemas.frozen import Frozen
from schemas.records.event import Event
from schemas.subjects import is_patent, name_of
from sinks.portal import records
from sinks.portal.read.answers import whole
from sinks.portal.read.stored import as_of, need_kind
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot

NUMBERED: Mapping[str, str] = MappingProxyType(
    {"pledge": "pledges_numbered", "licence": "licences_numbered", "contract": "contracts_numbered"}
)


class Part(Frozen):
    """One patent of it, with its event. ``share``: of the whole, all patents alike."""

    patent: str
    event_id: str
    revision: int
    phase: str
    share: str


class Registration(Frozen):
    """One registration. ``statement``: what all of its events say alike; ``differing``: the other fields, by patent."""

    kind: str
    number: str
    patents: tuple[str, ...]
    statement: dict[str, Any]
    differing: dict[str, dict[str, Any]]
    parts: tuple[Part, ...]
    event_ids: tuple[str, ...]  # of all of its events; a contract has one, also where it names no patent
    as_of: str | None = None
    synthetic: bool


def registration(db: Snapshot, kind: str, number: str, reader: Reader) -> Registration:
    """The whole of what bears this number. Raises NotFound, KeyNeeded."""
    need_kind(kind, reader)
    events = records.events(db.rows(NUMBERED[kind], number=number), reader)
    if not events:
        raise NotFound(f"no {kind} has the number {number[:60]}")
    said = {name_of(event.subject): whole(event.statement) for event in events}
    own = [name_of(event.subject) for event in events if is_patent(event.subject)]
    patents = tuple(dict.fromkeys((*own, *(patent for event in events for patent in event.statement.patents))))
    alike, differing = _compared({name: _of_the_whole(each, is_one=not own) for name, each in said.items()})
    return Registration(
        kind=kind,
        number=number,
        patents=patents,
        statement=alike,
        differing=differing,
        parts=tuple(part for event in events for part in _parts(event, patents)),
        event_ids=tuple(event.id for event in events),
        as_of=as_of(db),
        synthetic=any(event.synthetic for event in events),
    )


def _of_the_whole(statement: Mapping[str, Any], is_one: bool) -> dict[str, Any]:
    """Without what is of one patent; of what ``is_one`` event the title is that of the whole."""
    left_out = ("patents",) if is_one else ("patents", "title", "ipc")
    return {name: value for name, value in statement.items() if name not in left_out}


def _compared(said: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What those that say something say alike, and the rest by patent."""
    alike, differing = dict[str, Any](), dict[str, dict[str, Any]]()
    for name in dict.fromkeys(name for each in said.values() for name in each):
        values = {patent: each[name] for patent, each in said.items() if each.get(name) not in (None, [], ())}
        if not values:
            continue
        first = next(iter(values.values()))
        if all(value == first for value in values.values()):
            alike[name] = first
        else:
            differing[name] = values
    return alike, differing


def _parts(event: Event, patents: tuple[str, ...]) -> list[Part]:
    """The patents of which this event tells: its own, or all of them."""
    of = (name_of(event.subject),) if is_patent(event.subject) else patents
    return [
        Part(patent=each, event_id=event.id, revision=event.revision, phase=event.phase, share=f"1/{len(patents)}")
        for each in of
    ]
