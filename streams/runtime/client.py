"""Client: the settings of the stages' Kafka clients, checked before anything starts with them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

from ops.bus import safety
from ops.bus.connection import addresses
from ops.settings import Settings
from schemas.cloud_events import sent_by
from streams.processor import Output

MIB = 1 << 20
REBALANCE_MS = 30_000
FOR_EVER_MS = 2**31 - 1
READING = {
    "isolation_level": "read_committed",
    "enable_auto_commit": False,
    "check_crcs": True,
    "auto_offset_reset": "earliest",  # not used: every read begins at an offset that the hub sets
}
WRITING = {
    "acks": "all",
    "enable_idempotence": True,
    "retry_backoff_ms": 10,
    "linger_ms": 0,
    "max_batch_size": MIB // 2,
    "max_request_size": 8 * MIB,
}


def member(settings: Settings, group: str, instance: str) -> dict[str, Any]:
    """A member of a group, for its partitions only. A static one that comes back within the session keeps them."""
    session = round(settings.session_timeout_seconds * 1000)
    return safe(
        safety.READING,
        {
            **connection(settings),
            **READING,
            "group_id": group,
            "group_instance_id": instance,
            "session_timeout_ms": session,
            "heartbeat_interval_ms": session // 5,
            "rebalance_timeout_ms": REBALANCE_MS,
            "max_poll_interval_ms": FOR_EVER_MS,  # it polls nothing; a partition that stands still has its own limits
        },
    )


def reader(settings: Settings) -> dict[str, Any]:
    """A consumer outside any group, which reads one input partition. Its request waits at the broker until news comes."""
    waiting = {"fetch_max_wait_ms": 5_000, "max_partition_fetch_bytes": 4 * MIB, "fetch_max_bytes": 4 * MIB}
    return safe(safety.READING, {**connection(settings), **READING, **waiting})


def restorer(settings: Settings) -> dict[str, Any]:
    """A consumer outside any group, which reads a state from its beginning to its end, then stops."""
    large = {"max_partition_fetch_bytes": 2 * MIB, "fetch_max_bytes": 2 * MIB}  # of 8 the process keeps 30 MiB more
    without_waiting = {"retry_backoff_ms": 10, "fetch_max_wait_ms": 10}
    return safe(safety.READING, {**connection(settings), **READING, **large, **without_waiting})


def writer(settings: Settings) -> dict[str, Any]:
    """A producer, but for its transactional id."""
    timeout = settings.transaction_timeout_seconds * 1000
    return safe(safety.WRITING, {**connection(settings), **WRITING, "transaction_timeout_ms": timeout})


def must_be_safe(settings: Settings) -> None:
    """All clients of a worker may start with these settings. Raises Misconfigured (T3004), Unreachable."""
    member(settings, "", "")
    reader(settings)
    restorer(settings)
    writer(settings)


def safe(rules: safety.Safe, config: dict[str, Any]) -> dict[str, Any]:
    """The same settings, checked."""
    safety.must_be_safe(config, rules)
    return config


def connection(settings: Settings) -> dict[str, Any]:
    """How the broker is reached. Raises Unreachable when no address is known."""
    common: dict[str, Any] = {"bootstrap_servers": addresses(settings), "request_timeout_ms": 40_000}
    if settings.kafka_security == "plaintext":
        return common
    authority = str(settings.kafka_ca_file) if settings.kafka_ca_file else None
    return {
        **common,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_user,
        "sasl_plain_password": settings.kafka_password(),
        "ssl_context": ssl.create_default_context(cafile=authority),
    }


@asynccontextmanager
async def started(consumer: Any) -> AsyncIterator[Any]:
    """A running consumer, stopped at the end however often its user is cancelled: else its connections stay open."""
    start = asyncio.ensure_future(consumer.start())
    try:
        await asyncio.shield(start)
        yield consumer
    finally:
        await whole(stop(start, consumer))


async def stop(start: asyncio.Future[None], consumer: Any) -> None:
    """Stop a consumer once its start has ended: a start that is broken off would leave a connection behind."""
    await asyncio.wait([start])
    await consumer.stop()


async def whole(work: Coroutine[Any, Any, None]) -> None:
    """Await the work to its end; a cancellation that comes meanwhile is raised after it."""
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    await task


def pack(producer: Any, records: Iterable[Output], installation: str) -> Iterator[Any]:
    """Full batches of the producer's size; public records name the installation that sends them."""
    batch = producer.create_batch()
    for record in records:
        headers = sent_by(installation, record.headers)
        if batch.append(key=record.key, value=record.value, timestamp=None, headers=headers) is None:
            yield batch
            batch = producer.create_batch()
            batch.append(key=record.key, value=record.value, timestamp=None, headers=headers)
    yield batch
