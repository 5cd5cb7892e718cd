"""Handover: the records by which a generation takes another's place: differing ids, states with their positions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from ops.bus import Outgoing
from schemas.records.contribution import Contribution
from schemas.records.event import EVENT
from schemas.records.listing import Listing
from schemas.records.point import Point
from schemas.records.position import POSITION, Position, Totals
from schemas.topics import CONTRIBUTION, DEAD_LETTER, DEMAND, FIGURES, SUPPLY
from schemas.wire import encode, load
from streams.dossier.publication import dead, public_record, withdrawn
from streams.processor import Headers, cloud_event, floor_of
from streams.rebuild.compare import Difference, is_misplaced

PIECE_RECORDS = 2000
PIECE_BYTES = 4 << 20


def published(difference: Difference, partition: int, generation: int) -> Outgoing:
    """The ordinary revision by which the topic holds what the new generation has.

    What the new generation does not have is published as gone, with the first of the generation's revisions: above
    every revision of the generation before, below every one that the new generation gives later.
    """
    topic, key, running, following = difference
    if following is not None:
        return Outgoing(topic, key, following.value, partition, following.headers)
    assert running is not None, "a difference has one of the two"
    value, headers = gone(topic, key.decode(), running.value, floor_of(generation))
    return Outgoing(topic, key, value, partition, headers)


def gone(topic: str, key: str, value: bytes, revision: int) -> tuple[bytes | None, Headers]:
    """The last revision of a record, in the form in which its own stage would withdraw it.

    A null for a figure that an earlier release published on the topic of another class: its value must go from there.
    """
    if topic == CONTRIBUTION.name:
        return encode(dead(load(Contribution, value), revision)), ()
    if topic in FIGURES:
        point = load(Point, value)
        if is_misplaced(topic, {"unit": point.unit}):
            return None, ()
        return encode(emptied(point, revision)), cloud_event(topic, key, revision, point.as_of)
    document = load(Listing, value) if topic in (SUPPLY.name, DEMAND.name) else EVENT.decode(value)
    output = public_record(withdrawn(document, revision))
    assert output.value is not None, "a withdrawal has a value"
    return output.value, output.headers


def emptied(point: Point, revision: int) -> Point:
    """A figure to which nothing contributes any more."""
    nothing = "0.00" if "." in point.value else "0"
    return replace(point, value=nothing, revision=revision, coverage={}, contributions=0, flags=(), synthetic=False)


def state(
    topic: str, partition: int, running: Iterable[bytes], following: Mapping[bytes, bytes], totals: Totals
) -> Iterator[Outgoing]:
    """One partition of a stage's state: nulls for keys that are gone, the new state, the position as the last."""
    for key in running:
        if key not in following and key != POSITION:
            yield Outgoing(topic, key, None, partition)
    for key, value in following.items():
        if key != POSITION:
            yield Outgoing(topic, key, value, partition)
    yield Outgoing(topic, POSITION, Position(totals).encode(), partition)


class LetterId(msgspec.Struct):
    """Of a dead letter its id alone: the same refusal has the same id."""

    id: str


def letters(old: Mapping[bytes, bytes], new: Mapping[bytes, bytes], partition: int) -> Iterator[Outgoing]:
    """Dead letters that only the new generation wrote."""
    known = {load(LetterId, value).id for value in old.values()}
    for key, value in new.items():
        if load(LetterId, value).id not in known:
            yield Outgoing(DEAD_LETTER.name, key, value, partition)


def in_pieces(records: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    """Pieces that a writer can send and examine one by one."""
    piece: list[Outgoing] = []
    size = 0
    for record in records:
        piece.append(record)
        size += len(record.key) + len(record.value or b"")
        if len(piece) >= PIECE_RECORDS or size >= PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece
