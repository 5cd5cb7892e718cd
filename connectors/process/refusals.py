"""Refusals: definitions that cannot be used, told on tongda.source-status.v1 in place of their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from connectors.process.status import status_record, unusable_status
from ops.bus import Outgoing
from schemas.records.raw import feed_key
from schemas.topics import SOURCE_STATUS, partition_of


def refusals(
    refused: Mapping[str, str], told: Iterable[str], partition: int, partitions: int, now: datetime
) -> Iterator[Outgoing]:
    """What to publish in one partition. ``refused``: source → code; ``told``: the keys that stand on the topic.

    A refused source has one row of its own and no longer those of its feeds, which would look as if they were polled. A
    source that can be used again has its row taken away; its feeds tell of themselves.
    """
    for key in told:
        source, _, feed = key.partition("|")
        if partition_of(key, partitions) == partition and bool(feed) == (source in refused):
            yield Outgoing(SOURCE_STATUS.name, key.encode(), None, partition)
    for source, code in refused.items():
        if partition_of(feed_key(source, ""), partitions) == partition:
            yield status_record(unusable_status(source, code), partition, now)


def usable_again(refused: Mapping[str, str], told: Iterable[str]) -> Iterator[str]:
    """Sources that stand on the topic as refused and are not any more."""
    return (source for source, _, feed in (key.partition("|") for key in told) if not feed and source not in refused)
