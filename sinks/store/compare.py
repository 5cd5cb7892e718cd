"""What topics and tables hold, compared key by key and revision by revision (``tongda store verify``)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ops.bus import Incoming, TopicPartition, read_to_end
from ops.settings import Settings
from sinks.store.database import Database, Snapshot
from sinks.store.statements import of_table
from sinks.store.store import CONSUMER, OpenRefusal, Position
from sinks.store.tables import REVISED, TABLE_OF, Version

CATCH_UP_SECONDS = 60.0


class Comparison(NamedTuple):
    """How many keys were compared, and every difference, one sentence each."""

    compared: int
    differences: list[str]


class Running(NamedTuple):
    """A comparison of a hub that runs. ``under_way``: keys that changed after the tables were read, and so not compared."""

    compared: int
    differences: list[str]
    under_way: int


class _Tables(NamedTuple):
    """Of one topic: the offset to read next of each partition, what the tables hold, which keys were set aside."""

    positions: dict[TopicPartition, int]
    held: dict[str, Version]
    refused: set[str]


def compare(settings: Settings, database: Database, deadline_seconds: float = 120) -> Comparison:
    """Meaningful on a hub that has settled. A record that was set aside is a difference that has its letter.

    What is gone and what was never told are the same: see ``schemas.records.validity``.
    """
    compared, differences = 0, []
    for topic in REVISED:
        wanted = on_topic(settings, topic, deadline_seconds)
        tables = _tables(database, topic)
        compared += len(wanted)
        differences += _differences(topic, wanted, tables, wanted.keys() | tables.held.keys())
    return Comparison(compared, differences)


def compare_running(
    settings: Settings, database: Database, deadline_seconds: float = 120, catch_up_seconds: float = CATCH_UP_SECONDS
) -> Running:
    """The tables with the topics up to the offsets at which the tables stand; then the store must reach their ends.

    Of a key with a record after that offset, the older one may be compacted away: it is under way, and not compared.
    """
    compared, differences, under_way = 0, [], 0
    ends: dict[TopicPartition, int] = {}
    for topic in REVISED:
        tables = _tables(database, topic)
        wanted, beyond = Current(), set[str]()
        for record in read_to_end(settings, topic, deadline_seconds=deadline_seconds):
            tp = record.topic, record.partition
            ends[tp] = record.offset + 1
            if record.offset < tables.positions.get(tp, 0):
                wanted.take(record)
            else:
                beyond.add(key_of(record))
        compared, under_way = compared + len(wanted.keys() - beyond), under_way + len(beyond)
        differences += _differences(topic, wanted, tables, (wanted.keys() | tables.held.keys()) - beyond)
    return Running(compared, [*differences, *_behind(database, ends, catch_up_seconds)], under_way)


def _behind(database: Database, ends: Mapping[TopicPartition, int], seconds: float) -> list[str]:
    """Partitions whose end, as it was read, the store does not reach in this time."""
    deadline = time.monotonic() + seconds
    while True:
        with database.snapshot() as db:
            positions = _positions(db)
        behind = {tp: end for tp, end in ends.items() if positions.get(tp, 0) < end}
        if not behind or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    return [
        f"{topic}/{partition}: the tables stand at offset {positions.get((topic, partition), 0)}, the topic ends at {end}; "
        "the store does not run, or is behind (tongda status)"
        for (topic, partition), end in sorted(behind.items())
    ]


def _tables(database: Database, topic: str) -> _Tables:
    with database.snapshot() as db:
        rows = db.read(Version, of_table("held_revisions", TABLE_OF[topic].name), topic=topic)
        refused = {each.id for each in db.read(OpenRefusal, "open_refusals") if each.topic == topic}
        return _Tables(_positions(db), {row.id: row for row in rows}, refused)


def _positions(db: Snapshot) -> dict[TopicPartition, int]:
    return {(row.topic, row.partition): row.position for row in db.read(Position, "positions", consumer=CONSUMER)}


def _differences(topic: str, wanted: Current, tables: _Tables, keys: Iterable[str]) -> list[str]:
    return [
        f"{topic} {key}: topic {_told(wanted.get(key))}, table {_told(tables.held.get(key))}"
        + (" (set aside: tongda dead-letters list)" if key in tables.refused else "")
        for key in sorted(keys)
        if _differ(wanted.get(key), tables.held.get(key))
    ]


def _differ(wanted: Version | None, held: Version | None) -> bool:
    if wanted and held:
        return wanted.revision != held.revision
    there = wanted or held
    return there is not None and not there.is_gone


def _told(version: Version | None) -> str:
    return "nothing" if version is None else str(version.revision)


def on_topic(settings: Settings, topic: str, deadline_seconds: float) -> Current:
    """The version that holds of every key on a topic."""
    current = Current()
    for record in read_to_end(settings, topic, deadline_seconds=deadline_seconds):
        current.take(record)
    return current


class Current(dict[str, Version]):
    """Of one topic, by key, the version that holds: of those that were read the highest."""

    def take(self, record: Incoming) -> None:
        """Take in the next record of the topic."""
        key = key_of(record)
        if record.value is None:
            self.pop(key, None)
            return
        version = version_of(record.topic, key, record.value)
        if key not in self or self[key].revision <= version.revision:
            self[key] = version


def key_of(record: Incoming) -> str:
    """Under which a table holds a record."""
    return record.key.decode("utf-8", "backslashreplace")


def version_of(topic: str, key: str, value: bytes) -> Version:
    """Of a record without a revision, which the store sets aside, it is 0."""
    try:
        return TABLE_OF[topic].version(key, value, 0)
    except ValueError:
        return Version(key, 0)
