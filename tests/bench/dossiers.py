"""Dossiers: the state of a fold with very many subjects, made of those of a small world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import count
from typing import NamedTuple

from ops.bus import Outgoing, Writer
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.records.position import POSITION, Position, Totals
from schemas.topics import Topic
from schemas.wire import decode, encode
from streams.dossier.stored import ASKED, NAMED, SIGHTED
from streams.processor import Context
from tests.hub import Hub
from tests.payloads import outgoing, raw_records

PATENTS = 2_000
PAGE = 5000
NO_EVIDENCE = b"0" * 64  # of all records of ``tests.payloads``
Owner = tuple[int, str]  # a partition, and a subject of it or a party that its subjects name


class Kept(NamedTuple):
    """A state record of fold: its kind, its name beside the owner, its value."""

    kind: bytes
    names: list[str]
    value: bytes


class State(NamedTuple):
    """A record of a state topic."""

    partition: int
    key: bytes
    value: bytes


def many(settings: Settings, dossiers: int) -> Iterator[State]:
    """State records of so many dossiers, subject by subject."""
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write(outgoing(record, settings.partitions) for record in raw_records(PATENTS))
    hub.run()
    return copies(kept_by_subject(hub), dossiers)


def copies(subjects: Mapping[Owner, list[Kept]], most: int) -> Iterator[State]:
    """State records of so many dossiers, and of the parties that they name, under ever new keys."""
    dossiers, evidence = 0, count()
    for number in count():
        for (partition, subject), kept in subjects.items():
            dossiers += any(kind == SIGHTED for kind, _, _ in kept)
            if dossiers > most:
                return
            for kind, names, value in kept:
                own = sha256(b"%d" % next(evidence)).hexdigest().encode()
                key = kind + encode([f"{number}|{subject}", *anew(number, kind, names)])
                yield State(partition, key, value.replace(NO_EVIDENCE, own))


def anew(number: int, kind: bytes, names: list[str]) -> list[str]:
    """The rest of a record's key in that copy: who asks or names a party is a subject of the copy as well."""
    return [f"{number}|{name}" for name in names] if kind in (ASKED, NAMED) else names


def kept_by_subject(hub: Hub) -> Mapping[Owner, list[Kept]]:
    """What each partition of fold keeps of every subject."""
    logs = {place: log for (topic, place), log in hub.logs.items() if topic == topics.FOLD_STATE.name}
    last = {(place, record.key): record.value for place, log in logs.items() for record in log}
    found: dict[Owner, list[Kept]] = {}
    for (place, key), value in last.items():
        if value is not None:
            subject, *name = decode(key[2:])
            found.setdefault((place, subject), []).append(Kept(key[:2], name, value))
    return found


def keep(settings: Settings, topic: Topic, states: Iterable[State]) -> None:
    """Write a state, as a stage that read nothing yet would have left it."""
    page: list[Outgoing] = []
    with Writer(settings, "bench.state.0") as writer:
        for state in states:
            page.append(Outgoing(topic.name, state.key, state.value, state.partition))
            if len(page) == PAGE:
                writer.commit(page)
                page = []
        start = Position(Totals()).encode()
        writer.commit([*page, *(Outgoing(topic.name, POSITION, start, p) for p in range(settings.partitions))])
