"""The catalogue of metrics: every name, its labels and what it means. Metrics that are not listed here cannot be counted.

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
    Metric(
        "tongda_job_last_success_timestamp_seconds",
        GAUGE,
        ("task",),
        "end of the last good round of a thread of the portal: digests or vintages; before the first one, its start",
    ),
    Metric(
        "tongda_certificate_expiry_timestamp_seconds",
        GAUGE,
        ("certificate",),
        "end of the first to end in a file of authorities: kafka-ca, database-ca",
    ),
    Metric(
        "tongda_backup_newest_timestamp_seconds", GAUGE, (), "when the newest whole backup was made; 0: there is none"
    ),
    Metric("tongda_disk_free_ratio", GAUGE, ("volume",), "free share of the volumes that the process writes to"),
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
    Metric(
        "tongda_feed_silence_limit_seconds",
        GAUGE,
        ("source", "feed"),
        "longest time without a new record that is no cause to look: a week, or three intervals",
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
        "polls held by `expect` of source.yml: fill, median, count",
    ),
    Metric("tongda_absences_total", COUNTER, ("source", "feed", "step"), "published"),
    Metric("tongda_unclaimed_fields", GAUGE, ("source", "feed"), "columns that the definition does not name"),
    Metric("tongda_held_slices", GAUGE, ("source", "feed"), "slices waiting for a person"),
    Metric("tongda_feed_paused", GAUGE, ("source", "feed"), "1 while the feed is paused by a person"),
    Metric("tongda_source_circuit_state", GAUGE, ("source",), "0 closed, 1 half open (a probe is under way), 2 open"),
    Metric("tongda_pace_wait_seconds_total", COUNTER, ("source",), "seconds that requests waited for their turn"),
    Metric("tongda_source_requests_today", GAUGE, ("source",), "requests of the day, over restarts; before each poll"),
    Metric("tongda_source_budget_remaining_ratio", GAUGE, ("source",), "of the day's request budget"),
    Metric("tongda_polls_broken_off_total", COUNTER, ("source", "feed"), "polls ended by an error of the hub's own"),
    Metric("tongda_sources_refused", GAUGE, (), "definitions that cannot be used; the others are polled"),
    Metric("tongda_feeds_declared", GAUGE, (), "feeds in the definitions"),
    Metric("tongda_feeds_owned", GAUGE, (), "feeds this process holds through its cursor partitions"),
    Metric("tongda_evidence_full", GAUGE, (), "1 while polling is paused because the evidence store has no room"),
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
    Metric("tongda_stage_state_records", GAUGE, ("stage",), "entries of the stage's state in this process"),
    Metric("tongda_stage_state_bytes", GAUGE, ("stage",), "bytes of their encoded values, without Python's overhead"),
    Metric("tongda_rebalances_total", COUNTER, ("stage",), "rebalances of the stage's group"),
    Metric(
        "tongda_conservation_gap_records",
        GAUGE,
        ("place",),
        "records that went in and are not accounted for, by checked place; must be 0",
    ),
    Metric("tongda_dead_letters_total", COUNTER, ("stage", "source", "reason"), "records set aside, with the reason"),
    Metric("tongda_end_to_end_latency_seconds", HISTOGRAM, ("kind", "hop"), "response received to topic", END_TO_END),
    # Sinks and portal
    Metric("tongda_sink_records_total", COUNTER, ("sink", "result"), "applied, stale (older revision), refused"),
    Metric(
        "tongda_sink_refused_records", GAUGE, ("sink",), "records set aside, of which no later revision was written"
    ),
    Metric("tongda_dead_letters_open", GAUGE, (), "dead letters that wait, over restarts; measured by the store"),
    Metric(
        "tongda_sink_waiting_since_timestamp_seconds",
        GAUGE,
        ("sink",),
        "since when records wait and nothing is written; 0 when none wait",
    ),
    Metric("tongda_sink_write_duration_seconds", HISTOGRAM, ("sink",), "one batch into the database", TRANSACTION),
    Metric("tongda_sink_last_commit_timestamp_seconds", GAUGE, ("sink",), "last batch that the database confirmed"),
    Metric("tongda_sink_paused", GAUGE, ("sink",), "1 while the sink waits for its database or the broker"),
    Metric("tongda_target_value", GAUGE, ("target", "unit"), "current value of a goal; no sample while it has none"),
    Metric("tongda_target_goal", GAUGE, ("target", "unit"), "the value to be reached"),
    Metric(
        "tongda_target_progress_ratio", GAUGE, ("target",), "value divided by goal; no sample while there is no value"
    ),
    Metric(
        "tongda_target_missing_months", GAUGE, ("target",), "months of the goal's window that its sources do not cover"
    ),
    Metric("tongda_target_elapsed_ratio", GAUGE, ("target",), "elapsed share of the goal's period"),
    Metric(
        "tongda_sign_ins_total",
        COUNTER,
        ("scheme", "outcome"),
        "tries to sign in at the operator's listener: scheme account, oidc; outcome ok, refused",
    ),
    Metric("tongda_sse_clients", GAUGE, (), "live streams that are open"),
    Metric("tongda_quota_refused_total", COUNTER, ("by",), "requests beyond the quota of a key or an address (429)"),
    Metric("tongda_quota_callers", GAUGE, (), "keys and addresses whose requests are counted"),
    Metric(
        "tongda_letters_total", COUNTER, ("outcome",), "tries of letters to a mail server: delivered, failed, given_up"
    ),
    Metric("tongda_letters_waiting", GAUGE, (), "letters that wait to be handed to the mail server"),
    Metric(
        "tongda_webhook_deliveries_total", COUNTER, ("outcome",), "tries of messages to receivers: delivered, failed"
    ),
    Metric("tongda_sse_resets_total", COUNTER, ("stream",), "Last-Event-ID too old"),
    Metric("tongda_http_requests_total", COUNTER, ("route", "method", "code"), "route template, never the path"),
    Metric(
        "tongda_http_request_duration_seconds", HISTOGRAM, ("route",), "request to the last byte of the answer", HTTP
    ),
)

BY_NAME = {metric.name: metric for metric in METRICS}
