"""Pause 暂停: a person pauses a platform, or one of its feeds, until further notice (tongda.pause). Key: ``source|feed``."""

from __future__ import annotations

from schemas.records.base import Record


class Pause(Record, frozen=True):
    """One decision, in force until it is taken back with a null under its key."""

    source: str
    feed: str  # empty: all feeds of the source, also those that its definition gets later
    paused_at: str
    reason: str  # why; no names of persons
