"""The bus: the only door to Kafka's Python client. A Writer commits transactions, a Reader sees only what was committed.

Guards that the client leaves to its user, each met on a real broker: a send that failed does not fail the commit, so every
future is examined first; commit and send-offsets wait for ever when the broker dies, so a watchdog ends the process; after
any error a producer can lose records in silence, so a Writer that failed is never used again.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.structs import OffsetAndMetadata

from ops import telemetry
from ops.settings import Settings
from schemas.errors import Fenced, HubError, Misconfigured, Refused, Unreachable
from schemas.topics import Topic

COMMIT_DEADLINE_SECONDS = 30.0  # then the process ends: neither client has a time-out of its own here
EXIT_WATCHDOG = 70
BOOTSTRAP_MS = 15_000
Place = tuple[str, int]  # topic and partition
Places = Callable[[list[Place]], None]

CONSUMER = {
    "enable_auto_commit": False,
    "isolation_level": "read_committed",
    "check_crcs": True,
    "auto_offset_reset": "earliest",
    "allow_auto_create_topics": False,
    "fetch_max_wait_ms": 100,
    "max_partition_fetch_bytes": 4 << 20,
    "fetch_max_bytes": 16 << 20,
    "partition_assignment_strategy": (StickyPartitionAssignor,),
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 2_000,
}
# enable_idempotence is written out because the client turns it off in silence when another option contradicts it.
PRODUCER = {
    "acks": "all",
    "enable_idempotence": True,
    "max_in_flight_requests_per_connection": 5,
    "retry_backoff_ms": 10,
    "allow_auto_create_topics": False,
    "batch_size": 256 << 10,
    "max_request_size": 1 << 20,
}
FENCED = (kafka_errors.ProducerFencedError, kafka_errors.InvalidProducerEpochError)


class Outgoing(NamedTuple):
    """One record to be written. The topic's name is ours, without prefix."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int
    headers: tuple[tuple[str, bytes], ...] = ()


