"""Hold: which feeds wait for a person, and the person's decision to let one pass (tongda.release)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.poll.cursor import Cursor, feed_key
from connectors.poll.evidence import stamp
from connectors.tryout import say
from ops.bus import Outgoing, Writer, read_to_end
from ops.settings import Settings
from schemas.errors import Refused
from schemas.records.release import Release
from schemas.source.model import Source
from schemas.topics import CURSOR, RELEASE, partition_of
from schemas.wire import encode, load

WRITER = "tongda.release.0"  # one for all operators: of two at once the first is fenced, and tries again


def holds(settings: Settings) -> Iterator[tuple[str, Cursor]]:
    """``source|feed`` and cursor of each feed that is held."""
    last = {one.key: one.value for one in read_to_end(settings, CURSOR.name) if one.key.count(b"|") == 1}
    cursors = {key.decode(): load(Cursor, value) for key, value in sorted(last.items()) if value is not None}
    yield from ((key, cursor) for key, cursor in cursors.items() if cursor.held_since)


def held(settings: Settings) -> int:
    """Print them."""
    say("来源|栏目 source|feed", "自 since", "原因 reason", "说明 detail", "证据 evidence")
    for key, cursor in holds(settings):
        say(key, cursor.held_since, cursor.reason, cursor.detail or "-", cursor.evidence or "-")
    return 0


def release(settings: Settings, source: Source, feed_id: str, now: datetime, reason: str) -> int:
    """Let this hold pass with the feed's next poll. Raises Refused when the feed is not held."""
    key = feed_key(source.id, feed_id)
    cursor = dict(holds(settings)).get(key)
    if cursor is None or cursor.held_since is None:
        raise Refused(f"{source.id} {feed_id} is not held · 该栏目未被暂扣", next_step="tongda sources held")
    decision = Release(
        source=source.id, feed=feed_id, held_since=cursor.held_since, released_at=stamp(now), reason=reason
    )
    with Writer(settings, WRITER) as writer:
        partition = partition_of(key, settings.partitions)
        writer.commit([Outgoing(RELEASE.name, key.encode(), encode(decision), partition)])
    say(key, cursor.reason, f"下次轮询放行 passes with the next poll: {cursor.next_poll_at}")
    return 0
