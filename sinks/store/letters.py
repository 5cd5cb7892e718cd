"""Dead letters: what was refused, and putting it back on the topic it came from under its own key. Twice changes nothing."""

from __future__ import annotations

import base64
from typing import Any

from ops.bus import Outgoing, Writer
from ops.settings import Settings
from schemas.errors import NotFound, Refused
from schemas.topics import CONTRIBUTION, RAW, SIGHTING, partition_of
from sinks.store.database import Database, Row

READ_BY_STAGES = (RAW.name, SIGHTING.name, CONTRIBUTION.name)


def listed(
    database: Database, *, source: str | None, reason: str | None, everything: bool = False, limit: int = 200
) -> list[Row]:
    """Letters, the oldest first: the open ones, or all."""
    with database.snapshot() as db:
        return db.rows("dead_letters", source=source, reason=reason, everything=everything, limit=limit)


def shown(database: Database, id: str) -> Row:
    """One letter whole, its original included: it may hold personal data. Raises NotFound."""
    with database.snapshot() as db:
        row = db.row("dead_letter", id=id)
    if row is None:
        raise NotFound(f"no dead letter {id}", next_step="tongda dead-letters list")
    return row


def replay(
    database: Database, settings: Settings, ids: list[str], *, source: str | None = None, reason: str | None = None
) -> list[str]:
    """Put originals back as their source gave them; today's code and definitions read them. Names what was put back.

    The records are written before the letters close: a crash between the two replays a letter once more, which the
    stages ignore because key and sequence are the same.
    """
    if ids:
        found = [shown(database, id) for id in ids]
    else:
        with database.snapshot() as db:
            found = db.rows("open_dead_letters", source=source, reason=reason, limit=10_000)
    records = [put_back(letter["value"], settings.partitions) for letter in found]
    if not records:
        return []
    with Writer(settings, "tongda.replay.0") as writer:
        writer.commit(records)
    with database.transaction() as db:
        for letter in found:
            db.rows("close_dead_letter", id=letter["id"], revision=letter["revision"], because="replayed")
    return [letter["id"] for letter in found]


def put_back(letter: dict[str, Any], partitions: int) -> Outgoing:
    """The refused record as its stage read it. Raises Refused."""
    if letter.get("topic") not in READ_BY_STAGES or not letter.get("original"):
        raise Refused(
            f"{letter['id']} was refused by {letter['stage']} and holds no record of a stage; it cannot be replayed"
        )
    original = letter["original"].encode()
    if letter.get("original_encoding") == "base64":
        original = base64.b64decode(original)
    key = letter["key"].encode()
    return Outgoing(letter["topic"], key, original, partition_of(key, partitions))
