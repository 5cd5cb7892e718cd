"""Dead letters 死信: what was refused, and replaying it 重投. Replaying twice changes nothing.

A record that a stage refused goes back on the topic it came from, under its own key. One that the store could not hold
goes into the tables again: on its public topic it would stand above later revisions of its key.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ops.bus import Incoming, Outgoing, Writer
from ops.settings import Settings
from ops.sources import load_sources
from schemas.errors import NotFound, Refused, Reject
from schemas.nearest import missing
from schemas.records.dead_letter import DeadLetter
from schemas.topics import CONTRIBUTION, RAW, SIGHTING, partition_of
from sinks.store.database import Database, Snapshot
from sinks.store.rows import STAGE as STORE
from sinks.store.store import store_again

READ_BY_STAGES = (RAW.name, SIGHTING.name, CONTRIBUTION.name)
LISTED, REPLAYED_AT_ONCE = 200, 10_000


class ListedLetter(NamedTuple):
    """A letter as it is listed, without its original. ``closed_at`` None: it is open."""

    id: str
    stage: str
    reason: str
    source: str | None
    feed: str | None
    record: str | None
    recorded_at: datetime
    closed_at: datetime | None
    closed_because: str | None


class StoredLetter(NamedTuple):
    """A letter whole, and its revision in the table."""

    letter: DeadLetter
    revision: int


class _Letter(NamedTuple):
    revision: int
    value: dict[str, Any]


def listed(
    database: Database, *, source: str | None, reason: str | None, everything: bool = False, limit: int = LISTED
) -> list[ListedLetter]:
    """Letters, the oldest first: the open ones, or all."""
    with database.snapshot() as db:
        return db.read(ListedLetter, "dead_letters", source=source, reason=reason, everything=everything, limit=limit)


def must_know(database: Database, settings: Settings, source: str | None) -> None:
    """Raises NotFound: no definition and no letter has this source, so nothing could ever be of it."""
    if source is None or listed(database, source=source, reason=None, everything=True, limit=1):
        return
    if source not in (known := load_sources(settings.sources, settings)):
        raise NotFound(missing(source, known, "source", "平台"), next_step="tongda sources list")


def shown(database: Database, id: str) -> StoredLetter:
    """One letter whole, its original included: it may hold personal data. Raises NotFound."""
    with database.snapshot() as db:
        found = _stored(db, "dead_letter", id=id)
    if not found:
        raise NotFound(f"no dead letter {id} · 没有死信 {id}", next_step="tongda dead-letters list")
    return found[0]


def replay(
    database: Database,
    settings: Settings,
    ids: Sequence[str],
    *,
    source: str | None = None,
    reason: str | None = None,
) -> list[str]:
    """Put originals back as they were; today's code and definitions read them. Gives the ids of what was put back.

    Without ids: all open letters that match. The records are written before the letters close: a crash between the two
    replays a letter once more, which changes nothing because key and sequence are the same. Raises NotFound, Refused.
    """
    if ids:
        found = [shown(database, id) for id in ids]
    else:
        with database.snapshot() as db:
            found = _stored(db, "open_dead_letters", source=source, reason=reason, limit=REPLAYED_AT_ONCE)
    records = [put_back(each.letter, settings.partitions) for each in found if each.letter.stage != STORE]
    if records:
        with Writer(settings, "tongda.replay.0") as writer:
            writer.commit(records)
    for each in found:
        if each.letter.stage == STORE:
            _store(database, each.letter)
        with database.transaction() as db:
            db.rows("close_dead_letter", id=each.letter.id, revision=each.revision, because="replayed")
    return [each.letter.id for each in found]


def put_back(letter: DeadLetter, partitions: int) -> Outgoing:
    """The refused record as its stage read it. Raises Refused."""
    if letter.topic not in READ_BY_STAGES or not letter.original:
        raise Refused(
            f"{letter.id} was refused by {letter.stage} and holds no record of a stage; it cannot be replayed",
            next_step=f"tongda dead-letters show {letter.id}",
        )
    key = letter.key.encode()
    return Outgoing(letter.topic, key, _original(letter), partition_of(key, partitions))


def _store(database: Database, letter: DeadLetter) -> None:
    record = Incoming(
        letter.topic, letter.partition, letter.offset, letter.key.encode(), _original(letter), (), timestamp_ms=0
    )
    try:
        store_again(database, record)
    except Reject as error:
        raise Refused(
            f"{letter.id} is refused again: {error} · 仍无法入库", next_step=f"tongda dead-letters show {letter.id}"
        ) from error


def _original(letter: DeadLetter) -> bytes:
    original = letter.original.encode()
    return base64.b64decode(original) if letter.original_encoding == "base64" else original


def _stored(db: Snapshot, name: str, **parameters: Any) -> list[StoredLetter]:
    return [
        StoredLetter(msgspec.convert(row.value, DeadLetter), row.revision)
        for row in db.read(_Letter, name, **parameters)
    ]
