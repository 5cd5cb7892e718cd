"""A restore that is interrupted, and a state that does not fit its offsets: what the host keeps and refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiokafka import AIOKafkaConsumer

from ops.bus import Outgoing
from ops.health import Health
from schemas.errors import Refused
from schemas.records.position import POSITION, Position, Totals
from streams.processor import Context
from streams.runtime.host import Host
from streams.runtime.partition import OwnedPartition
from streams.runtime.work_thread import WorkThread
from streams.stages import Stage
from tests.live.trial import TRIAL
from tests.live.workers import Feed

pytestmark = pytest.mark.live
RELAY = TRIAL[0]
STATE = RELAY.keeps.name
KEPT = 20_000


def keep_states(feed: Feed, partition: int, offset: int) -> None:
    """Write a state of many keys and its position, and commit the offset beside them or not."""
    filling = b"0" * 900  # large enough that a restore takes several fetches
    states = [Outgoing(STATE, f"old{number}".encode(), filling + b"7", partition) for number in range(KEPT)]
    totals = Position(Totals(offset, offset, offset, 0, 0)).encode()
    feed.writer.commit([*states, Outgoing(STATE, POSITION, totals, partition)])


async def with_host(
    feed: Feed, use: Callable[[Host], Awaitable[None]], slot: str = "test", stage: Stage = RELAY
) -> None:
    """Use a running host of the relay stage, then stop it."""
    settings = feed.settings.model_copy(update={"slot": slot})
    host = Host(stage, settings, Context(settings.partitions), Health(settings, "streams"), set(), WorkThread())
    try:
        await host.start()
        await use(host)
    finally:
        await host.stop()


def run_host(feed: Feed, use: Callable[[Host], Awaitable[None]], stage: Stage = RELAY) -> None:
    """Use a host in a loop of its own, which it must leave empty: a task left behind leaves its connections open."""

    async def alone() -> None:
        await with_host(feed, use, stage=stage)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(alone())


async def wait_for(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the host tells nobody when a phase begins
            await asyncio.sleep(0)


def runs(host: Host, partitions: int) -> bool:
    """It owns so many partitions, and works them all."""
    return len(host.owned) == partitions and all(owner.phase == "running" for owner in host.owned.values())


def restoring(host: Host) -> list[int]:
    """Partitions whose restore has begun and not ended."""
    begun = {tp: owner for tp, owner in host.owned.items() if vars(owner.worker.processor)["numbers"]}
    return [tp.partition for tp, owner in begun.items() if owner.phase == "restoring"]


def test_a_half_restored_state_is_never_kept_over_a_rebalance(feed: Feed) -> None:
    keep_states(feed, 0, 0)

    async def interrupt(host: Host) -> None:
        await wait_for(lambda: restoring(host) == [0])
        half = host.owned
        assigned = set(half)
        before = {tp: owner for tp, owner in half.items() if tp.partition == 0}
        await host.on_partitions_revoked(assigned)
        assert not before.keys() & host.owned.keys()
        await host.on_partitions_assigned(assigned)
        await wait_for(lambda: all(owner.phase == "running" for owner in host.owned.values()))
        (again,) = (owner for tp, owner in host.owned.items() if tp.partition == 0)
        assert again not in before.values()
        assert len(again.worker.processor.numbers) == KEPT  # type: ignore[attr-defined]

    run_host(feed, interrupt)


def test_a_worker_that_stops_while_the_broker_is_slow_leaves_no_connection_open(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, begun = AIOKafkaConsumer.start, list[AIOKafkaConsumer]()

    async def slow_start(consumer: AIOKafkaConsumer) -> None:
        if consumer._group_id is None:  # those of the partitions; the group's own has to join
            begun.append(consumer)
            await asyncio.sleep(1)
        await start(consumer)

    async def stop_at_once(host: Host) -> None:
        await wait_for(lambda: len(begun) == 4)

    monkeypatch.setattr(AIOKafkaConsumer, "start", slow_start)
    monkeypatch.setattr("streams.runtime.host.SETTLE_SECONDS", 0.1)
    run_host(feed, stop_at_once)
    assert all(consumer._closed for consumer in begun)


def test_a_whole_state_is_kept_over_a_rebalance_without_a_new_restore(feed: Feed) -> None:
    async def rebalance(host: Host) -> None:
        await wait_for(lambda: runs(host, 4))
        before = dict(host.owned)
        await host.on_partitions_revoked(set(before))
        await host.on_partitions_assigned(set(before))
        assert host.owned == before

    run_host(feed, rebalance)


def test_a_worker_can_be_measured_while_another_takes_partitions_from_it(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes, measured = OwnedPartition.close, list[int]()

    async def give_half(host: Host) -> None:
        async def close_and_be_measured(partition: OwnedPartition) -> None:
            await host.show()
            measured.append(partition.tp.partition)
            await closes(partition)

        async def take_half(other: Host) -> None:
            await wait_for(lambda: (runs(host, 2) and runs(other, 2)) or host.crashed)
            assert not host.crashed, host.crash_reason
            assert len(measured) == 2

        await wait_for(lambda: runs(host, 4))
        monkeypatch.setattr(OwnedPartition, "close", close_and_be_measured)
        await with_host(feed, take_half, slot="other")

    run_host(feed, give_half)


def test_a_state_that_is_not_at_the_committed_offset_is_a_torn_transaction_and_refused(feed: Feed) -> None:
    keep_states(feed, 0, 5)  # the group committed nothing

    async def start(host: Host) -> None:
        await wait_for(lambda: host.crashed)
        assert isinstance(host.crash_reason, Refused)
        assert host.crash_reason.code == "T5301"

    run_host(feed, start)


def test_a_state_that_an_earlier_release_wrote_is_refused_until_a_rebuild_replaced_it(feed: Feed) -> None:
    def keep(position: bytes) -> None:
        feed.writer.commit([Outgoing(STATE, b"old", b"7", 0), Outgoing(STATE, POSITION, position, 0)])

    async def start(host: Host) -> None:
        await wait_for(lambda: host.crashed or runs(host, 4))
        ends.append(getattr(host.crash_reason, "code", "runs"))

    ends: list[str] = []
    keep(b'{"offset":0,"records":0,"understood":0,"unchanged":0,"dead_letters":0,"generation":0}')
    run_host(feed, start)
    keep(Position(Totals()).encode())
    run_host(feed, start)
    assert ends == ["T5303", "runs"]


def test_topics_of_another_partition_count_are_refused_at_the_start(feed: Feed) -> None:
    feed.settings = feed.settings.model_copy(update={"partitions": 8})

    with pytest.raises(Exception, match="has 4 partitions, TONGDA_PARTITIONS says 8"):
        run_host(feed, lambda host: asyncio.sleep(0))
