"""The process that keeps the read model up to date: the consumer group deals out partitions, PostgreSQL has the offsets."""

from __future__ import annotations

import signal
import threading
import time
from datetime import datetime

from ops import telemetry
from ops.bus import Incoming, Reader, TopicPartition
from ops.failpoints import hit
from ops.garbage import collect_seldom
from ops.health import Health
from ops.settings import Settings
from schemas import topics
from schemas.errors import Fenced, Paused, Reject, Unreachable
from sinks.store.apply import Written
from sinks.store.audit import Audit
from sinks.store.database import Database
from sinks.store.progress import Progress
from sinks.store.store import CONSUMER, Store
from sinks.store.tables import TABLE_OF

GROUP = f"tongda.{CONSUMER}"  # on the broker; in the database its offsets stand under CONSUMER
POLL_SECONDS = 1.0  # without records; with some, a poll ends at once
POLL_RECORDS = 2000
LONGEST_BATCH_RECORDS, LARGEST_BATCH_BYTES = 10_000, 32 << 20
TRANSACTION_SECONDS = 30  # a store that was stopped in the middle of one must not keep its successor waiting
STATEMENT_SECONDS = 20  # one batch is one statement a table; far above what 2,000 rows take
AUDIT_STATEMENT_SECONDS = 60  # a digest reads a whole table
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 10.0
WELL_SECONDS = 60.0  # after a session that lasted so long, the next trouble is a new one
LOOK_SECONDS = 5.0  # how often a quiet store checks both far ends and its ownership of the partitions
ANSWER_SECONDS = 10.0  # of the broker


def run(settings: Settings) -> None:
    """Run until a signal. A broker or database that is away is waited for; a fenced store ends the process."""
    collect_seldom()
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
    try:
        sessions(settings, database, health, stopping)
    finally:
        stopping.set()
        audit.join(5)
        audited.close()
        database.close()
        health.stop()


def sessions(settings: Settings, database: Database, health: Health, stopping: threading.Event) -> None:
    """One session after the other, with growing waits between those that fail soon."""
    progress, wait = Progress(health), FIRST_WAIT_SECONDS
    while not stopping.is_set():
        started = time.monotonic()
        try:
            Session(settings, database, health, progress).run(stopping)
        except (Unreachable, Paused, Reject) as error:
            telemetry.log("store_waits", "warning", reason=error.message, seconds=wait)
            telemetry.gauge("tongda_sink_paused", 1, sink="store")
            health.check("far_ends", False, f"{error.message} ({error.code})")
            progress.judge()
            health.beat()
            if time.monotonic() - started > WELL_SECONDS:
                wait = FIRST_WAIT_SECONDS
            stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)


