"""Registrations 登记: a pledge or a licence as a whole, of whose patents each has an event of its own.

An amount is of the whole. Whoever sums the amounts of events counts it once for each patent; here it stands once.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from schemas.errors import NotFound
from schemas.frozen import Frozen
from schemas.records.event import Event
from schemas.subjects import name_of
from sinks.portal import records
from sinks.portal.read.answers import whole
from sinks.portal.read.stored import as_of, need_kind
from sinks.portal.secrecy import Reader
from sinks.store.database import Snapshot

NUMBERED: Mapping[str, str] = MappingProxyType({"pledge": "pledges_numbered", "licence": "licences_numbered"})


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
    as_of: str | None = None
    synthetic: bool


def registration(db: Snapshot, kind: str, number: str, reader: Reader) -> Registration:
    """The whole of what bears this number. Raises NotFound, KeyNeeded."""
    need_kind(kind, reader)
    events = records.events(db.rows(NUMBERED[kind], number=number), reader)
    if not events:
        raise NotFound(f"no {kind} has the number {number[:60]}")
    said = {name_of(event.subject): whole(event.statement) for event in events}
    named = dict.fromkeys(patent for event in events for patent in event.statement.patents)
    patents = tuple(dict.fromkeys((*said, *named)))
    alike, differing = _compared({patent: _of_the_whole(each) for patent, each in said.items()})
    return Registration(
        kind=kind,
        number=number,
        patents=patents,
        statement=alike,
        differing=differing,
        parts=tuple(_part(event, len(patents)) for event in events),
        as_of=as_of(db),
        synthetic=any(event.synthetic for event in events),
    )


def _of_the_whole(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is of one patent."""
    return {name: value for name, value in statement.items() if name not in ("patents", "title", "ipc")}


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


def _part(event: Event, of: int) -> Part:
    return Part(
        patent=name_of(event.subject), event_id=event.id, revision=event.revision, phase=event.phase, share=f"1/{of}"
    )
