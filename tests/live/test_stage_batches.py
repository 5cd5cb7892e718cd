"""Large batches: a backlog takes few transactions, and a batch that takes long costs no session and no rebalance."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from aiokafka import TopicPartition

from ops.bus import read_to_end
from schemas import topics
from schemas.records.position import POSITION
from streams.processor import InputRecord, Output
from streams.runtime.host import Host
from streams.runtime.partition import BATCH_SECONDS, FIRST_RECORDS, next_limit
from tests.live.test_stage_restore import RELAY, run_host
from tests.live.trial import Relay
from tests.live.workers import SESSION_SECONDS, Feed, Worker, drained, is_exact


@pytest.mark.parametrize(
    ("limit", "records", "seconds", "following"),
    [
        (2_000, 2_000, 1.0, 6_000),
        (2_000, 2_000, 0.0, 20_000),
        (20_000, 20_000, 12.0, 5_000),
        (20_000, 2_000, 600.0, 10),
        (1, 1, 60.0, 1),
        (5_000, 1_999, 60.0, 5_000),
        (50, 50, 0.001, 20_000),
    ],
)
def test_the_next_batch_takes_about_three_seconds(limit: int, records: int, seconds: float, following: int) -> None:
    assert (BATCH_SECONDS, FIRST_RECORDS) == (3.0, 2_000)
    assert next_limit(limit, records, seconds, 20_000) == following


@pytest.mark.live
def test_a_long_backlog_takes_few_transactions(feed: Feed) -> None:
    for _ in range(8):
        feed.send(5_000)
    worker = Worker(feed.settings.model_copy(update={"batch_records": 20_000}))
    try:
        assert drained(feed)
    finally:
        worker.end()
    assert is_exact(feed)
    kept = read_to_end(feed.settings, topics.NORMALISE_STATE.name)
    transactions = Counter(record.partition for record in kept if record.key == POSITION)
    assert len(transactions) == feed.settings.partitions
    assert max(transactions.values()) <= 4  # of about 10,000 records: the first 2,000, then nearly all the rest


class SlowRelay(Relay):
    """Works for several sessions on each batch."""

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        end = time.monotonic() + 3 * SESSION_SECONDS
        while time.monotonic() < end:
            pass
        return super().apply(records)


@pytest.mark.live
def test_a_batch_that_takes_several_sessions_keeps_its_partitions(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    assigned: list[int] = []
    assign = Host.on_partitions_assigned

    async def counted(host: Host, partitions: Iterable[TopicPartition]) -> None:
        assigned.append(len([*partitions]))
        await assign(host, partitions)

    async def work_one_batch(host: Host) -> None:
        async with asyncio.timeout(60):
            while not any(owner.position for owner in host.owned.values()):  # noqa: ASYNC110 - nobody is told of a commit
                await asyncio.sleep(0.1)

    monkeypatch.setattr(Host, "on_partitions_assigned", counted)
    feed.send(1)
    run_host(feed, work_one_batch, replace(RELAY, processor=SlowRelay))
    assert assigned == [feed.settings.partitions]
