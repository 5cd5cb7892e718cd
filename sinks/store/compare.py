"""What topics and tables hold, compared key by key and revision by revision (``tongda store verify``)."""

from __future__ import annotations

from typing import NamedTuple

from ops.bus import Incoming, read_to_end
from ops.settings import Settings
from sinks.store.database import Database
from sinks.store.statements import of_table
from sinks.store.store import OpenRefusal
from sinks.store.tables import REVISED, TABLE_OF, Version


class Comparison(NamedTuple):
    """How many keys were compared, and every difference, one sentence each."""

    compared: int
    differences: list[str]


def compare(settings: Settings, database: Database, deadline_seconds: float = 120) -> Comparison:
    """Meaningful on a hub that has settled. A record that was set aside is a difference that has its letter.

    What is gone and what was never told are the same: see ``schemas.records.validity``.
    """
    compared, differences = 0, []
    for topic in REVISED:
        wanted = on_topic(settings, topic, deadline_seconds)
        with database.snapshot() as db:
            rows = db.read(Version, of_table("held_revisions", TABLE_OF[topic].name), topic=topic)
            refused = {each.id for each in db.read(OpenRefusal, "open_refusals") if each.topic == topic}
        held = {row.id: row for row in rows}
        compared += len(wanted)
        differences += [
            f"{topic} {key}: topic {_told(wanted.get(key))}, table {_told(held.get(key))}"
            + (" (set aside: tongda dead-letters list)" if key in refused else "")
            for key in sorted(wanted.keys() | held.keys())
            if _differ(wanted.get(key), held.get(key))
        ]
    return Comparison(compared, differences)


def _differ(wanted: Version | None, held: Version | None) -> bool:
    if wanted and held:
        return wanted.revision != held.revision
    there = wanted or held
    return there is not None and not there.is_gone


def _told(version: Version | None) -> str:
    return "nothing" if version is None else str(version.revision)


def on_topic(settings: Settings, topic: str, deadline_seconds: float) -> dict[str, Version]:
    """The version that holds of every key on a topic."""
    current = Current()
    for record in read_to_end(settings, topic, deadline_seconds=deadline_seconds):
        current.take(record)
    return current


class Current(dict[str, Version]):
    """Of one topic, by key, the version that holds: of those that were read the highest."""

    def take(self, record: Incoming) -> None:
        """Take in the next record of the topic."""
        key = record.key.decode("utf-8", "backslashreplace")
        if record.value is None:
            self.pop(key, None)
            return
        version = version_of(record.topic, key, record.value)
        if key not in self or self[key].revision <= version.revision:
            self[key] = version


def version_of(topic: str, key: str, value: bytes) -> Version:
    """Of a record without a revision, which the store sets aside, it is 0."""
    try:
        return TABLE_OF[topic].version(key, value, 0)
    except ValueError:
        return Version(key, 0)
