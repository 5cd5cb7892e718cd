"""Holds: which feeds wait for a person, and the person's decision to let one pass (tongda.release)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from connectors.poll.cursor import Cursor, feed_key
from connectors.poll.evidence import stamp
from ops.bus import Outgoing, Writer, read_to_end
from ops.settings import Settings
from schemas.errors import Refused
from schemas.records.release import Release
from schemas.source.model import Source
from schemas.topics import CURSOR, RELEASE, partition_of
from schemas.wire import encode, load

WRITER = "tongda.release.0"  # one for all operators: of two at once the first is fenced, and tries again


class Hold(NamedTuple):
    """A feed that is held: since when, for what reason, and the evidence that shows it."""

    source: str
    feed: str
    held_since: str
    reason: str
    detail: str
    evidence: str
    next_poll_at: str


def holds(settings: Settings) -> Iterator[Hold]:
    """Every feed that is held, by its cursor."""
    last = {one.key: one.value for one in read_to_end(settings, CURSOR.name) if one.key.count(b"|") == 1}
    for key, value in sorted(last.items()):
        cursor = load(Cursor, value) if value is not None else Cursor()
        if cursor.held_since:
            source, _, feed = key.decode().partition("|")
            yield Hold(
                source,
                feed,
                cursor.held_since,
                cursor.reason,
                cursor.detail or "",
                cursor.evidence or "",
                cursor.next_poll_at or "",
            )


def released(settings: Settings, source: Source, feed_id: str, now: datetime, reason: str) -> Hold:
    """Let this hold pass with the feed's next poll. Raises Refused when the feed is not held."""
    found = next((one for one in holds(settings) if (one.source, one.feed) == (source.id, feed_id)), None)
    if found is None:
        raise Refused(f"{source.id} {feed_id} is not held · 该栏目未被暂扣", next_step="tongda sources held")
    decision = Release(
        source=source.id, feed=feed_id, held_since=found.held_since, released_at=stamp(now), reason=reason
    )
    key = feed_key(source.id, feed_id)
    with Writer(settings, WRITER) as writer:
        partition = partition_of(key, settings.partitions)
        writer.commit([Outgoing(RELEASE.name, key.encode(), encode(decision), partition)])
    return found
