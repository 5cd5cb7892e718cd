"""Processor 处理器: the form of every stage's work: restore its state, apply a batch, give outputs.

Pure: no clock, no socket.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from schemas.cloud_events import Headers as Headers
from schemas.cloud_events import cloud_event as cloud_event
from schemas.errors import Reject
from schemas.records.dead_letter import DeadLetter
from schemas.source.model import Source
from schemas.topics import DEAD_LETTER
from schemas.wire import encode, short_hash


class InputRecord(Protocol):
    """What a stage reads: ``ops.bus.Incoming``. Topic names are without the prefix."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes: ...
    @property
    def value(self) -> bytes | None: ...


class Output(NamedTuple):
    """What a stage writes. ``partition`` None: the partition that owns the key (``schemas.topics.partition_of``)."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int | None = None
    headers: Headers = ()


@dataclass(frozen=True)
class Context:
    """What a processor may know of the world around it."""

    partitions: int = 4
    sources: Mapping[str, Source] = field(default_factory=dict)
    synthetic_sources: frozenset[str] = frozenset()
    generation: int = 0  # of a stage that begins without a state; afterwards the state holds it
    pages: Path | None = None  # the folder for files of packed pages; None: they are kept in memory


def floor_of(generation: int) -> int:
    """Where the revisions of a generation begin: above all of the generation before, whatever its history was.

    Sums of record sequences stay far below 2^40, and 8,192 generations fit the integers that JSON readers agree on.
    """
    return generation << 40


class Processor(Protocol):
    """One partition of one stage. Made on assignment, dropped on revocation.

    ``restore`` is called once for every record of the stage's own state partition, oldest first (None: forgotten),
    before the first ``apply``. Records in the form of an earlier release may be among them, overwritten or without a
    value later on: ``restore`` must not raise for them; the worker refuses a state that ends in another form.
    ``restored`` is called after the last one.

    ``apply`` takes a batch in offset order and gives everything to be written in the same transaction, changes of its
    own state included (``Output`` to the state topic, this partition; the last value of a key only). A record that
    cannot be understood is a dead letter among the outputs. Raising anything means a bug: the process ends.

    ``understood`` and ``unchanged`` count the records applied so far that were taken in, and that said nothing new.
    With the dead letters they must make up all input: the host checks this sum before each commit (conservation).
    """

    understood: int
    unchanged: int
    generation: int  # the high part of every revision; the host takes it from the state

    def __init__(self, partition: int, context: Context) -> None: ...

    def restore(self, key: bytes, value: bytes | None) -> None: ...

    def restored(self) -> None: ...

    def apply(self, records: Sequence[InputRecord]) -> list[Output]: ...

    def size(self) -> tuple[int, int]:
        """How many keys of state it keeps, and the bytes of their values."""
        ...


def dead_letter(stage: str, record: InputRecord, reject: Reject) -> Output:
    """The refusal of one record, with its original bytes. The same bytes refused twice for one reason have one id."""
    key = record.key.decode("utf-8", "replace")
    original, encoding = as_text(record.value or b"")
    source, feed, name = (*key.split("|", 2), "", "")[:3] if stage == "normalise" else ("", "", "")
    letter = DeadLetter(
        id=short_hash(stage, key, original, reject.reason),
        stage=stage,
        reason=reject.reason,
        message=reject.message,
        source=source,
        feed=feed,
        record=name,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=key,
        original=original,
        original_encoding=encoding,
    )
    return Output(DEAD_LETTER.name, letter_key(stage, record), encode(letter))


def superseded(stage: str, record: InputRecord) -> Output:
    """A null that closes the letters of a record: a later state of it was taken in."""
    return Output(DEAD_LETTER.name, letter_key(stage, record), None)


def letter_key(stage: str, record: InputRecord) -> bytes:
    """The key of a record's letters: all of them, and what closes them, stand in one partition in their order.

    That of normalise is ``DeadLetter.topic_key``: a raw record's key is its source, feed and name.
    """
    return f"{stage}|{record.key.decode('utf-8', 'replace')}".encode()


def as_text(raw: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    """Bytes as a JSON text can hold them, and how they are written there."""
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"
