"""The catalogue of metrics: every name, its labels and what it means. Nothing else may be counted.

Labels are bounded: a source, a feed, a reason, never a patent number, an organisation, an address or an error's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

COUNTER: Literal["counter"] = "counter"
GAUGE: Literal["gauge"] = "gauge"
HISTOGRAM: Literal["histogram"] = "histogram"

REQUEST = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
END_TO_END = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
HTTP = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TRANSACTION = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
RESTORE = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)


@dataclass(frozen=True)
class Metric:
    """One line of the catalogue."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


METRICS: tuple[Metric, ...] = (
    # Process
    Metric("tongda_build_info", GAUGE, ("version", "python"), "constant 1"),
    Metric("tongda_failpoints_armed", GAUGE, (), "armed failpoints; 0 outside tests"),
    Metric("tongda_disk_free_ratio", GAUGE, ("volume",), "room left where the process writes"),
    # Sources
    Metric(
        "tongda_requests_total",
        COUNTER,
        ("source", "outcome"),
        "ok, not_modified, http_4xx, http_5xx, throttled, timeout, tls, refused, too_large, guarded",
    ),
    Metric("tongda_request_duration_seconds", HISTOGRAM, ("source",), "connect to last byte", REQUEST),
    Metric("tongda_response_bytes_total", COUNTER, ("source",), "bytes on the wire"),
    Metric(
        "tongda_slice_verdicts_total",
        COUNTER,
        ("source", "feed", "verdict"),
        "complete, short, drifted, blocked, unknown",
    ),
    Metric("tongda_feed_last_complete_timestamp_seconds", GAUGE, ("source", "feed"), "last slice proved complete"),
    Metric("tongda_feed_interval_seconds", GAUGE, ("source", "feed"), "`every` of source.yml"),
    Metric("tongda_feed_last_new_timestamp_seconds", GAUGE, ("source", "feed"), "last new or changed record"),
    Metric("tongda_feed_watermark_timestamp_seconds", GAUGE, ("source", "feed"), "newest source date fully read"),
    Metric("tongda_page_rows_total", COUNTER, ("source", "feed", "result"), "new, changed, unchanged, rejected"),
    Metric(
        "tongda_expectation_breaches_total",
        COUNTER,
        ("source", "feed", "rule"),
        "polls that `expect` of source.yml held: fill, median, count",
    ),
    Metric("tongda_absences_total", COUNTER, ("source", "feed", "step"), "published"),
    Metric("tongda_held_slices", GAUGE, ("source", "feed"), "slices waiting for a person"),
    Metric("tongda_source_circuit_state", GAUGE, ("source",), "0 closed, 1 half open (a probe is under way), 2 open"),
    Metric("tongda_source_budget_remaining_ratio", GAUGE, ("source",), "of the day's request budget"),
    Metric("tongda_polls_broken_off_total", COUNTER, ("source", "feed"), "polls ended by an error of the hub's own"),
    Metric("tongda_sources_refused", GAUGE, (), "definitions that cannot be used; the others are polled"),
    Metric("tongda_feeds_declared", GAUGE, (), "feeds in the definitions"),
    Metric("tongda_feeds_owned", GAUGE, (), "feeds this process holds through its cursor partitions"),
    Metric("tongda_evidence_full", GAUGE, (), "1 while there is no room for evidence and nothing is polled"),
    Metric("tongda_evidence_writes_total", COUNTER, ("outcome",), "stored, failed"),
    # Bus and stages
    Metric("tongda_transactions_total", COUNTER, ("writer", "outcome"), "committed, fenced, unknown"),
    Metric("tongda_transaction_duration_seconds", HISTOGRAM, ("writer",), "begin to commit", TRANSACTION),
    Metric("tongda_topic_records_total", COUNTER, ("writer", "topic"), "records committed"),
    Metric("tongda_consumer_lag_records", GAUGE, ("group", "topic"), "committed records that the group has not read"),
    Metric("tongda_stage_records_total", COUNTER, ("stage", "result"), "understood, unchanged, dead_letter"),
    Metric("tongda_stage_batch_duration_seconds", HISTOGRAM, ("stage",), "poll to commit", TRANSACTION),
    Metric("tongda_stage_partitions", GAUGE, ("stage", "phase"), "fencing, restoring, running"),
    Metric("tongda_stage_last_commit_timestamp_seconds", GAUGE, ("stage",), "last committed transaction"),
    Metric(
        "tongda_stage_oldest_pending_timestamp_seconds",
        GAUGE,
        ("stage",),
        "arrival of the oldest uncommitted record; 0 when none",
    ),
    Metric("tongda_stage_restore_duration_seconds", HISTOGRAM, ("stage",), "one partition", RESTORE),
    Metric(
        "tongda_stage_restore_remaining_records", GAUGE, ("stage",), "state records still to be read; 0 when restored"
    ),
    Metric("tongda_stage_state_records", GAUGE, ("stage",), "records, dossiers, points kept in this process"),
    Metric(
        "tongda_stage_state_bytes", GAUGE, ("stage",), "their values as they are kept, without Python's own overhead"
    ),
    Metric("tongda_rebalances_total", COUNTER, ("stage",), "times the partitions were dealt out anew"),
    Metric(
        "tongda_conservation_gap_records",
        GAUGE,
        ("place",),
        "pages, the stages, store, digest, feeds, areas; must be 0",
    ),
    Metric("tongda_dead_letters_total", COUNTER, ("stage", "source", "reason"), "records set aside, with the reason"),
    Metric("tongda_end_to_end_latency_seconds", HISTOGRAM, ("kind", "hop"), "response received to topic", END_TO_END),
    # Sinks and portal
    Metric("tongda_sink_records_total", COUNTER, ("sink", "result"), "applied, stale (older revision)"),
    Metric("tongda_sink_write_duration_seconds", HISTOGRAM, ("sink",), "one batch into the far end", TRANSACTION),
    Metric("tongda_sink_last_commit_timestamp_seconds", GAUGE, ("sink",), "last batch the far end confirmed"),
    Metric("tongda_sink_paused", GAUGE, ("sink",), "1 while `Paused(retry_after)` holds"),
    Metric(
        "tongda_target_value", GAUGE, ("target", "unit"), "a goal's value, as its page shows it; none while it has none"
    ),
    Metric("tongda_target_goal", GAUGE, ("target", "unit"), "what is to be reached"),
    Metric("tongda_target_progress_ratio", GAUGE, ("target",), "value by goal; none while there is no value"),
    Metric("tongda_target_elapsed_ratio", GAUGE, ("target",), "share of the goal's window that is gone"),
    Metric("tongda_sse_resets_total", COUNTER, ("stream",), "Last-Event-ID too old"),
    Metric("tongda_http_requests_total", COUNTER, ("route", "method", "code"), "route template, never the path"),
    Metric(
        "tongda_http_request_duration_seconds", HISTOGRAM, ("route",), "request to the last byte of the answer", HTTP
    ),
)

BY_NAME = {metric.name: metric for metric in METRICS}
