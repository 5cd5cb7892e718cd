"""Source status: how one feed fares (tongda.source-status.v1). Key: ``source|feed``."""

from __future__ import annotations

from typing import Literal

from schemas.records.base import Record
from schemas.records.raw import RowCounts

Verdict = Literal["complete", "short", "drifted", "blocked", "unknown"]
FeedState = Literal["ok", "short", "drifted", "blocked", "unknown", "held", "paused", "waiting"]


class SourceStatus(Record, frozen=True, kw_only=True):
    """``waiting``: declared, never polled yet. ``held``: a slice waits for a person 暂扣. ``paused``: not asked by us."""

    source: str
    feed: str
    name: str  # the platform's official Chinese name
    feed_name: str  # the Chinese name of the list within it
    kind: str
    state: FeedState
    reason: str  # short code when the state is not ok
    verdict: Verdict | None = None
    last_complete_at: str | None = None
    watermark: str | None = None  # newest day fully read
    rows: RowCounts  # of the last slice
    total_rows: RowCounts  # since the feed was first polled
    interval_seconds: int
    polled_at: str | None = None
    next_poll_at: str | None = None
    evidence: str | None = None  # SHA-256 of the last refusal
    synthetic: bool  # comes from a stand-in platform: sample data