class Incoming(NamedTuple):
    """One committed record. ``value`` None: its key is removed."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int


class Writer:
    """A transactional writer. Whoever opens one with the same id later fences this one: its commits raise Fenced."""

    def __init__(self, settings: Settings, transactional_id: str) -> None:
        self.settings = settings
        self.transactional_id = settings.topic_prefix + transactional_id
        self.name = transactional_id.removeprefix("tongda.").rpartition(".")[0] or transactional_id
        self._producer: Any = None
        self._broken = False

    def open(self) -> None:
        """Fence every predecessor and end its open transaction. Raises Unreachable."""
        with (
            watchdog(f"opening {self.transactional_id}", COMMIT_DEADLINE_SECONDS + BOOTSTRAP_MS / 1000),
            _translated(self.settings),
        ):
            timeout = self.settings.transaction_timeout_seconds * 1000
            self._producer = KafkaProducer(
                **_connection(self.settings),
                **PRODUCER,
                transactional_id=self.transactional_id,
                transaction_timeout_ms=timeout,
            )
            _must_be(self._producer.config, {"enable_idempotence": True, "acks": -1, "transaction_timeout_ms": timeout})
            self._producer.init_transactions()

    def commit(
        self, records: Sequence[Outgoing], offsets: Mapping[Place, int] | None = None, group: str | None = None
    ) -> None:
        """Write records and the group's offsets in one transaction: all or nothing. After any exception the Writer is dead.

        1 begin  2 send  3 flush and examine every record's fate  4 send offsets  5 commit.
        """
        if self._producer is None or self._broken:
            raise HubError(
                f"writer {self.transactional_id} is not open, or failed before; end the process", code="T1002"
            )
        if not records and not offsets:
            return
        started, outcome = time.monotonic(), "unknown"
        self._broken = True
        try:
            with (
                watchdog(f"transaction of {self.transactional_id}", COMMIT_DEADLINE_SECONDS),
                _translated(self.settings),
            ):
                self._transact(records, offsets, group)
            self._broken, outcome = False, "committed"
        except Fenced:
            outcome = "fenced"
            raise
        finally:
            telemetry.count("tongda_transactions_total", writer=self.name, outcome=outcome)
            telemetry.observe("tongda_transaction_duration_seconds", time.monotonic() - started, writer=self.name)
        for topic, number in _tally(record.topic for record in records).items():
            telemetry.count("tongda_topic_records_total", number, writer=self.name, topic=topic)

    def _transact(self, records: Sequence[Outgoing], offsets: Mapping[Place, int] | None, group: str | None) -> None:
        self._producer.begin_transaction()
        futures = [
            self._producer.send(
                self.settings.topic(topic), value=value, key=key, headers=list(headers), partition=partition
            )
            for topic, key, value, partition, headers in records
        ]
        self._producer.flush()
        for future in futures:
            future.get(timeout=0)
        if offsets:
            positions = {self._place(place): OffsetAndMetadata(offset, "", -1) for place, offset in offsets.items()}
            self._producer.send_offsets_to_transaction(positions, self.settings.topic_prefix + (group or ""))
        self._producer.commit_transaction()

    def _place(self, place: Place) -> TopicPartition:
        return TopicPartition(self.settings.topic(place[0]), place[1])

    def close(self) -> None:
        """Let go of the connection; what is open is aborted by the broker or the successor."""
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


class Reader:
    """Reads committed records: as a member of a group (``topics``), or from assigned partitions.

    ``on_revoked`` and ``on_assigned`` run inside ``poll``, in the caller's thread, so they may block and seek; a newly
    assigned partition gives no record before its ``on_assigned`` returned. A revoked partition may already have a new
    owner when ``on_revoked`` runs: only fencing keeps the two apart.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        group: str | None = None,
        topics: Sequence[str] = (),
        instance: str | None = None,
        on_assigned: Places | None = None,
        on_revoked: Places | None = None,
    ) -> None:
        self.settings = settings
        self._changes: list[tuple[str, list[TopicPartition]]] = []
        self._lock = threading.Lock()
        self._called: dict[str, Places | None] = {"assigned": on_assigned, "revoked": on_revoked}
        membership = {
            "group_id": settings.topic_prefix + group if group else None,
            "group_instance_id": instance if group else None,
        }
        with _translated(settings):
            self._consumer = KafkaConsumer(**_connection(settings), **CONSUMER, **membership)
            _must_be(
                self._consumer.config,
                {"enable_auto_commit": False, "isolation_level": "read_committed", "check_crcs": True},
            )
            if topics:
                self._consumer.subscribe([settings.topic(name) for name in topics], listener=_Listener(self))

    def poll(self, max_records: int, timeout_seconds: float) -> list[Incoming]:
        """The next records, in offset order of each partition; empty when none came in time."""
        with _translated(self.settings):
            self._deliver_changes()
            fetched = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000), max_records=max_records)
        cut = len(self.settings.topic_prefix)
        return [
            Incoming(r.topic[cut:], r.partition, r.offset, r.key or b"", r.value, tuple(r.headers or ()), r.timestamp)
            for records in fetched.values()
            for r in records
        ]

    def assign(self, places: Sequence[Place]) -> None:
        """Read these partitions, outside any group."""
        self._consumer.assign([self._place(place) for place in places])

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """Read on from this offset."""
        self._consumer.seek(self._place((topic, partition)), offset)

    def seek_to_beginning(self, *places: Place) -> None:
        """Read from the oldest record: these partitions, or all."""
        self._consumer.seek_to_beginning(*map(self._place, places))

    def position(self, topic: str, partition: int) -> int:
        """Offset of the next record; it passes the markers of transactions."""
        with _translated(self.settings):
            return int(self._consumer.position(self._place((topic, partition)), timeout_ms=10_000) or 0)

    def end_offsets(self, places: Sequence[Place]) -> dict[Place, int]:
        """Last stable offset of each partition: everything below it is committed or aborted."""
        with _translated(self.settings):
            ends = self._consumer.end_offsets([self._place(place) for place in places])
        return {self._ours(tp): int(offset) for tp, offset in ends.items()}

    def assignment(self) -> list[Place]:
        """The partitions this reader reads."""
        return sorted(self._ours(tp) for tp in self._consumer.assignment())

    def pause(self, *places: Place) -> None:
        """Give no records of these partitions until ``resume``."""
        self._consumer.pause(*map(self._place, places))

    def resume(self, *places: Place) -> None:
        """Give records of these partitions again."""
        self._consumer.resume(*map(self._place, places))

    def close(self) -> None:
        """Leave the group and let go of the connection."""
        self._consumer.close(autocommit=False, timeout_ms=3000)

    def _changed(self, what: str, partitions: Iterable[TopicPartition]) -> None:
        """Called by the client's own thread. A new partition waits until its owner has placed it."""
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
            callback(sorted(self._ours(tp) for tp in partitions))
            if what == "assigned" and (still := self._consumer.assignment() & set(partitions)):
                self._consumer.resume(*still)

    def _place(self, place: Place) -> TopicPartition:
        return TopicPartition(self.settings.topic(place[0]), place[1])

    def _ours(self, tp: TopicPartition) -> Place:
        return tp.topic[len(self.settings.topic_prefix) :], tp.partition

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # the client has no types
    """Hands the group's decisions to the reader, which tells its owner at the next poll."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._reader._changed("revoked", revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._reader._changed("assigned", assigned)


def read_to_end(
    settings: Settings, topic: str, partition: int | None = None, deadline_seconds: float = 60
) -> Iterator[Incoming]:
    """Every committed record of a topic (or of one partition), from the oldest to what was stable when this began."""
    deadline = time.monotonic() + deadline_seconds
    places = [(topic, number) for number in (range(settings.partitions) if partition is None else (partition,))]
    with Reader(settings) as reader:
        reader.assign(places)
        reader.seek_to_beginning()
        ends = reader.end_offsets(places)
        waiting = {place for place in places if ends[place] > reader.position(*place)}
        while waiting:
            for record in reader.poll(5000, 0.5):
                if record.offset < ends[record.topic, record.partition]:
                    yield record
            waiting = {place for place in waiting if reader.position(*place) < ends[place]}
            if waiting and time.monotonic() > deadline:
                raise Unreachable(
                    f"{topic} was not read to its end within {deadline_seconds:g} s", next_step="tongda doctor kafka"
                )


class Admin:
    """Topics and groups as the broker has them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with _translated(settings):
            self._client = KafkaAdminClient(**_connection(settings))

    def apply(self, topics: Sequence[Topic]) -> list[str]:
        """Make the topics what the table says; tells what was done. Never changes a partition count: raises Refused."""
        with _translated(self.settings):
            there = self._partitions()
            missing = [topic for topic in topics if self.settings.topic(topic.name) not in there]
            if missing:
                self._client.create_topics(
                    {
                        self.settings.topic(topic.name): {
                            "num_partitions": self.settings.partitions,
                            "replication_factor": self.settings.replication,
                            "configs": self._declared(topic),
                        }
                        for topic in missing
                    },
                    wait_for_metadata=True,
                )
            done = [f"created {topic.name}" for topic in missing]
            for topic, differing in self._differing([topic for topic in topics if topic not in missing]):
                if (count := there[self.settings.topic(topic.name)]) != self.settings.partitions:
                    raise Refused(
                        f"{topic.name} has {count} partitions, {self.settings.partitions} are declared; keys would move",
                        next_step=f"TONGDA_PARTITIONS={count}",
                    )
                if differing:
                    change = {key: declared for key, (declared, _) in differing.items()}
                    self._client.alter_configs([ConfigResource("topic", self.settings.topic(topic.name), change)])
                    done += [
                        f"changed {topic.name}: {key} {was} → {declared}" for key, (declared, was) in differing.items()
                    ]
        return done

    def drift(self, topics: Sequence[Topic]) -> list[str]:
        """One sentence for each way in which the broker differs from the table; empty when it does not."""
        with _translated(self.settings):
            there = self._partitions()
            sentences = [f"{topic.name} is missing" for topic in topics if self.settings.topic(topic.name) not in there]
            for topic, differing in self._differing(
                [topic for topic in topics if self.settings.topic(topic.name) in there]
            ):
                if (count := there[self.settings.topic(topic.name)]) != self.settings.partitions:
                    sentences.append(f"{topic.name} has {count} partitions, {self.settings.partitions} are declared")
                sentences += [
                    f"{topic.name}: {key} is {was}, {declared} is declared"
                    for key, (declared, was) in differing.items()
                ]
        for topic in topics:
            differs = any(s.startswith((f"{topic.name} ", f"{topic.name}:")) for s in sentences)
            telemetry.gauge("tongda_topic_drift", int(differs), topic=topic.name)
        return sentences

    def lag(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """Offsets between each partition's last stable one and what the group committed; a lone marker counts as nothing."""
        places = [(topic, number) for topic in topics for number in range(self.settings.partitions)]
        with _translated(self.settings):
            name = self.settings.topic_prefix + group
            committed = self._client.list_group_offsets({name: None}).get(name, {})
        cut = len(self.settings.topic_prefix)
        at = {(tp.topic[cut:], tp.partition): max(0, offset.offset) for tp, offset in committed.items()}
        with Reader(self.settings) as reader:
            ends = reader.end_offsets(places)
            behind = [place for place in places if ends[place] > at.get(place, 0)]
            reader.assign(behind)
            for place in behind:
                reader.seek(*place, at.get(place, 0))
            unread = {(r.topic, r.partition) for r in reader.poll(5000, 0.3)} if behind else set()
            only_marker = {place for place in behind if place not in unread and reader.position(*place) >= ends[place]}
        return {place: 0 if place in only_marker else max(0, ends[place] - at.get(place, 0)) for place in places}

    def ping(self) -> list[str]:
        """Names of the broker's topics: the proof that it answers. Raises Unreachable."""
        with _translated(self.settings):
            return sorted(self._client.list_topics())

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _partitions(self) -> dict[str, int]:
        return {topic["name"]: len(topic["partitions"]) for topic in self._client.describe_topics()}

    def _declared(self, topic: Topic) -> dict[str, str]:
        return {**topic.settings(), "min.insync.replicas": str(self.settings.min_isr)}

    def _differing(self, topics: Sequence[Topic]) -> list[tuple[Topic, dict[str, tuple[str, str]]]]:
        """For each topic the settings that differ: declared and found."""
        if not topics:
            return []
        resources = [ConfigResource("topic", self.settings.topic(topic.name)) for topic in topics]
        found = self._client.describe_configs(resources, config_filter="all").get("topic", {})
        return [
            (
                topic,
                {
                    key: (declared, str(was))
                    for key, declared in self._declared(topic).items()
                    if (was := found[self.settings.topic(topic.name)].get(key, {}).get("value")) != declared
                },
            )
            for topic in topics
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class watchdog:  # noqa: N801 - reads as a statement: with watchdog("…", 30)
    """Ends the process when the block takes longer than this: the broker aborts what was open, the supervisor starts anew."""

    def __init__(self, what: str, seconds: float) -> None:
        self._timer = threading.Timer(seconds, _end_process, (what, seconds))
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()


def _end_process(what: str, seconds: float) -> NoReturn:
    telemetry.log("watchdog", "error", what=what, seconds=seconds)
    sys.stderr.flush()
    os._exit(EXIT_WATCHDOG)


class _translated:
    """The client's exceptions in the hub's words."""

    def __init__(self, settings: Settings) -> None:
        self._kafka = settings.kafka

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, FENCED):
            raise Fenced(f"{type(error).__name__}: another process has this writer's id now") from error
        if isinstance(error, kafka_errors.KafkaError):
            raise Unreachable(
                f"Kafka at {self._kafka}: {type(error).__name__} {error}".strip(), next_step="tongda doctor kafka"
            ) from error


def _connection(settings: Settings) -> dict[str, Any]:
    """How the broker is reached."""
    if not settings.kafka:
        raise Unreachable("no broker is named and none runs here", next_step="tongda up")
    common: dict[str, Any] = {
        "bootstrap_servers": settings.kafka.split(","),
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
        "reconnect_backoff_max_ms": 1000,
    }
    if settings.kafka_security == "plaintext":
        return common
    return {
        **common,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password(),
        "ssl_cafile": str(settings.kafka_ca_file) if settings.kafka_ca_file else None,
    }


def _must_be(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """An unsafe client never starts."""
    wrong = {key: config[key] for key, value in wanted.items() if config[key] != value}
    if wrong:
        raise Misconfigured(f"the client runs with unsafe settings: {wrong}", code="T3004")


def _tally(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