class Session:
    """Reads and writes until something fails. What was in flight is either wholly in the database or read again."""

    def __init__(self, settings: Settings, database: Database, health: Health, progress: Progress) -> None:
        self._health, self._progress = health, progress
        self._store = Store(database)
        self._lost: set[TopicPartition] = set()
        self._letters_counted = -LOOK_SECONDS
        self._reader = Reader(
            settings,
            group=GROUP,
            topics=tuple(TABLE_OF),
            instance=f"store-{settings.slot}",  # a restart is no rebalance
            on_assigned=self._assigned,
            on_revoked=self._store.release,
            fetch_wait_seconds=POLL_SECONDS,
        )

    def _assigned(self, partitions: list[TopicPartition]) -> None:
        for (topic, partition), position in self._store.claim(partitions).items():
            self._reader.seek(topic, partition, position)
        telemetry.log("partitions_claimed", partitions=len(partitions))

    def run(self, stopping: threading.Event) -> None:
        """Raises Unreachable, Paused, Fenced; Reject when not even a letter can be written."""
        looked = time.monotonic()
        try:
            while not stopping.is_set():
                batch = whole(self._reader, self._reader.poll(POLL_RECORDS, POLL_SECONDS))
                self._health.beat()
                self._health.ready = self._health.ready or bool(self._reader.assignment())
                if batch:
                    self._write(batch)
                elif time.monotonic() - looked > LOOK_SECONDS:
                    self._look()
                    looked = time.monotonic()
                else:
                    continue
                self._report_well()
            hit("stop.drain.partial")
        finally:
            self._reader.close()

    def _write(self, batch: list[Incoming]) -> None:
        self._progress.waits()
        started = time.monotonic()
        written = self._store.write(batch)
        self._progress.settled()
        _measure(written, batch, time.monotonic() - started)

    def _look(self) -> None:
        """The broker answers, the partitions are still ours, nothing is unread.

        Twice the same partitions not ours, and this store ends: a quiet one would not notice otherwise. Once is no proof:
        the group may have dealt them to another a moment ago, which the next poll shows.
        """
        self._reader.ping(topics.STATISTIC.name, ANSWER_SECONDS)
        lost = self._store.look()
        if again := lost & self._lost:
            raise Fenced(f"{len(again)} partitions were claimed by another store, or a backup was restored")
        self._lost = lost
        ends = self._reader.end_offsets(self._reader.assignment())
        if any(self._reader.position(*tp) < end for tp, end in ends.items()):
            self._progress.waits()
        else:
            self._progress.settled()

    def _report_well(self) -> None:
        """Both far ends answered. Records that were set aside are named, but no reason not to be ready."""
        self._health.check("far_ends", True)
        telemetry.gauge("tongda_sink_paused", 0, sink="store")
        if time.monotonic() - self._letters_counted > LOOK_SECONDS:
            self._letters_counted = time.monotonic()
            telemetry.gauge("tongda_dead_letters_open", self._store.open_letters())
        refused = self._store.refused
        telemetry.gauge("tongda_sink_refused_records", refused, sink="store")
        detail = f"{refused} records set aside: tongda dead-letters list · {refused} 条记录无法入库,见死信"
        self._health.check("refused", True, detail if refused else "")


def whole(reader: Reader, batch: list[Incoming]) -> list[Incoming]:
    """With the rest of what was fetched: a full poll may end inside a transaction, and half of its figures be shown.

    A transaction of more than one fetch (4 MB of a partition) may still be cut.
    """
    more = batch
    while len(more) == POLL_RECORDS and len(batch) < LONGEST_BATCH_RECORDS and _size(batch) < LARGEST_BATCH_BYTES:
        more = reader.poll(POLL_RECORDS, 0)
        batch = batch + more
    return batch


def _size(batch: list[Incoming]) -> int:
    return sum(len(record.value or b"") for record in batch)


def _measure(written: Written, batch: list[Incoming], seconds: float) -> None:
    """What a committed batch adds to the metrics."""
    telemetry.count("tongda_sink_records_total", written.applied + written.gone, sink="store", result="applied")
    telemetry.count("tongda_sink_records_total", written.stale + written.skipped, sink="store", result="stale")
    telemetry.count("tongda_sink_records_total", len(written.letters), sink="store", result="refused")
    for letter in written.letters:
        telemetry.count("tongda_dead_letters_total", stage=letter.stage, source=letter.source, reason=letter.reason)
        telemetry.log("record_set_aside", "error", topic=letter.topic, offset=letter.offset, letter=letter.id)
    telemetry.observe("tongda_sink_write_duration_seconds", seconds, sink="store")
    telemetry.gauge("tongda_sink_last_commit_timestamp_seconds", time.time(), sink="store")
    telemetry.gauge("tongda_conservation_gap_records", written.gap, place="store")
    telemetry.log(
        "batch_written",
        "debug",
        records=written.read,
        applied=written.applied,
        stale=written.stale,
        seconds=round(seconds, 3),
        newest=datetime.fromtimestamp(batch[-1].timestamp_ms / 1000).isoformat(),
    )
