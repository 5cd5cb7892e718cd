"""Stage host: runs one pure verb over the partitions its group gives it, exactly once (the door to aiokafka and mode).

Each owned partition has one ``Owned``: the transactional producer that fences its predecessor, the verb with its state,
and the position. Two rules of bookkeeping keep a rebalance from doubling events: an owner is ``clean`` only when its
restore ended and no transaction is in doubt, and only a clean owner is kept; a loop inside a transaction (``busy``) is
waited for, any other is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalStateError, ProducerFenced
from mode import Service

from ops import bus, failpoints, telemetry
from ops.health import Health
from ops.settings import Settings
from schemas.errors import Misconfigured, Refused
from streams import client
from streams.batch import Desk
from streams.deaths import Deaths
from streams.stages import Stage
from streams.verb import Context, Output

COMMIT_SECONDS = 30.0  # aiokafka retries for ever: neither a send nor a commit ends by itself
SETTLE_SECONDS = 10.0  # a revoke may finish its transactions; below the rebalance timeout
POLL_MS = 1_000
WATCH_SECONDS = 1.0
STATE_SECONDS = 15.0  # a state is measured by walking through it


class Host(Service, ConsumerRebalanceListener):  # type: ignore[misc]
    """One stage in this process, over the partitions of its group. Whatever raises ends the process (fail-stop)."""

    def __init__(self, stage: Stage, settings: Settings, context: Context, health: Health, starting: set[str]) -> None:
        super().__init__()
        self.stage, self.settings, self.context, self.health = stage, settings, context, health
        self.starting = starting  # stages of this process that never ran yet; the last one makes it ready
        health.check(stage.name, False, "joins its group")
        self.group = settings.topic(f"tongda.{stage.name}")
        self.owned: dict[TopicPartition, Owned] = {}
        self.tasks: dict[TopicPartition, asyncio.Task[None]] = {}
        self.joined = self.reached = False

    async def on_start(self) -> None:
        """Join the group; partitions arrive through the two listeners below."""
        instance = f"{self.stage.name}-{self.settings.slot}"  # a restart is no rebalance
        self.consumer = AIOKafkaConsumer(
            **client.member(self.settings, self.group, instance),
            partition_assignment_strategy=(StickyPartitionAssignor,),
        )
        topic = self.settings.topic(self.stage.reads.name)
        self.consumer.subscribe([topic], listener=self)
        await self.consumer.start()
        if (count := len(self.consumer.partitions_for_topic(topic) or ())) != self.settings.partitions:
            raise Misconfigured(
                f"{topic} has {count} partitions, TONGDA_PARTITIONS says {self.settings.partitions}",
                next_step=f"TONGDA_PARTITIONS={count}",
            )

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        try:
            if self.tasks:  # also called before the first join
                failpoints.hit(f"{self.stage.name}.revoke.before")
            await self.settle()
        except Exception as error:  # aiokafka would log it and go on
            await self.end(error)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        telemetry.count("tongda_rebalances_total", stage=self.stage.name)
        try:
            mine = set(assigned)
            self.consumer.pause(*mine)  # no record before init → committed → restore → seek
            for gone in self.owned.keys() - mine:
                await self.owned.pop(gone).close()
            self.joined = True
            if not self.should_stop:
                for partition in mine:  # never restore in a listener: heartbeats wait for it
                    owner = self.owned.setdefault(partition, Owned(self, partition))
                    owner.closing = False
                    self.tasks[partition] = asyncio.create_task(self.guard(owner))
        except Exception as error:
            await self.end(error)

    async def guard(self, owner: Owned) -> None:
        """An owner's loop; anything but its cancellation ends the process."""
        try:
            await owner.run()
        except Exception as error:
            await self.end(error)

    async def end(self, error: Exception) -> None:
        outcome = "fenced" if isinstance(error, ProducerFenced) else "unknown"
        telemetry.count("tongda_transactions_total", writer=self.stage.name, outcome=outcome)
        telemetry.log("stage_crashed", level="error", stage=self.stage.name, error=repr(error))
        await self.crash(error)

    async def settle(self) -> None:
        """Finish what is inside a transaction, cancel what polls or restores, drop every owner that is not clean."""
        mine, self.tasks = self.tasks, {}
        for partition, task in mine.items():
            self.owned[partition].closing = True
            if not self.owned[partition].busy:
                task.cancel()  # getmany blocks until the next assignment: to wait would be a dead lock
        if mine:
            await asyncio.wait(mine.values(), timeout=SETTLE_SECONDS)
        for partition, task in mine.items():
            if not (task.done() and self.owned[partition].clean):
                task.cancel()
                await self.owned.pop(partition).close()

    @Service.task
    async def watch(self) -> None:
        """Each second: the coordinator's errors (silent for a member that owns nothing), health and gauges."""
        measured = -STATE_SECONDS
        while not self.should_stop:
            self.consumer._coordinator.check_errors()
            self.health.beat()
            self.look()
            await self.show()
            if time.monotonic() - measured >= STATE_SECONDS:
                measured = time.monotonic()
                self.measure()
            await self.sleep(WATCH_SECONDS)

    def look(self) -> None:
        """Say once that the broker went away and once that it is back: the client says it without end."""
        reached = any(connection.connected() for connection in self.consumer._client._conns.values())
        if reached != self.reached:
            self.reached = reached
            event, level = ("broker_reached", "info") if reached else ("broker_away", "warning")
            telemetry.log(event, level, stage=self.stage.name, kafka=self.settings.kafka)

    def measure(self) -> None:
        """How much state this process holds: what a restart must restore."""
        sizes = [owner.desk.verb.size() for owner in self.owned.values()]
        telemetry.gauge("tongda_stage_state_records", sum(records for records, _ in sizes), stage=self.stage.name)
        telemetry.gauge("tongda_stage_state_bytes", sum(taken for _, taken in sizes), stage=self.stage.name)

    async def show(self) -> None:
        """What health and metrics say of this stage now."""
        name, owners = self.stage.name, list(self.owned.values())
        running = [owner for owner in owners if owner.phase == "running"]
        ready = self.joined and self.reached and len(running) == len(owners)
        away = "" if self.reached else ", the broker is away"
        self.health.check(name, ready, f"{len(running)} of {len(owners)} partitions run{away}")
        if ready:
            self.starting.discard(name)
            self.health.ready = self.health.ready or not self.starting
        telemetry.gauge("tongda_stage_restore_remaining_records", sum(o.remaining for o in owners), stage=name)
        for phase in ("fencing", "restoring", "running"):
            telemetry.gauge("tongda_stage_partitions", sum(o.phase == phase for o in owners), stage=name, phase=phase)
        telemetry.gauge("tongda_conservation_gap_records", sum(o.desk.totals.gap for o in owners), place=name)
        pending = [owner.pending for owner in owners if owner.pending]
        telemetry.gauge("tongda_stage_oldest_pending_timestamp_seconds", min(pending, default=0), stage=name)
        lag = 0
        for owner in running:
            with suppress(IllegalStateError):  # a rebalance took it away: it is in hand until it is closed
                position = await self.consumer.position(owner.tp)
                end = self.consumer.last_stable_offset(owner.tp) if owner.tp in self.consumer.assignment() else None
                lag += max(0, end - position) if end is not None else 0
        telemetry.gauge("tongda_consumer_lag_records", lag, group=self.group, topic=self.stage.reads.name)

    async def on_stop(self) -> None:
        try:
            await self.settle()
            while self.owned:
                await self.owned.popitem()[1].close()
                failpoints.hit("stop.drain.partial")
            await self.consumer.stop()
        except Exception as error:  # mode would log it and end the process with 0
            await self.end(error)


