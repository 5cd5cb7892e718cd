"""Measure: metrics and the log line of a poll. No value of a record stands in either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connectors.poll.cursor import Cursor
from connectors.poll.outcome import Outcome
from connectors.read.page import Unreadable
from ops import telemetry
from schemas.records.raw import RowCounts

LEAST_SILENCE_SECONDS = 7 * 86_400.0  # platforms rest over the Spring Festival
SILENT_INTERVALS = 3
OF_A_FEED = (
    "tongda_feed_interval_seconds",
    "tongda_feed_silence_limit_seconds",
    "tongda_feed_last_complete_timestamp_seconds",
    "tongda_feed_last_new_timestamp_seconds",
    "tongda_feed_watermark_timestamp_seconds",
    "tongda_held_slices",
    "tongda_feed_paused",
    "tongda_unclaimed_fields",
)
RESULTS = ("new", "changed", "unchanged", "rejected")


def measure_page(source: str, feed: str, rows: RowCounts, refused: Sequence[Unreadable]) -> None:
    """One page after it was published."""
    for result in RESULTS:
        telemetry.count("tongda_page_rows_total", getattr(rows, result), result=result, source=source, feed=feed)
    telemetry.gauge("tongda_conservation_gap_records", rows.gap, place="pages")
    for refusal in refused:
        telemetry.count("tongda_dead_letters_total", stage="poll", source=source, reason=refusal.reason)


def forget_feed(source: str, feed: str) -> None:
    """Another process polls it from now on: what this one saw last must not stand beside the new owner's values."""
    for metric in OF_A_FEED:
        telemetry.forget(metric, source=source, feed=feed)


def measure_poll(
    source: str, feed: str, outcome: Outcome, cursor: Cursor, rows: RowCounts, now: datetime, interval_seconds: float
) -> None:
    """A whole poll, after its last transaction."""
    labels = {"source": source, "feed": feed}
    telemetry.count("tongda_slice_verdicts_total", 1, verdict=outcome.verdict, **labels)
    telemetry.gauge("tongda_feed_interval_seconds", interval_seconds, **labels)
    limit = max(LEAST_SILENCE_SECONDS, SILENT_INTERVALS * interval_seconds)
    telemetry.gauge("tongda_feed_silence_limit_seconds", limit, **labels)
    telemetry.gauge("tongda_held_slices", int(outcome.state == "held"), **labels)
    if outcome.reason.startswith(("expect_", "drift_")):
        rule = outcome.reason.removeprefix("expect_")
        telemetry.count("tongda_expectation_breaches_total", 1, rule=rule, **labels)
    if cursor.last_complete_at:  # also one of a process before this: a feed that fails since then must not look new
        complete = datetime.fromisoformat(cursor.last_complete_at).timestamp()
        telemetry.gauge("tongda_feed_last_complete_timestamp_seconds", complete, **labels)
    if rows.new or rows.changed:
        telemetry.gauge("tongda_feed_last_new_timestamp_seconds", now.timestamp(), **labels)
    if cursor.watermark:
        day = datetime.fromisoformat(cursor.watermark).replace(tzinfo=now.tzinfo)
        telemetry.gauge("tongda_feed_watermark_timestamp_seconds", day.timestamp(), **labels)


def log_poll(source: str, feed: str, outcome: Outcome, rows: RowCounts, seconds: float, detail: str) -> None:
    """One line a poll; at debug level when it brought nothing new. ``detail`` is empty for a feed that is not public."""
    level = "info" if outcome.state == "ok" else "warning"
    telemetry.log(
        "slice_proved",
        level if rows.new or rows.changed or level == "warning" else "debug",
        source=source,
        feed=feed,
        state=outcome.state,
        verdict=outcome.verdict,
        reason=outcome.reason,
        detail=detail,
        seconds=round(seconds, 3),
        **msgspec.structs.asdict(rows),
    )
