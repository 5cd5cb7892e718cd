"""``python -m sinks.store verify``: what topics and tables hold, compared key by key and revision by revision."""

from __future__ import annotations

from ops.bus import read_to_end
from ops.settings import Settings
from schemas.wire import decode
from sinks.store.database import Database, queries
from sinks.store.families import FAMILIES, LETTER, STATUS


def verify(settings: Settings, database: Database, deadline_seconds: float = 120) -> tuple[int, list[str]]:
    """How many keys were compared, and every difference. Meaningful on a hub that has settled."""
    compared, differences = 0, []
    for topic, family in FAMILIES.items():
        if family in (LETTER, STATUS):
            continue  # these have no revision of their own to compare
        wanted: dict[str, int] = {}
        for record in read_to_end(settings, topic, deadline_seconds=deadline_seconds):
            key = record.key.decode()
            if record.value is None:
                wanted.pop(key, None)
            else:
                wanted[key] = max(wanted.get(key, 0), int(decode(record.value)["revision"]))
        with database.snapshot() as db:
            rows = db.fetch(queries()["held_revisions"].replace("FAMILY", family.table), {"topic": topic})
        held = {row["id"]: row["revision"] for row in rows}
        compared += len(wanted)
        differences += [
            f"{topic} {key}: topic {wanted.get(key, 'nothing')}, table {held.get(key, 'nothing')}"
            for key in sorted(wanted.keys() | held.keys())
            if wanted.get(key) != held.get(key)
        ]
    return compared, differences
