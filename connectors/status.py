"""Status: how one feed fares, as the public status page says it (tongda.source-status.v1). Pure."""

from __future__ import annotations

from connectors.cursor import Cursor, feed_key
from ops.bus import Outgoing
from schemas.raw_record import SourceStatus
from schemas.source import Source
from schemas.topics import SOURCE_STATUS
from schemas.wire import encode


def status_of(source: Source, feed_id: str, cursor: Cursor, interval_seconds: float) -> SourceStatus:
    """The feed's state in words for everyone."""
    feed = source.feeds[feed_id]
    return SourceStatus(
        source=source.id,
        feed=feed_id,
        name=source.name,
        feed_name=feed.name,
        kind=feed.kind,
        state=cursor.state,
        reason=cursor.reason,
        verdict=cursor.verdict,
        last_complete_at=cursor.last_complete_at,
        watermark=cursor.watermark,
        rows=cursor.rows,
        total_rows=cursor.total_rows,
        interval_seconds=max(1, round(interval_seconds)),
        polled_at=cursor.polled_at,
        next_poll_at=cursor.next_poll_at,
        evidence=cursor.evidence,
        synthetic=source.synthetic,
    )


def status_record(status: SourceStatus, partition: int) -> Outgoing:
    """The status as a record of its topic."""
    return Outgoing(SOURCE_STATUS.name, feed_key(status.source, status.feed).encode(), encode(status), partition)
