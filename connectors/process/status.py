"""Status: how one feed fares, as the public status page shows it (tongda.source-status.v1). Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from connectors.poll.cursor import Cursor
from connectors.poll.evidence import stamp
from connectors.poll.outcome import BY_PERSON
from connectors.process.circuit import Circuit
from ops.bus import Outgoing
from schemas.cloud_events import cloud_event
from schemas.records.raw import RowCounts, feed_key
from schemas.records.source_status import SourceStatus
from schemas.source.model import Source
from schemas.topics import SOURCE_STATUS
from schemas.wire import encode

CLOSED = Circuit()


def status_of(
    source: Source,
    feed_id: str,
    cursor: Cursor,
    interval_seconds: float,
    circuit: Circuit = CLOSED,
    reason: str = "",
    *,
    by_person: bool = False,
) -> SourceStatus:
    """The feed's public state: codes and counts only, never a value of a record.

    What keeps the hub from polling (``reason``, else an open circuit) is shown for a feed that is well itself; a fault
    of the feed's own tells more and stands before it. A person's pause (``by_person``) stands before everything.
    """
    feed = source.feeds[feed_id]
    reason = reason or circuit.paused_for(feed_id)
    paused = by_person or (reason and cursor.state in ("ok", "waiting", "paused"))
    reason = BY_PERSON if by_person else reason
    probe = circuit.not_before(cursor, interval_seconds)
    next_poll_at = max(cursor.next_poll_at or "", stamp(probe) if probe else "") or None
    return SourceStatus(
        source=source.id,
        feed=feed_id,
        name=source.name,
        feed_name=feed.name,
        kind=feed.kind,
        plan=source.plan,
        state="paused" if paused else cursor.state,
        reason=reason if paused else cursor.reason,
        verdict=cursor.verdict,
        last_complete_at=cursor.last_complete_at,
        watermark=cursor.watermark,
        rows=cursor.rows,
        total_rows=cursor.total_rows,
        interval_seconds=max(1, round(interval_seconds)),
        polled_at=cursor.polled_at,
        next_poll_at=None if by_person else next_poll_at,
        evidence=cursor.evidence,
        requests=cursor.asked,
        budget=None if source.synthetic else source.access.requests_a_day,
        synthetic=source.synthetic,
    )


def unusable_status(source: str, code: str) -> SourceStatus:
    """Of a source whose definition cannot be used: one row for the whole, with the code of the fault."""
    return SourceStatus(
        source=source,
        feed="",
        name=source,
        feed_name="",
        kind="",
        state="unusable",
        reason=code,
        rows=RowCounts(),
        total_rows=RowCounts(),
        interval_seconds=1,
        synthetic=False,
    )


def status_record(status: SourceStatus, partition: int, now: datetime) -> Outgoing:
    """The status as a record of its topic. Its revision is the hub's clock; of two reports the later one on the topic holds."""
    key, revision = feed_key(status.source, status.feed), int(now.timestamp() * 1000)
    headers = cloud_event(SOURCE_STATUS.name, key, revision, stamp(now))
    return Outgoing(SOURCE_STATUS.name, key.encode(), encode(replace(status, revision=revision)), partition, headers)
