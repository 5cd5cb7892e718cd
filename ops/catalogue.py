"""The catalogue of metrics: every name, its labels and what it means. Nothing else may be counted.

Labels are bounded: a source, a feed, a reason, never a patent number, an organisation, an address or an error's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

COUNTER: Literal["counter"] = "counter"
GAUGE: Literal["gauge"] = "gauge"
HISTOGRAM: Literal["histogram"] = "histogram"

HOUR, DAY = 3600.0, 86_400.0
REQUEST = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
END_TO_END = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
HTTP = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TRANSACTION = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
RESTORE = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)
PUBLICATION = (HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)


@dataclass(frozen=True)
class Metric:
    """One line of the catalogue."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = ()


METRICS: tuple[Metric, ...] = (
    # Process and jobs
    Metric("tongda_build_info", GAUGE, ("version", "python"), "constant 1"),
    Metric("tongda_failpoints_armed", GAUGE, (), "armed failpoints; 0 outside tests"),
    Metric("tongda_disk_free_ratio", GAUGE, ("volume",), "evidence, database, log"),
    Metric("tongda_certificate_expiry_timestamp_seconds", GAUGE, ("certificate",), "end of validity"),
    Metric(
        "tongda_job_runs_total",
        COUNTER,
        ("task", "outcome"),
        "snapshot, export, release, expiry, digest, audit, backup…; outcome ok, failed, skipped",
    ),
    Metric("tongda_job_last_success_timestamp_seconds", GAUGE, ("task",), ""),
    Metric("tongda_job_interval_seconds", GAUGE, ("task",), "promised interval, so that no rule holds a constant"),
    Metric(
        "tongda_backup_last_restored_timestamp_seconds",
        GAUGE,
        ("what",),
        "last restore drill that ended with equal digests",
    ),
    Metric("tongda_canary_duration_seconds", HISTOGRAM, (), "stand-in platform to SSE client", END_TO_END),
    Metric("tongda_canary_last_success_timestamp_seconds", GAUGE, (), "last complete round"),
    # Sources
    Metric(
        "tongda_requests_total",
        COUNTER,
        ("source", "outcome"),
        "ok, not_modified, http_4xx, http_5xx, throttled, timeout, tls, refused, too_large, guarded, budget",
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
    Metric(
        "tongda_feed_silence_limit_seconds",
        GAUGE,
        ("source", "feed"),
        "longest normal silence: from `expect`, else 3 days",
    ),
    Metric("tongda_feed_watermark_timestamp_seconds", GAUGE, ("source", "feed"), "newest source date fully read"),
    Metric("tongda_page_rows_total", COUNTER, ("source", "feed", "result"), "new, changed, unchanged, rejected"),
    Metric(
        "tongda_expectation_breaches_total",
        COUNTER,
        ("source", "feed", "rule"),
        "count_low, count_high, fill, domain, unit",
    ),
    Metric("tongda_unclaimed_fields", GAUGE, ("source", "feed"), "source fields neither claimed nor ignored"),
    Metric("tongda_field_fill_ratio", GAUGE, ("source", "feed", "field"), "0..1 over the last complete slice"),
    Metric("tongda_absences_total", COUNTER, ("source", "feed", "step"), "suspected, published, held, returned"),
    Metric("tongda_held_slices", GAUGE, ("source", "feed"), "slices waiting for a person"),
    Metric("tongda_source_circuit_state", GAUGE, ("source",), "0 closed, 1 half open, 2 open"),
    Metric("tongda_source_budget_remaining_ratio", GAUGE, ("source",), "of the day's request budget"),
    Metric(
        "tongda_source_paused_until_timestamp_seconds", GAUGE, ("source",), "Retry-After or working hours; 0 when free"
    ),
    Metric("tongda_publication_delay_seconds", HISTOGRAM, ("source", "kind"), "announced to first seen", PUBLICATION),
    Metric("tongda_feeds_declared", GAUGE, (), "feeds in the definitions"),
    Metric("tongda_feeds_owned", GAUGE, (), "feeds this process holds through its cursor partitions"),
    Metric("tongda_evidence_writes_total", COUNTER, ("outcome",), "stored, known, failed"),
    # Bus and stages
    Metric("tongda_transactions_total", COUNTER, ("writer", "outcome"), "committed, aborted, fenced, unknown"),
    Metric("tongda_transaction_duration_seconds", HISTOGRAM, ("writer",), "begin to commit", TRANSACTION),
    Metric("tongda_topic_records_total", COUNTER, ("writer", "topic"), "records committed"),
    Metric("tongda_unstable_records", GAUGE, ("topic",), "high watermark − last stable offset"),
    Metric("tongda_topic_drift", GAUGE, ("topic",), "1 when the topic differs from schemas/topics.py"),
    Metric("tongda_consumer_lag_records", GAUGE, ("group", "topic"), ""),
    Metric("tongda_consumer_lag_seconds", GAUGE, ("group", "topic"), "age of the next record to be read"),
    Metric(
        "tongda_consumer_state",
        GAUGE,
        ("group", "state"),
        "one-hot ok, slow, stalled, stopped, by a sliding window of commits",
    ),
    Metric(
        "tongda_retention_headroom_ratio",
        GAUGE,
        ("group", "topic"),
        "(committed − low) / (high − low); near 0: about to lose unread data",
    ),
    Metric("tongda_stage_records_total", COUNTER, ("stage", "result"), "understood, unchanged, dead_letter"),
    Metric("tongda_stage_batch_duration_seconds", HISTOGRAM, ("stage",), "poll to commit", TRANSACTION),
    Metric("tongda_stage_partitions", GAUGE, ("stage", "phase"), "fencing, restoring, running"),
    Metric("tongda_stage_last_commit_timestamp_seconds", GAUGE, ("stage",), ""),
    Metric(
        "tongda_stage_oldest_pending_timestamp_seconds",
        GAUGE,
        ("stage",),
        "arrival of the oldest uncommitted record; 0 when none",
    ),
    Metric("tongda_stage_restore_duration_seconds", HISTOGRAM, ("stage",), "one partition", RESTORE),
    Metric("tongda_stage_restore_remaining_records", GAUGE, ("stage",), ""),
    Metric("tongda_stage_state_records", GAUGE, ("stage",), "dossiers, points…"),
    Metric("tongda_stage_state_bytes", GAUGE, ("stage",), ""),
    Metric("tongda_rebalances_total", COUNTER, ("stage",), ""),
    Metric(
        "tongda_conservation_gap_records",
        GAUGE,
        ("place",),
        "pages, normalise, fold, tally, match, store, webhooks; must be 0",
    ),
    Metric(
        "tongda_digest_mismatches", GAUGE, ("topic",), "partitions whose digest in the store differs from the topic's"
    ),
    Metric("tongda_dead_letters_total", COUNTER, ("stage", "source", "reason"), ""),
    Metric("tongda_dead_letters_open", GAUGE, ("source", "reason"), "neither replayed nor discarded"),
    Metric("tongda_dead_letters_replayed_total", COUNTER, ("outcome",), "closed, again, discarded"),
    Metric(
        "tongda_end_to_end_latency_seconds",
        HISTOGRAM,
        ("kind", "hop"),
        "response received to topic / to store",
        END_TO_END,
    ),
    # Events, listings, matches
    Metric("tongda_revisions_total", COUNTER, ("kind", "cause"), "first, addition, correction, merge, split, absence"),
    Metric("tongda_events", GAUGE, ("kind", "state"), "in the store"),
    Metric("tongda_disagreements", GAUGE, ("kind",), "events whose sources contradict each other"),
    Metric("tongda_unresolved_records", GAUGE, ("what",), "organisation, patent, region, industry, party_type"),
    Metric("tongda_review_pairs", GAUGE, ("kind",), "merges and splits waiting for a person"),
    Metric("tongda_listings", GAUGE, ("kind", "state"), ""),
    Metric("tongda_moderation_oldest_timestamp_seconds", GAUGE, ("kind",), "oldest listing waiting; 0 when none"),
    Metric("tongda_matches_total", COUNTER, ("direction", "outcome"), "suggested, renewed, withdrawn"),
    Metric("tongda_match_feedback_total", COUNTER, ("answer",), "accepted, dismissed, contacted, concluded"),
    # Figures
    Metric("tongda_statistic_freshness_seconds", GAUGE, ("indicator",), "now − watermark behind the published point"),
    Metric("tongda_statistic_points", GAUGE, ("status",), "by observation status"),
    Metric("tongda_statistic_suppressed_points", GAUGE, ("reason",), "primary, secondary"),
    Metric("tongda_statistic_revisions_total", COUNTER, ("indicator", "cause"), "late, correction, definition"),
    Metric("tongda_identity_failures", GAUGE, ("identity",), "identities that do not hold now"),
    Metric("tongda_reconciliation_difference_ratio", GAUGE, ("source", "indicator"), "abs(hub − platform) / platform"),
    Metric("tongda_release_last_published_timestamp_seconds", GAUGE, ("table",), ""),
    Metric("tongda_target_value", GAUGE, ("target", "unit"), ""),
    Metric("tongda_target_goal", GAUGE, ("target", "unit"), ""),
    Metric("tongda_target_progress_ratio", GAUGE, ("target",), ""),
    Metric("tongda_target_elapsed_ratio", GAUGE, ("target",), "序时进度"),
    Metric("tongda_target_forecast_ratio", GAUGE, ("target", "bound"), "low, mid, high, at the deadline"),
    # Sinks, portal, security
    Metric("tongda_sink_records_total", COUNTER, ("sink", "result"), "applied, stale (older revision), failed"),
    Metric("tongda_sink_write_duration_seconds", HISTOGRAM, ("sink",), "", TRANSACTION),
    Metric("tongda_sink_last_commit_timestamp_seconds", GAUGE, ("sink",), ""),
    Metric("tongda_sink_paused", GAUGE, ("sink",), "1 while `Paused(retry_after)` holds"),
    Metric("tongda_database_connections", GAUGE, ("pool", "state"), "in_use, idle"),
    Metric("tongda_database_connections_limit", GAUGE, ("pool",), ""),
    Metric("tongda_webhook_deliveries_total", COUNTER, ("subscriber", "outcome"), "ok, retry, gone, given_up"),
    Metric("tongda_webhook_duration_seconds", HISTOGRAM, (), "request to response", REQUEST),
    Metric("tongda_webhook_pending_deliveries", GAUGE, ("subscriber",), ""),
    Metric("tongda_webhook_oldest_pending_timestamp_seconds", GAUGE, ("subscriber",), "0 when none"),
    Metric("tongda_sse_clients", GAUGE, ("stream",), ""),
    Metric("tongda_sse_resets_total", COUNTER, ("stream",), "Last-Event-ID too old"),
    Metric("tongda_http_requests_total", COUNTER, ("route", "method", "code"), "route template, never the path"),
    Metric("tongda_http_request_duration_seconds", HISTOGRAM, ("route",), "", HTTP),
    Metric("tongda_search_empty_total", COUNTER, ("kind",), "searches without a hit"),
    Metric("tongda_authentication_failures_total", COUNTER, ("scheme",), "key, oidc, scram"),
    Metric("tongda_access_denied_total", COUNTER, ("route",), ""),
    Metric("tongda_guard_refusals_total", COUNTER, ("profile", "reason"), "outbound HTTP refused by the guard"),
    Metric("tongda_audit_chain_intact", GAUGE, (), "1 while the hash chain verifies"),
)

BY_NAME = {metric.name: metric for metric in METRICS}
