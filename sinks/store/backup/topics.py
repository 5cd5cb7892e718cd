"""The two topics from which all others are made again, record by record: raw, and the cursors that account for it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from ops.bus import Incoming, Outgoing, Reader, Writer, read_to_end
from ops.positions import beginnings, state_partitions
from ops.settings import Settings
from schemas import wire
from schemas.errors import Refused
from schemas.records.base import Record
from schemas.topics import CURSOR, RAW
from sinks.store.backup import folder
from sinks.store.backup.folder import Kept, Write

# Cursors first: raw is then at least what they account for. The other way round, records would never be polled again.
FILES = {"cursor.jsonl.gz": CURSOR.name, "raw.jsonl.gz": RAW.name}
READ_SECONDS = 3600.0
BATCH_RECORDS = 500


def dump(settings: Settings, backup: Path) -> dict[str, Kept]:
    """Every committed record of both topics, in the order of each partition."""
    return {name: folder.write(backup / name, partial(_write, settings, topic)) for name, topic in FILES.items()}


def load(settings: Settings, backup: Path, generation: int) -> int:
    """Put the records back under their keys, raw before cursors; the stages will begin with this generation.

    Raises Refused when a topic holds records already.
    """
    here = [(topic, number) for topic in FILES.values() for number in range(settings.partitions)]
    with Reader(settings) as reader:
        ends = reader.end_offsets(here + state_partitions(settings))
        if filled := sorted({topic for (topic, _), end in ends.items() if end}):
            raise Refused(
                f"{', '.join(filled)} of this broker hold records already; only empty topics are filled",
                code="T5605",
                next_step="tongda topics list",
            )
    written = 0
    with Writer(settings, "tongda.restore.0") as writer:
        writer.commit(beginnings(settings, generation))  # the first: a stage that finds raw without it begins too low
        for name, topic in reversed(FILES.items()):
            records = (_outgoing(topic, wire.load(Line, line)) for line in folder.lines(backup / name))
            while batch := list(islice(records, BATCH_RECORDS)):
                writer.commit(batch)
                written += len(batch)
    return written


def _write(settings: Settings, topic: str, write: Write) -> int:
    number = 0
    for record in read_to_end(settings, topic, deadline_seconds=READ_SECONDS):
        write(wire.encode(_line(record)) + b"\n")
        number += 1
    return number


class Line(Record, frozen=True, kw_only=True):
    """One record of a topic. What is no text stands as base64: a backup must not stop at a record that nobody can read."""

    partition: int
    offset: int
    timestamp: int  # milliseconds
    headers: tuple[tuple[str, str], ...]  # name, value as base64
    key: str | None = None
    key_base64: str | None = None
    value: str | None = None
    value_base64: str | None = None


def _line(record: Incoming) -> Line:
    key, key_base64 = _as_text(record.key)
    value, value_base64 = _as_text(record.value)
    return Line(
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp_ms,
        headers=tuple((name, base64.b64encode(data).decode()) for name, data in record.headers),
        key=key,
        key_base64=key_base64,
        value=value,
        value_base64=value_base64,
    )


def _outgoing(topic: str, line: Line) -> Outgoing:
    headers = tuple((name, base64.b64decode(data)) for name, data in line.headers)
    key, value = _as_bytes(line.key, line.key_base64), _as_bytes(line.value, line.value_base64)
    return Outgoing(topic, key or b"", value, line.partition, headers)


def _as_text(data: bytes | None) -> tuple[str | None, str | None]:
    """The bytes as UTF-8 or, where they are none, as base64."""
    try:
        return (None if data is None else data.decode()), None
    except UnicodeDecodeError:
        return None, base64.b64encode(data or b"").decode()


def _as_bytes(text: str | None, packed: str | None) -> bytes | None:
    if packed is not None:
        return base64.b64decode(packed)
    return None if text is None else text.encode()


def offsets_beyond(settings: Settings, offsets: dict[str, dict[int, int]]) -> Iterator[str]:
    """Partitions whose kept offset the broker has not reached: these topics are not those that were read."""
    kept = {(topic, number): at for topic, each in offsets.items() for number, at in each.items()}
    with Reader(settings) as reader:
        ends = reader.end_offsets(sorted(kept))
    yield from (f"{topic}/{number}" for (topic, number), at in sorted(kept.items()) if at > ends[topic, number])
