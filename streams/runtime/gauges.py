"""Gauges: what metrics and health show of a stage."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from ops import telemetry
from schemas import topics, wire
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import Totals
from streams.processor import Output
from streams.runtime.batch import PartitionWorker, Transaction

PHASES = ("fencing", "restoring", "running")


def count_committed(name: str, before: Totals, transaction: Transaction, seconds: float) -> None:
    """Count one committed transaction of a stage, this long after its poll."""
    now = time.time()
    for result in ("understood", "unchanged", "dead_letters"):
        grown = getattr(transaction.totals, result) - getattr(before, result)
        telemetry.count("tongda_stage_records_total", grown, stage=name, result=result.removesuffix("s"))
    telemetry.count("tongda_transactions_total", writer=name, outcome="committed")
    telemetry.observe("tongda_stage_batch_duration_seconds", seconds, stage=name)
    telemetry.gauge("tongda_stage_last_commit_timestamp_seconds", now, stage=name)
    for (topic, _), written in transaction.outputs.items():
        telemetry.count("tongda_topic_records_total", len(written), writer=name, topic=topic)
        if topic == topics.DEAD_LETTER.name:
            count_letters(written)
        elif since := oldest(written):
            telemetry.observe("tongda_end_to_end_latency_seconds", now - since, kind=topic.split(".")[1], hop="topic")


def count_letters(written: Iterable[Output]) -> None:
    """Each refusal under its stage, source and reason; a null closes letters and is none."""
    for output in written:
        if output.value is None:
            continue
        letter = wire.load(DeadLetter, output.value)
        telemetry.count("tongda_dead_letters_total", stage=letter.stage, source=letter.source, reason=letter.reason)


def oldest(written: Iterable[Output]) -> float | None:
    """When the platform gave the oldest of these public records, in seconds: the slowest of a batch stands for it."""
    times = [value for output in written for name, value in output.headers if name == "ce_time"]
    return datetime.fromisoformat(min(times).decode()).timestamp() if times else None


def show_state(name: str, workers: Iterable[PartitionWorker]) -> None:
    """How much state this process holds: what a restart must restore."""
    sizes = [worker.processor.size() for worker in workers]
    telemetry.gauge("tongda_stage_state_records", sum(records for records, _ in sizes), stage=name)
    telemetry.gauge("tongda_stage_state_bytes", sum(taken for _, taken in sizes), stage=name)


def show_phases(name: str, phases: Iterable[str], remaining: int) -> None:
    """In which phase the owned partitions are, and how many records of state are still to be restored."""
    of_each = list(phases)
    for phase in PHASES:
        telemetry.gauge("tongda_stage_partitions", of_each.count(phase), stage=name, phase=phase)
    telemetry.gauge("tongda_stage_restore_remaining_records", remaining, stage=name)


def show_progress(name: str, workers: Iterable[PartitionWorker], pending: Iterable[float]) -> None:
    """Whether every record is accounted for, and since when the oldest record in hand waits for its commit."""
    telemetry.gauge("tongda_conservation_gap_records", sum(worker.totals.gap for worker in workers), place=name)
    waiting = [since for since in pending if since]
    telemetry.gauge("tongda_stage_oldest_pending_timestamp_seconds", min(waiting, default=0), stage=name)
