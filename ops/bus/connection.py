"""How the clients of Kafka are made: safe settings written out, a watchdog, the client's exceptions mapped to the hub's."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import Any, NamedTuple, NoReturn

from kafka import TopicPartition as KafkaPartition
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

from ops import telemetry
from ops.bus import safety
from ops.settings import Settings
from schemas.errors import Exit, Fenced, Unreachable

BOOTSTRAP_MS = 15_000
TopicPartition = tuple[str, int]  # the topic without the prefix, and the number of the partition

CONSUMER = {
    "enable_auto_commit": False,
    "isolation_level": "read_committed",
    "check_crcs": True,
    "auto_offset_reset": "earliest",
    "allow_auto_create_topics": False,
    "max_partition_fetch_bytes": 4 << 20,
    "fetch_max_bytes": 16 << 20,
    "partition_assignment_strategy": (StickyPartitionAssignor,),
}
# enable_idempotence is set explicitly: unset, the client turns it off without an error when another option contradicts it.
PRODUCER = {
    "acks": "all",
    "enable_idempotence": True,
    "max_in_flight_requests_per_connection": 5,
    "retry_backoff_ms": 10,
    "allow_auto_create_topics": False,
    "batch_size": 256 << 10,
    "max_request_size": 1 << 20,
}
SAFE_READER: safety.Safe = {**safety.READING, "allow_auto_create_topics": (False,)}
SAFE_WRITER: safety.Safe = {
    **safety.WRITING,
    "max_in_flight_requests_per_connection": range(1, 6),  # more, and a retry changes the order
    "allow_auto_create_topics": (False,),
}
FENCED = (kafka_errors.ProducerFencedError, kafka_errors.InvalidProducerEpochError)


class Outgoing(NamedTuple):
    """One record to be written; ``topic`` is without the prefix. ``value`` None removes the key."""

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


class watchdog:
    """Ends the process when the block takes longer than that; the broker then aborts the open transaction."""

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
    os._exit(Exit.WATCHDOG)


class translated:
    """Maps exceptions of kafka-python that leave the block: to Fenced, or to Unreachable."""

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
                f"Kafka at {self._kafka}: {error} · 消息总线 {self._kafka} 无应答", next_step="tongda doctor kafka"
            ) from error


def addresses(settings: Settings) -> list[str]:
    """The broker's addresses. Raises Unreachable when none is known."""
    if settings.kafka:
        return settings.kafka.split(",")
    raise Unreachable("no broker is named and none runs here · 没有指定消息总线,本机也没有运行", next_step="tongda up")


def connection(settings: Settings) -> dict[str, Any]:
    """The client's settings for reaching the broker. Raises Unreachable when no address is known."""
    common: dict[str, Any] = {
        "bootstrap_servers": addresses(settings),
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


def to_kafka(settings: Settings, tp: TopicPartition) -> KafkaPartition:
    """A partition under the name that the broker has for it, with the prefix."""
    return KafkaPartition(settings.topic(tp[0]), tp[1])


def from_kafka(settings: Settings, tp: KafkaPartition) -> TopicPartition:
    """A partition under the hub's name, without the prefix."""
    return settings.ours(tp.topic), tp.partition
