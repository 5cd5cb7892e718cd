"""Decisions 决定: a person pauses a platform or a feed, resumes it, or lets pass what a feed is held for.

They stand on ``tongda.pause`` and ``tongda.release``; the connectors follow both. Commands and the operators' pages decide here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ops.bus import Outgoing, Writer, newest, read_to_end
from ops.settings import Settings
from ops.sources import must_have
from schemas.errors import Refused
from schemas.records.base import Record
from schemas.records.pause import Pause
from schemas.records.raw import feed_key
from schemas.records.release import Release
from schemas.source.model import Source
from schemas.topics import CURSOR, PAUSE, RELEASE, partition_of
from schemas.wire import encode, load

PAUSER = "tongda.pause.0"  # one for all operators: of two at once the first is fenced, and tries again
RELEASER = "tongda.release.0"


class Held(Record, frozen=True):
    """What a feed's cursor says of a hold. ``held_since`` names the hold."""

    held_since: str | None = None
    reason: str = ""
    next_poll_at: str | None = None


def pauses(settings: Settings) -> dict[str, Pause]:
    """Those in force, by ``source|feed``."""
    last = {one.key.decode(): one.value for one in read_to_end(settings, PAUSE.name)}
    return {key: load(Pause, value) for key, value in last.items() if value is not None}


def pause_of(in_force: Mapping[str, Pause], source: str, feed: str) -> Pause | None:
    """The pause of a feed: its own, or that of its whole source."""
    return in_force.get(feed_key(source, feed)) or in_force.get(feed_key(source, ""))


def paused(settings: Settings, source: Source, feed: str, now: datetime, reason: str) -> Pause:
    """Let a feed rest, or the whole source where no feed is named. Raises NotFound."""
    if feed:
        must_have(source, feed)
    decision = Pause(source=source.id, feed=feed, paused_at=now.isoformat(timespec="milliseconds"), reason=reason)
    _write(settings, PAUSER, PAUSE.name, {feed_key(source.id, feed): encode(decision)})
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
    _write(settings, PAUSER, PAUSE.name, {feed_key(one.source, one.feed): None for one in mine})
    return mine


def released(settings: Settings, source: Source, feed: str, now: datetime, reason: str) -> Held:
    """Let this hold pass with the feed's next poll. Raises Refused when the feed is not held."""
    key = feed_key(source.id, feed)
    last = newest(settings, CURSOR.name, 1, key)
    held = load(Held, last[-1].value) if last and last[-1].value else Held()
    if held.held_since is None:
        raise Refused(f"{source.id} {feed} is not held · 该栏目未被暂扣", next_step="tongda sources held")
    at = now.isoformat(timespec="milliseconds")
    decision = Release(source=source.id, feed=feed, held_since=held.held_since, released_at=at, reason=reason)
    _write(settings, RELEASER, RELEASE.name, {key: encode(decision)})
    return held


def _write(settings: Settings, writer: str, topic: str, values: Mapping[str, bytes | None]) -> None:
    with Writer(settings, writer) as opened:
        opened.commit(
            [
                Outgoing(topic, key.encode(), value, partition_of(key, settings.partitions))
                for key, value in values.items()
            ]
        )
