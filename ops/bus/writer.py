"""Writer: the transactional producer. All of a commit is visible, or nothing of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.structs import OffsetAndMetadata

from ops import telemetry
from ops.bus.connection import (
    BOOTSTRAP_MS,
    PRODUCER,
    SAFE_WRITER,
    Outgoing,
    TopicPartition,
    connection,
    to_kafka,
    translated,
    watchdog,
)
from ops.bus.safety import must_be_safe
from ops.failpoints import hit
from ops.settings import Settings
from schemas.cloud_events import sent_by
from schemas.errors import Fenced, HubError

# The broker aborts a transaction when its timeout is over; so many seconds later the process ends, because the client
# waits without limit for a broker that is gone.
GRACE_SECONDS = 3.0


class Writer:
    """A transactional writer. A later writer with the same id fences this one: its commits then raise Fenced.

    ``failpoints``: the prefix under which the steps inside a transaction are failpoints.
    """

    def __init__(self, settings: Settings, transactional_id: str, failpoints: str = "") -> None:
        self.settings = settings
        self._failpoints = failpoints
        self._deadline_seconds = settings.transaction_timeout_seconds + GRACE_SECONDS
        self.transactional_id = settings.topic(transactional_id)
        self.name = transactional_id.removeprefix("tongda.").rpartition(".")[0] or transactional_id
        self._producer: Any = None
        self._broken = False

    def open(self) -> None:
        """Fence every predecessor and end its open transaction. Raises Unreachable."""
        with (
            watchdog(f"opening {self.transactional_id}", self._deadline_seconds + BOOTSTRAP_MS / 1000),
            translated(self.settings),
        ):
            self._producer = KafkaProducer(
                **connection(self.settings),
                **PRODUCER,
                transactional_id=self.transactional_id,
                transaction_timeout_ms=self.settings.transaction_timeout_seconds * 1000,
            )
            must_be_safe(self._producer.config, SAFE_WRITER)  # the client may have turned idempotence off
            self._producer.init_transactions()

    def commit(
        self, records: Sequence[Outgoing], offsets: Mapping[TopicPartition, int] | None = None, group: str | None = None
    ) -> None:
        """Write records and the group's offsets in one transaction. After an exception the Writer cannot be used again."""
        self._must_be_sound()
        if records or offsets:
            self.commit_pieces([records], {group or "": offsets} if offsets else {})

    def commit_pieces(
        self, pieces: Iterable[Sequence[Outgoing]], offsets: Mapping[str, Mapping[TopicPartition, int]]
    ) -> None:
        """Write any number of pieces and the offsets of several groups in one transaction: each piece has the deadline.

        1 begin  2 for each piece: send, flush, check the result of every send  3 send offsets  4 commit.
        """
        self._must_be_sound()
        started, outcome, written = time.monotonic(), "unknown", Counter[str]()
        self._broken = True
        try:
            with translated(self.settings):
                self._producer.begin_transaction()
                self._step("begin.after")
                for piece in pieces:
                    with self._deadline():
                        self._send(piece)
                    written.update(record.topic for record in piece)
                with self._deadline():
                    self._finish(offsets)
            self._broken, outcome = False, "committed"
        except Fenced:
            outcome = "fenced"
            raise
        finally:
            telemetry.count("tongda_transactions_total", writer=self.name, outcome=outcome)
            telemetry.observe("tongda_transaction_duration_seconds", time.monotonic() - started, writer=self.name)
        for topic, number in written.items():
            telemetry.count("tongda_topic_records_total", number, writer=self.name, topic=topic)

    def _must_be_sound(self) -> None:
        if self._producer is None or self._broken:
            raise HubError(
                f"writer {self.transactional_id} is not open, or failed before; end the process", code="T1002"
            )

    def _deadline(self) -> watchdog:
        return watchdog(f"transaction of {self.transactional_id}", self._deadline_seconds)

    def _send(self, records: Sequence[Outgoing]) -> None:
        futures = []
        for number, (topic, key, value, partition, headers) in enumerate(records):
            if number == len(records) // 2:
                self._step("raw.partial")
            name = self.settings.topic(topic)
            sent = sent_by(self.settings.installation, headers)
            futures.append(self._producer.send(name, value=value, key=key, headers=sent, partition=partition))
        self._producer.flush()
        for future in futures:
            future.get(timeout=0)

    def _finish(self, offsets: Mapping[str, Mapping[TopicPartition, int]]) -> None:
        self._step("cursor.after")
        for group, positions in offsets.items():
            committed = {to_kafka(self.settings, tp): OffsetAndMetadata(at, "", -1) for tp, at in positions.items()}
            self._producer.send_offsets_to_transaction(committed, self.settings.topic(group))
        self._step("commit.before")
        self._producer.commit_transaction()
        self._step("commit.after")

    def _step(self, name: str) -> None:
        if self._failpoints:
            hit(f"{self._failpoints}.{name}")

    def close(self) -> None:
        """Close the connection; an open transaction is aborted by the broker, or by the next writer with this id."""
        if self._producer is not None:
            self._producer.close(timeout=2)
            self._producer = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
