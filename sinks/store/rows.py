"""From records of topics to rows of tables, and from a record that no table can hold to a dead letter. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from ops.bus import Incoming
from schemas.records.dead_letter import DeadLetter
from schemas.topics import DEAD_LETTER
from schemas.wire import decode, encode, load, short_hash
from sinks.store.tables import LETTER, TABLE_OF

STAGE = "store"
NUL = b"\\u0000"  # as JSON writes it
LARGEST_REVISION = 2**63 - 1  # of a bigint
SHOWN_KEY = 200  # characters of a long key that a letter repeats as the name of its record


class Row(NamedTuple):
    """One record for the table ``incoming``; ``position`` is its place in the batch. ``value`` None: its id is removed."""

    position: int
    table: str
    topic: str
    id: str
    revision: int | None
    value: str | None


class Refusal(NamedTuple):
    """A record that no table can hold, and why: ``reason`` is a code, ``message`` a sentence."""

    record: Incoming
    reason: str
    message: str


class Batch(NamedTuple):
    """Records of topics, ready for the tables. ``stale``: no newer than an earlier record of the same batch."""

    rows: list[Row]
    stale: int
    refused: list[Refusal]


class _Named(msgspec.Struct):
    source: str = ""
    feed: str = ""
    record: str = ""


class _Sourced(msgspec.Struct):
    revision: int = 0
    sources: tuple[_Named, ...] = ()


def read_batch(batch: Sequence[Incoming]) -> Batch:
    """Rows in the order of the topics. A record without what orders it (id, revision) is refused, and not raised."""
    read = Batch([], 0, [])
    stale = 0
    newest: dict[tuple[str, str], int] = {}
    for position, record in enumerate(batch):
        table = TABLE_OF[record.topic]
        try:
            key = record.key.decode()
            version = table.version(key, record.value, record.offset) if record.value is not None else None
            text = storable(record.value).decode() if record.value is not None else None
        except ValueError as error:
            read.refused.append(Refusal(record, "record_shape", str(error)))
            continue
        if version is None:
            newest.pop((table.name, key), None)
            read.rows.append(Row(position, table.name, record.topic, key, None, None))
        elif newest.get((table.name, version.id), -1) >= version.revision:
            stale += 1
        else:
            newest[table.name, version.id] = version.revision
            read.rows.append(Row(position, table.name, record.topic, version.id, version.revision, text))
    return read._replace(stale=stale)


def letter_rows(letters: Iterable[DeadLetter]) -> list[Row]:
    """Letters of this stage, as if they came from their topic."""
    rows = []
    for position, letter in enumerate(letters):
        value = encode(letter)
        version = LETTER.version("", value, 0)
        rows.append(
            Row(position, LETTER.name, DEAD_LETTER.name, version.id, version.revision, storable(value).decode())
        )
    return rows


def letter_of(refusal: Refusal) -> DeadLetter:
    """The letter of a refused record; it names the record of the platform behind it, where that can be read.

    ``sequence`` is the refused revision: a later one of the same key closes the letter (``close_superseded``).
    """
    record = refusal.record
    key, value = record.key.decode("utf-8", "backslashreplace"), record.value or b""
    try:
        read = load(_Sourced, value)
    except ValueError:
        read = _Sourced()
    behind = read.sources[0] if read.sources else _Named(record=key[:SHOWN_KEY])
    original, encoding = _as_text(value)
    content = hashlib.sha256(value).hexdigest()
    return DeadLetter(
        id=f"{STAGE}:{short_hash(STAGE, record.topic, key, content, refusal.reason)}",
        stage=STAGE,
        reason=refusal.reason,
        message=refusal.message,
        source=behind.source,
        feed=behind.feed,
        record=behind.record,
        sequence=min(max(read.revision, 0), LARGEST_REVISION),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=key,
        original=original,
        original_encoding=encoding,
    )


def _as_text(value: bytes) -> tuple[str, Any]:
    try:
        return value.decode(), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(value).decode(), "base64"


def storable(data: bytes) -> bytes:
    """PostgreSQL holds no NUL in a text: an original that has one is kept as base64, others show U+FFFD instead."""
    if NUL not in data:
        return data
    value = decode(data)
    if isinstance(value, dict) and value.get("original_encoding") == "utf-8" and "\0" in value["original"]:
        original = base64.b64encode(value["original"].encode()).decode()
        value = {**value, "original": original, "original_encoding": "base64"}
    return encode(_without_nul(value))


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value
