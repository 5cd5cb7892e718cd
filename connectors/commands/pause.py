"""Pausing 暂停: a person pauses a platform or a feed, and resumes it (tongda.pause)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from connectors.commands.tryout import must_have
from connectors.poll.cursor import feed_key
from connectors.poll.evidence import stamp
from connectors.process.pauses import pause_of
from ops.bus import Outgoing, Writer, read_to_end
from ops.settings import Settings
from schemas.errors import Refused
from schemas.records.pause import Pause
from schemas.source.model import Source
from schemas.topics import PAUSE, partition_of
from schemas.wire import encode, load

WRITER = "tongda.pause.0"  # one for all operators: of two at once the first is fenced, and tries again


def pauses(settings: Settings) -> dict[str, Pause]:
    """Those in force, by ``source|feed``."""
    last = {one.key.decode(): one.value for one in read_to_end(settings, PAUSE.name)}
    return {key: load(Pause, value) for key, value in last.items() if value is not None}


def paused(settings: Settings, source: Source, feed: str, now: datetime, reason: str) -> Pause:
    """Let a feed rest, or the whole source where no feed is named. Raises NotFound."""
    if feed:
        must_have(source, feed)
    decision = Pause(source=source.id, feed=feed, paused_at=stamp(now), reason=reason)
    _write(settings, {feed_key(source.id, feed): encode(decision)})
    return decision


def resumed(settings: Settings, source: Source, feed: str) -> list[Pause]:
    """Take back the pause of a feed; without one, that of the source and of each of its feeds. Raises NotFound, Refused."""
    if feed:
        must_have(source, feed)
    found = pauses(settings)
    mine = [one for one in found.values() if one.source == source.id and feed in ("", one.feed)]
    if not mine and pause_of(found, source.id, feed):
        raise Refused(
            f"{source.id} is paused as a whole, not {feed} alone · 暂停的是整个平台",
            next_step=f"tongda sources resume {source.id}",
        )
    if not mine:
        raise Refused(f"{f'{source.id} {feed}'.strip()} is not paused · 未暂停", next_step="tongda sources list")
    _write(settings, {feed_key(one.source, one.feed): None for one in mine})
    return mine


def _write(settings: Settings, values: dict[str, bytes | None]) -> None:
    records: Iterable[Outgoing] = (
        Outgoing(PAUSE.name, key.encode(), value, partition_of(key, settings.partitions))
        for key, value in values.items()
    )
    with Writer(settings, WRITER) as writer:
        writer.commit(list(records))
