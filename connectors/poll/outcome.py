"""Outcome: what a poll came to, and the cursor after it. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from connectors.http.messages import Failure
from connectors.http.retry import back_off, blocked_for
from connectors.poll.cursor import Cursor, Flood
from connectors.poll.evidence import stamp
from connectors.poll.prove import Proof
from schemas.records.raw import RowCounts
from schemas.records.source_status import FeedState, Requests, Verdict

FAILURES = 5  # polls in a row, over all feeds of a source, none of which answers: then its circuit opens
SANDBOX_INTERVALS = 6  # a stand-in is left alone for at most so many intervals: it may refuse on purpose
BY_PERSON = "by_person"  # the reason of a feed that a person paused
INTERNAL = "internal"  # the reason of a poll that ended with an error of the hub's own

VERDICT_OF: dict[str, Verdict] = {
    "transient": "unknown",
    "rate": "unknown",
    "blocked": "blocked",
    "paging": "unknown",
    "contract": "blocked",
    "short": "short",
    "missing": "blocked",
    "local": "unknown",
}
STATE_OF: dict[str, FeedState] = {"contract": "held", "local": "paused"}  # any other state is the verdict


@dataclass
class Outcome:
    """The first thing that was not proved, or ``complete``."""

    verdict: Verdict = "complete"
    reason: str = ""
    state: FeedState = "ok"
    failure: Failure | None = None
    evidence: str | None = None  # of the refusal
    message: str = ""  # what was not proved, for the operator
    shown: set[str] | None = None  # keys of a whole, complete snapshot: what is not among them may be absent

    def take(self, proof: Proof, failure: Failure | None = None, evidence: str | None = None) -> None:
        """One more slice; the first that was not proved decides."""
        if self.verdict == "complete" and proof.verdict != "complete":
            self.verdict, self.reason = proof.verdict, proof.reason
            self.state = STATE_OF.get(failure.kind, proof.verdict) if failure else proof.verdict
            self.failure, self.evidence = failure, evidence
            self.message = failure.told if failure else proof.message

    def fail(self, failure: Failure, evidence: str | None) -> None:
        """A slice ended with a failure."""
        self.take(Proof(VERDICT_OF[failure.kind], failure.reason), failure, evidence)


@dataclass(frozen=True)
class Pace:
    """What decides when a feed is polled again."""

    interval_seconds: float
    synthetic: bool
    chance: random.Random


def settled(
    cursor: Cursor, outcome: Outcome, rows: RowCounts, flood: Flood | None, now: datetime, pace: Pace
) -> Cursor:
    """The cursor after a poll."""
    failed, paused = outcome.state in ("unknown", "blocked"), outcome.state == "paused"
    failures = cursor.failures + failed if failed or paused else 0
    held_since = None if outcome.state == "ok" else cursor.held_since
    if outcome.state == "held":
        held_since = held_since or stamp(now)
    complete = outcome.state == "ok"
    return replace(
        cursor,
        slice=None,
        polled_at=stamp(now),
        next_poll_at=stamp(now + next_poll_after(outcome.state, outcome.failure, failures, pace)),
        state=outcome.state,
        reason=outcome.reason,
        verdict=outcome.verdict,
        rows=rows,
        failures=failures,
        flood=flood,
        held_since=held_since,
        detail=outcome.message[:500],
        evidence=None if complete else outcome.evidence,
        last_complete_at=stamp(now) if complete else cursor.last_complete_at,
    )


def timeless(cursor: Cursor) -> Cursor:
    """A cursor without its instants and its counts of polls that found nothing."""
    none, rows = RowCounts(), cursor.total_rows
    known = RowCounts(read=rows.new + rows.changed, new=rows.new, changed=rows.changed)
    return replace(
        cursor,
        polled_at=None,
        next_poll_at=None,
        last_complete_at=None,
        rows=none,
        total_rows=known,
        asked=Requests(),
        earlier=(),
        profile={},
    )


def next_poll_after(state: FeedState, failure: Failure | None, failures: int, pace: Pace) -> timedelta:
    """The wait before the feed is polled again; never shorter than the platform asked."""
    asked, interval = failure.after_seconds if failure is not None else 0.0, pace.interval_seconds
    match state:
        case "unknown":
            wait = back_off(failures, pace.chance)
            wait = max(asked, min(interval, wait) if failures < FAILURES else wait)
        case "blocked":
            wait = max(asked, blocked_for(failures))
        case _:
            wait = max(asked, interval)
    return timedelta(seconds=min(wait, max(asked, interval * SANDBOX_INTERVALS)) if pace.synthetic else wait)
