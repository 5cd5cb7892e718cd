"""Source status: how one feed fares (tongda.source-status.v1). Key: ``source|feed``."""

from __future__ import annotations

from typing import Literal

from schemas.records.base import Record
from schemas.records.raw import RowCounts

Verdict = Literal["complete", "short", "drifted", "blocked", "unknown"]
FeedState = Literal["ok", "short", "drifted", "blocked", "unknown", "held", "paused", "waiting", "unusable"]


class Requests(Record, frozen=True):
    """Requests made for one feed on one day of the hub's clock, robots.txt, logins and repeated tries among them."""

    day: str = ""
    requests: int = 0
    bytes: int = 0  # of the answers, as they came over the wire
    refused: int = 0  # without an answer, or with a status from 400 that is not "not found"
    unchanged: int = 0  # answered with 304: the bytes were not sent again
    waited_seconds: float = 0.0  # before their turn, for the pace of the source

    def on(self, day: str) -> int:
        """The number of requests of that day."""
        return self.requests if day == self.day else 0

    def __add__(self, other: Requests) -> Requests:
        """Those of two feeds on one day; the day is that of the first."""
        return Requests(
            day=self.day or other.day,
            requests=self.requests + other.requests,
            bytes=self.bytes + other.bytes,
            refused=self.refused + other.refused,
            unchanged=self.unchanged + other.unchanged,
            waited_seconds=round(self.waited_seconds + other.waited_seconds, 3),
        )


class SourceStatus(Record, frozen=True, kw_only=True):
    """``waiting``: declared, never polled yet. ``held``: a slice waits for a person 暂扣. ``paused``: not asked by us.

    ``unusable``: the source's definition cannot be used, none of its feeds is polled; ``feed``, ``feed_name`` and ``kind``
    are empty then, ``name`` is the source's id, ``reason`` the code of the fault.
    """

    source: str
    feed: str
    name: str  # the platform's official Chinese name
    feed_name: str  # the Chinese name of the list within it
    kind: str
    plan: tuple[str, ...] = ()  # clauses of the province's plan that ask for the source: 2(4)1 is 第二部分（四）1
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
    requests: Requests = Requests()  # of the newest day on which there were any
    budget: int | None = None  # requests a day of all feeds of the source; a stand-in has none
    revision: int = 0  # milliseconds of the hub's clock, which may be set; the last report on the topic holds
    synthetic: bool  # comes from a stand-in platform: sample data