class Owned:
    """One input partition: its fence, its state, its position."""

    def __init__(self, host: Host, tp: TopicPartition) -> None:
        self.host, self.tp = host, tp
        self.name, self.settings, self.consumer = host.stage.name, host.settings, host.consumer
        self.state_topic = self.settings.topic(host.stage.keeps.name)
        deaths = Deaths(self.settings.home / "deaths", f"{host.group}-{tp.partition}")
        self.desk = Desk(host.stage, tp.partition, host.context, deaths)
        self.producer: AIOKafkaProducer | None = None
        self.position = 0
        self.phase = "fencing"
        self.remaining = 0  # records of the state still to be restored
        self.pending = 0.0  # arrival of the oldest record in hand
        self.busy = self.clean = self.closing = False

    async def run(self) -> None:
        """Open once, then poll and commit until told to close."""
        if self.producer is None:
            await self.open()
        self.consumer.seek(self.tp, self.position)  # a cancelled getmany may have swallowed records
        self.consumer.resume(self.tp)
        while not self.closing:
            polled = await self.consumer.getmany(self.tp, timeout_ms=POLL_MS, max_records=self.settings.batch_records)
            if records := polled.get(self.tp):
                self.busy, self.clean, self.pending = True, False, records[0].timestamp / 1000
                try:
                    await asyncio.wait_for(self.commit([self.incoming(record) for record in records]), COMMIT_SECONDS)
                finally:
                    self.busy = False
                self.clean, self.pending = True, 0.0

    async def open(self) -> None:
        """1 fence the predecessor  2 only now read the committed offset  3 restore  4 check that both agree."""
        self.producer = AIOKafkaProducer(
            **client.writer(self.settings),
            transactional_id=f"{self.host.group}-{self.tp.partition}",
        )
        await self.producer.start()
        committed = await self.consumer.committed(self.tp)
        failpoints.hit(f"{self.name}.fence.after")
        self.phase = "restoring"
        started = time.monotonic()
        # A client of its own: every question to the group's waits behind its long poll for partitions that run already.
        reader = AIOKafkaConsumer(**client.restorer(self.settings))
        await reader.start()
        try:
            restored = await asyncio.wait_for(self.restore(reader), self.settings.restore_limit_seconds)
            failpoints.hit(f"{self.name}.restore.after")
            telemetry.observe("tongda_stage_restore_duration_seconds", time.monotonic() - started, stage=self.name)
            self.position = self.agree(committed)
            await self.refuse_lost_input(reader)
        finally:
            self.remaining = 0
            await reader.stop()
        facts = {"partition": self.tp.partition, "position": self.position, "restored": restored}
        telemetry.log("partition_opened", stage=self.name, **facts)
        self.phase, self.clean = "running", True
        self.host.measure()

    async def restore(self, reader: AIOKafkaConsumer) -> int:
        """Read the state topic up to its last stable offset, taken after fencing; says how many records."""
        tp, count = TopicPartition(self.state_topic, self.tp.partition), 0
        reader.assign([tp])
        end = (await reader.end_offsets([tp]))[tp]
        await reader.seek_to_beginning(tp)
        while (position := await reader.position(tp)) < end:
            self.remaining = end - position
            for record in (await reader.getmany(tp, timeout_ms=POLL_MS)).get(tp, ()):
                self.desk.restore(record.key, record.value)
                count += 1
            failpoints.hit(f"{self.name}.restore.partial")
        return count

    def agree(self, committed: int | None) -> int:
        """The position kept beside the state must be the committed offset: unequal means a torn transaction."""
        kept = self.desk.totals.offset
        if kept != (committed or 0):
            torn = f"{self.name} {self.tp.partition}: the state stands at {kept}, the group committed {committed}"
            raise Refused(torn, code="T5301", next_step="tongda doctor conservation")
        return kept

    async def refuse_lost_input(self, reader: AIOKafkaConsumer) -> None:
        """Retention must not have overtaken the position; aiokafka would skip what is gone in silence."""
        start = (await reader.beginning_offsets([self.tp]))[self.tp]
        if self.position and start > self.position:
            lost = f"{self.tp.topic} {self.tp.partition} begins at {start}, after {self.position}: input was lost"
            raise Refused(lost, code="T5302", next_step="tongda topics diff")

    def incoming(self, record: Any) -> bus.Incoming:
        """A client's record in the hub's form."""
        return bus.Incoming(
            self.host.stage.reads.name,
            record.partition,
            record.offset,
            record.key or b"",
            record.value,
            record.headers,
            record.timestamp,
        )

    async def commit(self, records: Sequence[bus.Incoming]) -> None:
        """One poll, one transaction.

        1 fold  2 send the outputs  3 send the changed state and the position  4 send the input offset, examine every
        answer  5 commit. Whatever raises ends the process: the broker aborts what was open, and the next owner starts
        from the last commit.
        """
        producer, name, started = self.producer, self.name, time.monotonic()
        assert producer is not None
        failpoints.hit(f"{name}.polled.after")
        work = self.desk.work(records)  # 1
        failpoints.hit(f"{name}.folded.after")
        await producer.begin_transaction()
        failpoints.hit(f"{name}.begin.after")
        answers = await self.send(work.outputs, "outputs.partial")  # 2
        failpoints.hit(f"{name}.outputs.after")
        kept = (self.host.stage.keeps.name, self.tp.partition)
        answers += await self.send({kept: work.state}, "state.partial")  # 3
        position = work.totals.offset
        offsets = producer.send_offsets_to_transaction({self.tp: position}, self.host.group)
        # A failed batch does not fail aiokafka's transaction: without this line a lost record would be committed.
        await asyncio.gather(offsets, *answers)  # 4
        failpoints.hit(f"{name}.offsets.after")
        failpoints.hit(f"{name}.commit.before")
        await producer.commit_transaction()  # 5
        self.position = position
        failpoints.hit(f"{name}.commit.after")
        self.desk.committed(work, time.monotonic() - started)

    async def send(
        self, outputs: Mapping[bus.TopicPartition, Iterable[Output]], step: str
    ) -> list[asyncio.Future[Any]]:
        """Hand records to the producer in batches of one topic partition; gives the answers to wait for."""
        producer, answers = self.producer, list[asyncio.Future[Any]]()
        assert producer is not None
        for (topic, partition), records in outputs.items():
            for batch in client.pack(producer, records):
                answers.append(await producer.send_batch(batch, self.settings.topic(topic), partition=partition))
                if self.settings.failpoints:  # the fault must find the records at the broker
                    await answers[-1]
                failpoints.hit(f"{self.name}.{step}")
        return answers

    async def close(self) -> None:
        """Let go of the partition. An open transaction is left for the successor's fence to abort."""
        self.desk.close()
        if self.producer is not None:
            with suppress(Exception):  # a fenced producer cannot even close; its process is ending anyway
                await asyncio.wait_for(self.producer.stop(), SETTLE_SECONDS)
