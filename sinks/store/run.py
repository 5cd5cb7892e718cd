"""The process that keeps the read model up to date: Kafka only says which partitions, PostgreSQL says from where."""

from __future__ import annotations

import signal
import threading
import time
from datetime import datetime

from ops import telemetry
from ops.bus import Incoming, Reader, TopicPartition
from ops.failpoints import arm, hit
from ops.health import Health
from ops.settings import Settings
from schemas import topics
from schemas.errors import Fenced, Paused, Unreachable
from sinks.store.audit import Audit
from sinks.store.database import Database
from sinks.store.families import FAMILIES
from sinks.store.store import CONSUMER, Store, Written

POLL_SECONDS = 0.2
POLL_RECORDS = 2000
LONGEST_BATCH_RECORDS = 10_000
TRANSACTION_SECONDS = 30  # a store that was stopped in the middle of one must not keep its successor waiting
STATEMENT_SECONDS = 20  # one batch is one statement a family; far above what 2,000 rows take
AUDIT_STATEMENT_SECONDS = 60  # a digest reads a whole table
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 10.0
WELL_SECONDS = 60.0  # a session that lasted so long was well: the next trouble is a new one
LOOK_SECONDS = 2.0  # how often a quiet store asks whether both far ends answer and its partitions are still its own
ANSWER_SECONDS = 10.0  # of the broker, when it is asked


def run(settings: Settings) -> None:
    """Run until told to stop. A broker or database that is away is waited for; a fenced store ends the process."""
    telemetry.gauge("tongda_failpoints_armed", arm(settings))
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    health = Health(settings, "store")
    health.start()
    database = Database(
        settings.database, role="store", statement_seconds=STATEMENT_SECONDS, transaction_seconds=TRANSACTION_SECONDS
    )
    audited = Database(settings.database, role="store audit", statement_seconds=AUDIT_STATEMENT_SECONDS)
    audit = threading.Thread(target=Audit(settings, audited).run, args=(stopping,), name="audit", daemon=True)
    audit.start()
    wait = FIRST_WAIT_SECONDS
    try:
        while not stopping.is_set():
            started = time.monotonic()
            try:
                _session(settings, database, health, stopping)
            except (Unreachable, Paused) as error:
                telemetry.log("store_waits", "warning", reason=error.message, seconds=wait)
                telemetry.gauge("tongda_sink_paused", 1, sink="store")
                health.check("far_ends", False, f"{error.message} ({error.code})")
                health.beat()
                if time.monotonic() - started > WELL_SECONDS:
                    wait = FIRST_WAIT_SECONDS
                stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
    finally:
        stopping.set()
        audit.join(5)
        audited.close()
        database.close()
        health.stop()


def _session(settings: Settings, database: Database, health: Health, stopping: threading.Event) -> None:
    """Read and write until something breaks. Whatever was in flight is either wholly in the database or read again."""
    store = Store(database)

    def assigned(partitions: list[TopicPartition]) -> None:
        for (topic, partition), position in store.claim(partitions).items():
            reader.seek(topic, partition, position)
        telemetry.log("partitions_claimed", partitions=len(partitions))

    reader = Reader(
        settings,
        group=CONSUMER,
        topics=tuple(FAMILIES),
        instance=f"store-{settings.slot}",  # a restart is no rebalance
        on_assigned=assigned,
        on_revoked=store.release,
    )
    looked = time.monotonic()
    lost: set[TopicPartition] = set()
    try:
        while not stopping.is_set():
            batch = _whole(reader, reader.poll(POLL_RECORDS, POLL_SECONDS))
            health.beat()
            health.ready = health.ready or bool(reader.assignment())
            if batch:
                started = time.monotonic()
                _tell(store.write(batch), batch, time.monotonic() - started)
            elif time.monotonic() - looked > LOOK_SECONDS:
                reader.ping(topics.STATISTIC.name, ANSWER_SECONDS)
                lost = _look(store, lost)
                looked = time.monotonic()
            else:
                continue
            health.check("far_ends", True)  # not before both were seen to answer
            telemetry.gauge("tongda_sink_paused", 0, sink="store")
        hit("stop.drain.partial")
    finally:
        reader.close()


def _whole(reader: Reader, batch: list[Incoming]) -> list[Incoming]:
    """With the rest of what was fetched: a full poll may end inside a transaction, and half of its figures be shown.

    A transaction of more than one fetch (4 MB of a partition) may still be cut.
    """
    more = batch
    while len(more) == POLL_RECORDS and len(batch) < LONGEST_BATCH_RECORDS:
        more = reader.poll(POLL_RECORDS, 0)
        batch = batch + more
    return batch


def _look(store: Store, lost: set[TopicPartition]) -> set[TopicPartition]:
    """Partitions that are not ours; twice the same ones, and this store ends: a quiet one would never notice.

    Once is no proof: the group may have dealt them to another a moment ago, which the next poll tells.
    """
    now = store.lost()
    if again := now & lost:
        raise Fenced(f"{len(again)} partitions were claimed by another store, or a backup was restored")
    return now


def _tell(written: Written, batch: list[Incoming], seconds: float) -> None:
    """What a committed batch adds to the metrics."""
    telemetry.count("tongda_sink_records_total", written.applied + written.gone, sink="store", result="applied")
    telemetry.count("tongda_sink_records_total", written.stale + written.skipped, sink="store", result="stale")
    telemetry.observe("tongda_sink_write_duration_seconds", seconds, sink="store")
    telemetry.gauge("tongda_sink_last_commit_timestamp_seconds", time.time(), sink="store")
    telemetry.gauge("tongda_conservation_gap_records", written.gap, place="store")
    newest = batch[-1]
    telemetry.log(
        "batch_written",
        "debug",
        records=written.read,
        applied=written.applied,
        stale=written.stale,
        seconds=round(seconds, 3),
        newest=datetime.fromtimestamp(newest.timestamp_ms / 1000).isoformat(),
    )
