"""Reader: reads committed records, alone or as a member of a group."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self
from zlib import crc32

from kafka import KafkaConsumer
from kafka import TopicPartition as KafkaPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener

from ops.bus.connection import (
    CONSUMER,
    SAFE_READER,
    Incoming,
    TopicPartition,
    connection,
    from_kafka,
    to_kafka,
    translated,
    watchdog,
)
from ops.bus.safety import must_be_safe
from ops.settings import Settings
from schemas.errors import Unreachable

METADATA_SECONDS = 30.0  # the client itself has no limit
OnChange = Callable[[list[TopicPartition]], None]


class Reader:
    """Reads committed records: as a member of a group (``topics``), or from assigned partitions.

    ``on_revoked`` and ``on_assigned`` run inside ``poll``, in the caller's thread, so they may block and seek; a newly
    assigned partition gives no record before its ``on_assigned`` returned. A revoked partition may already have a new
    owner when ``on_revoked`` runs: only fencing keeps the two apart.

    ``instance``: as a member of that name it comes back after a restart without a rebalance. The broker gives it the partitions
    that it had then, whatever topics it names now; so its topics are part of the name, and others make it another member.

    ``fetch_wait_seconds``: how long the broker may keep a request for which it has no record yet. Records are sent at once, but
    every other question to that broker stands in line behind the request; a quiet reader asks so much more seldom.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        group: str | None = None,
        topics: Sequence[str] = (),
        instance: str | None = None,
        on_assigned: OnChange | None = None,
        on_revoked: OnChange | None = None,
        fetch_wait_seconds: float = 0.1,
    ) -> None:
        self.settings = settings
        self._changes: list[tuple[str, list[KafkaPartition]]] = []
        self._lock = threading.Lock()
        self._called: dict[str, OnChange | None] = {"assigned": on_assigned, "revoked": on_revoked}
        membership = {
            "group_id": settings.topic(group) if group else None,
            "group_instance_id": f"{instance}-{crc32(' '.join(topics).encode()):08x}" if group and instance else None,
        }
        with translated(settings):
            silence = int(settings.session_timeout_seconds * 1000)
            self._consumer = KafkaConsumer(
                **connection(settings),
                **CONSUMER,
                **membership,
                fetch_max_wait_ms=int(fetch_wait_seconds * 1000),
                session_timeout_ms=silence,
                heartbeat_interval_ms=silence // 5,
            )
            must_be_safe(self._consumer.config, SAFE_READER)
            if topics:
                self._subscribe([settings.topic(name) for name in topics])

    def _subscribe(self, names: list[str]) -> None:
        """Join the group, but not before the topics' partitions are known. Raises Unreachable.

        A leader without them assigns no partition to any member, and the client does not repeat the assignment when it
        learns of them: on a busy machine a store stayed without partitions.
        """
        self._consumer.subscribe(names, listener=_Listener(self))
        with watchdog("learning the topics' partitions", METADATA_SECONDS):
            missing = [name for name in names if not self._consumer.partitions_for_topic(name)]
        if missing:
            self.close()
            raise Unreachable(f"the broker does not show {', '.join(missing)}", next_step="tongda topics apply")

    def poll(self, max_records: int, timeout_seconds: float) -> list[Incoming]:
        """The next records, in offset order of each partition; empty when none came in time."""
        with translated(self.settings):
            self._deliver_changes()
            fetched = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000), max_records=max_records)
        names = {tp.topic: self.settings.ours(tp.topic) for tp in fetched}
        return [
            Incoming(names[r.topic], r.partition, r.offset, r.key or b"", r.value, tuple(r.headers or ()), r.timestamp)
            for records in fetched.values()
            for r in records
        ]

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        """Read these partitions, outside any group."""
        self._consumer.assign([to_kafka(self.settings, tp) for tp in partitions])

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """Read on from this offset."""
        self._consumer.seek(to_kafka(self.settings, (topic, partition)), offset)

    def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        """Read from the oldest record: these partitions, or all."""
        self._consumer.seek_to_beginning(*(to_kafka(self.settings, tp) for tp in partitions))

    def position(self, topic: str, partition: int) -> int:
        """Offset of the next record; it passes the markers of transactions."""
        with translated(self.settings):
            return int(self._consumer.position(to_kafka(self.settings, (topic, partition)), timeout_ms=10_000) or 0)

    def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Last stable offset of each partition: everything below it is committed or aborted."""
        with translated(self.settings):
            ends = self._consumer.end_offsets([to_kafka(self.settings, tp) for tp in partitions])
        return {from_kafka(self.settings, tp): int(offset) for tp, offset in ends.items()}

    def ping(self, topic: str, timeout_seconds: float) -> None:
        """Raises Unreachable when the broker does not answer, which ``poll`` does not report: it returns nothing then."""
        with translated(self.settings):
            self._consumer.end_offsets([to_kafka(self.settings, (topic, 0))], timeout_ms=int(timeout_seconds * 1000))

    def assignment(self) -> list[TopicPartition]:
        """The partitions this reader reads."""
        return sorted(from_kafka(self.settings, tp) for tp in self._consumer.assignment())

    def pause(self, *partitions: TopicPartition) -> None:
        """Give no records of these partitions until ``resume``."""
        self._consumer.pause(*(to_kafka(self.settings, tp) for tp in partitions))

    def resume(self, *partitions: TopicPartition) -> None:
        """Give records of these partitions again."""
        self._consumer.resume(*(to_kafka(self.settings, tp) for tp in partitions))

    def close(self) -> None:
        """Leave the group and close the connection."""
        self._consumer.close(autocommit=False, timeout_ms=3000)

    def _changed(self, what: str, partitions: Iterable[KafkaPartition]) -> None:
        """Called in the client's thread. A newly assigned partition is paused until ``on_assigned`` has run for it."""
        partitions = list(partitions)
        if what == "assigned" and self._called["assigned"] and partitions:
            self._consumer.pause(*partitions)
        with self._lock:
            self._changes.append((what, partitions))

    def _deliver_changes(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, []
        for what, partitions in changes:
            callback = self._called[what]
            if callback is None:
                continue
            callback(sorted(from_kafka(self.settings, tp) for tp in partitions))
            if what == "assigned" and (still := self._consumer.assignment() & set(partitions)):
                self._consumer.resume(*still)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the client has no types
    """Passes assignments and revocations to the reader, which calls its callbacks in the next poll."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def on_partitions_revoked(self, revoked: Iterable[KafkaPartition]) -> None:
        self._reader._changed("revoked", revoked)

    def on_partitions_assigned(self, assigned: Iterable[KafkaPartition]) -> None:
        self._reader._changed("assigned", assigned)


def read_to_end(
    settings: Settings, topic: str, partition: int | None = None, deadline_seconds: float = 60
) -> Iterator[Incoming]:
    """Every committed record of a topic (or of one partition), from the oldest to what was stable when this began."""
    numbers = range(settings.partitions) if partition is None else (partition,)
    return read_on(settings, {(topic, number): 0 for number in numbers}, deadline_seconds)


def read_on(
    settings: Settings, starts: Mapping[TopicPartition, int], deadline_seconds: float = 60
) -> Iterator[Incoming]:
    """Every committed record of partitions, from these offsets (0: the oldest) to what was stable when this began."""
    deadline = time.monotonic() + deadline_seconds
    partitions = list(starts)
    with Reader(settings) as reader:
        reader.assign(partitions)
        reader.seek_to_beginning()
        for tp, start in starts.items():
            if start:
                reader.seek(*tp, start)
        ends = reader.end_offsets(partitions)
        waiting = {tp for tp in partitions if ends[tp] > reader.position(*tp)}
        while waiting:
            for record in reader.poll(5000, 0.5):
                if record.offset < ends[record.topic, record.partition]:
                    yield record
            waiting = {tp for tp in waiting if reader.position(*tp) < ends[tp]}
            if waiting and time.monotonic() > deadline:
                names = ", ".join(sorted({topic for topic, _ in waiting}))
                raise Unreachable(
                    f"{names} was not read to its end within {deadline_seconds:g} s", next_step="tongda doctor kafka"
                )
