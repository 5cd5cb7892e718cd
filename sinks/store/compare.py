"""What topics and tables hold, compared key by key and revision by revision (``tongda store verify``)."""

from __future__ import annotations

from typing import NamedTuple

from ops.bus import read_to_end
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
    """Meaningful on a hub that has settled. A record that was set aside is a difference that has its letter."""
    compared, differences = 0, []
    for topic in REVISED:
        wanted = on_topic(settings, topic, deadline_seconds)
        with database.snapshot() as db:
            rows = db.read(Version, of_table("held_revisions", TABLE_OF[topic].name), topic=topic)
            refused = {each.id for each in db.read(OpenRefusal, "open_refusals") if each.topic == topic}
        held = {row.id: row.revision for row in rows}
        compared += len(wanted)
        differences += [
            f"{topic} {key}: topic {wanted.get(key, 'nothing')}, table {held.get(key, 'nothing')}"
            + (" (set aside: tongda dead-letters list)" if key in refused else "")
            for key in sorted(wanted.keys() | held.keys())
            if wanted.get(key) != held.get(key)
        ]
    return Comparison(compared, differences)


def on_topic(settings: Settings, topic: str, deadline_seconds: float) -> dict[str, int]:
    """The revision of every key that is current on a topic."""
    current: dict[str, int] = {}
    for record in read_to_end(settings, topic, deadline_seconds=deadline_seconds):
        key = record.key.decode("utf-8", "backslashreplace")
        if record.value is None:
            current.pop(key, None)
        else:
            current[key] = max(current.get(key, 0), revision_of(topic, key, record.value))
    return current


def revision_of(topic: str, key: str, value: bytes) -> int:
    """0 for a record without one, which the store sets aside."""
    try:
        return TABLE_OF[topic].version(key, value, 0).revision
    except ValueError:
        return 0
