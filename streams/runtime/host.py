"""Host: one stage as a member of its consumer group; runs the partitions that the group assigns to it.

Two rules keep a rebalance from doubling events: a partition is kept over it only if it is ``clean`` (its restore is
complete and no transaction is in doubt), and a loop that is ``busy`` inside a transaction is waited for while any
other is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import IllegalOperation, KafkaError, ProducerFenced
from mode import Service

from ops import failpoints, telemetry
from ops.health import Health
from ops.settings import Settings
from schemas.errors import Fenced, HubError, Misconfigured, Unreachable
from streams.processor import Context
from streams.runtime import client, gauges
from streams.runtime.partition import CLOSE_SECONDS, Member, OwnedPartition
from streams.runtime.work_thread import WorkThread
from streams.stages import Stage

SETTLE_SECONDS = 10.0  # a revocation may finish its transactions; below the rebalance timeout
WATCH_SECONDS = 1.0
STATE_SECONDS = 15.0  # a state is measured by walking through it


class Host(Service, ConsumerRebalanceListener):  # type: ignore[misc]
    """One stage in this process. Whatever raises ends the process (fail-stop)."""

    def __init__(
        self,
        stage: Stage,
        settings: Settings,
        context: Context,
        health: Health,
        starting: set[str],
        thread: WorkThread,
    ) -> None:
        """``starting``: stages of this process that never ran yet; the last of them makes the process ready."""
        super().__init__()
        self.thread = thread
        self.stage, self.settings, self.context, self.health = stage, settings, context, health
        self.starting = starting
        health.check(stage.name, False, "joins its group")
        self.group = settings.topic(f"tongda.{stage.name}")
        self.owned: dict[TopicPartition, OwnedPartition] = {}
        self.tasks: dict[TopicPartition, asyncio.Task[None]] = {}
        self.joined = self.reached = False

    async def on_start(self) -> None:
        """Join the group; partitions arrive through the two listeners below. Raises Misconfigured."""
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
            self.consumer.pause(*mine)  # the group's client reads nothing: fence → committed → restore → read
            for gone in self.owned.keys() - mine:
                await self.owned.pop(gone).close()
            self.joined = True
            if not self.should_stop:
                for tp in mine:  # never restore in a listener: heartbeats wait for it
                    self.start_loop(tp)
        except Exception as error:
            await self.end(error)

    def start_loop(self, tp: TopicPartition) -> None:
        """Go on with a partition that was kept, or open it."""
        member = Member(self.stage, self.group, self.settings, self.context, self.consumer, self.thread)
        partition = self.owned.get(tp) or OwnedPartition(member, tp)
        partition.closing = False
        self.owned[tp] = partition
        self.tasks[tp] = asyncio.create_task(self.guard(partition))

    async def guard(self, partition: OwnedPartition) -> None:
        """Open a partition that is new here, then run its loop; anything but its cancellation ends the process."""
        try:
            if partition.phase != "running":
                await partition.open()
                await self.measure()
            await partition.run()
        except Exception as error:
            await self.end(error)

    async def end(self, error: Exception) -> None:
        """Log what ends the process, with its next step where it has one, and end it."""
        error = translated(error)
        outcome = "fenced" if isinstance(error, Fenced) else "unknown"
        telemetry.count("tongda_transactions_total", writer=self.stage.name, outcome=outcome)
        facts = {"code": error.code, "next_step": error.next_step} if isinstance(error, HubError) else {}
        telemetry.log("stage_crashed", level="error", stage=self.stage.name, error=repr(error), **facts)
        await self.crash(error)

    async def settle(self) -> None:
        """Finish what is inside a transaction, cancel what polls or restores, close every partition that is not clean."""
        mine, self.tasks = self.tasks, {}
        for tp, task in mine.items():
            self.owned[tp].closing = True
            if not self.owned[tp].busy:
                task.cancel()  # it waits for records or for its turn
        await ended(mine.values(), SETTLE_SECONDS)
        for task in mine.values():
            task.cancel()  # what had longer to do in its transaction
        await ended(mine.values(), CLOSE_SECONDS)
        for tp, task in mine.items():
            partition = self.owned.get(tp)  # none: the process ends and closes them all meanwhile
            if partition is not None and not (task.done() and partition.clean):
                await self.owned.pop(tp).close()

    @Service.task
    async def watch(self) -> None:
        """Each second: the coordinator's errors (aiokafka hides them from a member without partitions) and what is shown."""
        measured = -STATE_SECONDS
        while not self.should_stop:
            self.consumer._coordinator.check_errors()
            self.health.beat()
            self.log_broker()
            await self.show()
            if time.monotonic() - measured >= STATE_SECONDS:
                measured = time.monotonic()
                await self.measure()
            await self.sleep(WATCH_SECONDS)

    def log_broker(self) -> None:
        """Log once that the broker went away and once that it is back: the client repeats it without end."""
        reached = any(connection.connected() for connection in self.consumer._client._conns.values())
        if reached != self.reached:
            self.reached = reached
            event, level = ("broker_reached", "info") if reached else ("broker_away", "warning")
            telemetry.log(event, level, stage=self.stage.name, kafka=self.settings.kafka)

    async def measure(self) -> None:
        """Show the size of the state; in the work thread, for nothing else may change it meanwhile."""
        running = [partition.worker for partition in self.owned.values() if partition.phase == "running"]
        await self.thread.run(gauges.show_state, self.stage.name, running)

    async def show(self) -> None:
        """Health and metrics of this stage as it is now."""
        name, owned = self.stage.name, list(self.owned.values())
        running = [partition for partition in owned if partition.phase == "running"]
        ready = self.joined and self.reached and len(running) == len(owned)
        away = "" if self.reached else ", the broker is away"
        self.health.check(name, ready, f"{len(running)} of {len(owned)} partitions run{away}")
        if ready:
            self.starting.discard(name)
            self.health.ready = self.health.ready or not self.starting
        gauges.show_phases(name, (each.phase for each in owned), sum(each.remaining for each in owned))
        gauges.show_progress(name, [each.worker for each in owned], [each.pending for each in owned])
        lag = sum([await partition.lag() for partition in running])
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


async def ended(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    """Wait for the end of tasks, within a limit."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def translated(error: Exception) -> Exception:
    """What the client raises as the hub's own: Fenced by another writer of the same name, else Unreachable."""
    if isinstance(error, ProducerFenced):
        told: HubError = Fenced(
            f"{type(error).__name__}: another process took over this one's identity · 另一进程已接管本进程的身份",
            next_step="nothing once; if it repeats, give each process a TONGDA_SLOT of its own",
        )
    elif isinstance(error, KafkaError | IllegalOperation | TimeoutError):
        told = Unreachable(
            f"{type(error).__name__}: the broker refused or did not answer; the work is done again"
            " · 消息总线拒绝或无应答,工作将重做",
            next_step="nothing once; if it repeats: tongda doctor kafka",
        )
    else:
        return error
    told.__cause__ = error
    return told
