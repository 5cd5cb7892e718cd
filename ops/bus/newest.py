"""Newest: the last records of a topic, without reading all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ops.bus.connection import Incoming, TopicPartition
from ops.bus.reader import Reader, read_on
from ops.settings import Settings
from schemas.topics import partition_of

FURTHER = 8  # times as far back when that gave too few


def newest(settings: Settings, topic: str, count: int, key: str = "") -> list[Incoming]:
    """The last ``count`` committed records of a topic, or of one of its keys, by the broker's time; the oldest first.

    Offsets hold no records where a transaction ended, was aborted, or was compacted, so it reads further back until there
    are enough or the topic begins.
    """
    partitions = [partition_of(key, settings.partitions)] if key else range(settings.partitions)
    begins, ends = _bounds(settings, [(topic, partition) for partition in partitions])
    span = 2 * count
    while True:
        starts = {tp: max(begins[tp], end - span) for tp, end in ends.items()}
        found = [record for record in read_on(settings, starts) if not key or record.key == key.encode()]
        if len(found) >= count or starts == begins:
            return sorted(found, key=lambda record: record.timestamp_ms)[-count:]
        span *= FURTHER


def _bounds(
    settings: Settings, partitions: Sequence[TopicPartition]
) -> tuple[Mapping[TopicPartition, int], Mapping[TopicPartition, int]]:
    """The first offset of each partition, and the one after its last stable record."""
    with Reader(settings) as reader:
        reader.assign(partitions)
        reader.seek_to_beginning()
        return {tp: reader.position(*tp) for tp in partitions}, reader.end_offsets(partitions)
