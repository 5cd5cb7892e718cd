"""Partition: one owned input partition: fence → committed → restore → seek, then a loop of transactions.

The order is what makes it exact: only after its predecessor is fenced are the committed offset and the end of the
state final.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation

from ops import bus, failpoints, telemetry
from ops.settings import Settings
from schemas.errors import Refused
from streams.processor import Context
from streams.runtime import client, gauges
from streams.runtime.batch import PartitionWorker, Transaction
from streams.runtime.poison import FOLDER, PoisonRecords
from streams.runtime.work_thread import WorkThread
from streams.stages import Stage

Packed = Mapping[bus.TopicPartition, list[Any]]  # the producer's batches

COMMIT_SECONDS = 60.0  # aiokafka retries for ever: neither a send nor a commit ends by itself
CLOSE_SECONDS = 10.0
POLL_MS = 1_000
# Large batches cost less per record: a subject is resolved and a figure written once a batch. Their bounds:
FIRST_RECORDS = 2_000  # of an owner that has not measured its own pace yet
BATCH_SECONDS = 3.0  # of work: a rebalance waits for it
BATCH_BYTES = 16 << 20
FAR_BEHIND = 1_000  # records still to be read that make it worth while to wait for another fetch
GATHER_MS = 200


class Member(NamedTuple):
    """The group member that owns a partition, as far as the partition needs it."""

    stage: Stage
    group: str  # its name on the broker
    settings: Settings
    context: Context
    consumer: AIOKafkaConsumer
    thread: WorkThread


class OwnedPartition:
    """The transactional producer that fences the predecessor, the worker with its state, the reader, and the position.

    ``phase``: fencing, restoring or running. ``clean``: the restore is complete and no transaction is in doubt.
    ``busy``: within a transaction. ``closing``: the loop ends after the current transaction. ``remaining``: records of
    the state still to be restored. ``pending``: arrival of the oldest record in hand, in seconds since 1970; 0: none.
    ``limit``: most records of the next batch.
    """

    def __init__(self, member: Member, tp: TopicPartition) -> None:
        self.member, self.tp, self.name = member, tp, member.stage.name
        poison = PoisonRecords(member.settings.home / FOLDER, f"{member.group}-{tp.partition}")
        self.worker = PartitionWorker(member.stage, tp.partition, member.context, poison)
        self.producer: AIOKafkaProducer | None = None
        self.reader: AIOKafkaConsumer | None = None
        self.position = self.remaining = 0
        self.pending = 0.0
        self.limit = min(FIRST_RECORDS, member.settings.batch_records)
        self.phase = "fencing"
        self.busy = self.clean = self.closing = False

    async def run(self) -> None:
        """Of an open partition: read from the position, commit, until it is closed. Whatever it raises must end the process.

        A reader of its own: what arrives is fetched at once, however long the other partitions' requests wait for news.
        It is made anew for each run, for a cancelled one may have swallowed records.
        """
        async with client.started(AIOKafkaConsumer(**client.reader(self.member.settings))) as reader:
            reader.assign([self.tp])
            reader.seek(self.tp, self.position)
            self.reader = reader
            try:
                while not self.closing:
                    if records := await self.poll(reader):
                        await self.process([self.incoming(record) for record in records])
            finally:
                self.reader = None

    async def poll(self, reader: AIOKafkaConsumer) -> list[Any]:
        """The next records, at most ``limit``: what one fetch brought, and of a long backlog what further ones bring."""
        records: list[Any] = []
        size, wait = 0, POLL_MS
        while len(records) < self.limit and size < BATCH_BYTES:
            most = self.limit - len(records)
            fetched = (await reader.getmany(self.tp, timeout_ms=wait, max_records=most)).get(self.tp, ())
            records += fetched
            size += sum(len(record.value or b"") for record in fetched)
            wait = GATHER_MS
            if not fetched or (await self.lag()) < FAR_BEHIND:
                break
        return records

    async def lag(self) -> int:
        """Records that are still to be read."""
        if self.reader is None:
            return 0
        end = self.reader.last_stable_offset(self.tp)
        return max(0, end - await self.reader.position(self.tp)) if end is not None else 0

    async def open(self) -> None:
        """1 fence the predecessor  2 only now read the committed offset  3 restore  4 check that both agree.

        Raises Refused: T5301, T5302, T5303.
        """
        self.producer = AIOKafkaProducer(
            **client.writer(self.member.settings),
            transactional_id=f"{self.member.group}-{self.tp.partition}",
        )
        await self.producer.start()
        committed = await self.member.consumer.committed(self.tp)
        failpoints.hit(f"{self.name}.fence.after")
        async with self.member.thread.restoring:
            restored = await self.restore_and_agree(committed)
        facts = {"partition": self.tp.partition, "position": self.position, "restored": restored}
        telemetry.log("partition_opened", stage=self.name, **facts)
        self.phase, self.clean = "running", True

    async def restore_and_agree(self, committed: int | None) -> int:
        """Steps 3 and 4; gives the number of records."""
        self.phase = "restoring"
        started = time.monotonic()
        try:
            async with client.started(AIOKafkaConsumer(**client.restorer(self.member.settings))) as reader:
                restored = await asyncio.wait_for(self.restore(reader), self.member.settings.restore_limit_seconds)
                failpoints.hit(f"{self.name}.restore.after")
                spent = time.monotonic() - started
                telemetry.observe("tongda_stage_restore_duration_seconds", spent, stage=self.name)
                self.worker.refuse_other_form()
                self.position = self.agree(committed)
                await self.refuse_lost_input(reader)
        finally:
            self.remaining = 0
        return restored

    async def restore(self, reader: AIOKafkaConsumer) -> int:
        """Read the state topic up to its last stable offset, taken after fencing; gives the number of records."""
        state_topic = self.member.settings.topic(self.member.stage.keeps.name)
        tp, count = TopicPartition(state_topic, self.tp.partition), 0
        reader.assign([tp])
        end = (await reader.end_offsets([tp]))[tp]
        await reader.seek_to_beginning(tp)
        while (position := await reader.position(tp)) < end:
            self.remaining = end - position
            for record in (await reader.getmany(tp, timeout_ms=POLL_MS)).get(tp, ()):
                self.worker.restore(record.key, record.value)
                count += 1
            failpoints.hit(f"{self.name}.restore.partial")
        await self.member.thread.run(self.worker.restored)
        return count

    def agree(self, committed: int | None) -> int:
        """The position kept beside the state must be the committed offset: unequal means a torn transaction (T5301)."""
        kept = self.worker.totals.offset
        if kept != (committed or 0):
            torn = f"{self.name} {self.tp.partition}: the state stands at {kept}, the group committed {committed}"
            raise Refused(torn, code="T5301", next_step="tongda doctor conservation")
        return kept

    async def refuse_lost_input(self, reader: AIOKafkaConsumer) -> None:
        """Retention must not have overtaken the position (T5302); aiokafka would skip silently what is gone."""
        start = (await reader.beginning_offsets([self.tp]))[self.tp]
        if self.position and start > self.position:
            lost = f"{self.tp.topic} {self.tp.partition} begins at {start}, after {self.position}: input was lost"
            raise Refused(lost, code="T5302", next_step="tongda topics diff")

    def incoming(self, record: Any) -> bus.Incoming:
        """A client's record in the hub's form."""
        return bus.Incoming(
            self.member.stage.reads.name,
            record.partition,
            record.offset,
            record.key or b"",
            record.value,
            record.headers,
            record.timestamp,
        )

    async def process(self, records: Sequence[bus.Incoming]) -> None:
        """One poll, one transaction. A loop that still waits for its turn may be cancelled; from then on it is busy."""
        turn = self.member.thread.turn
        await turn.acquire()
        self.busy, self.clean, self.pending = True, False, records[0].timestamp_ms / 1000
        try:
            await self.transact(records, turn)
        finally:
            self.busy = False
        self.clean, self.pending = True, 0.0

    async def transact(self, records: Sequence[bus.Incoming], turn: asyncio.Lock) -> None:
        """The limit by the clock begins with the first request to the broker; work of others goes on meanwhile."""
        started = time.monotonic()
        failpoints.hit(f"{self.name}.polled.after")
        try:
            transaction, packed = await self.member.thread.run(self.work, records)
        finally:
            turn.release()
        seconds = time.monotonic() - started
        self.limit = next_limit(self.limit, len(records), seconds, self.member.settings.batch_records)
        failpoints.hit(f"{self.name}.folded.after")
        await asyncio.wait_for(self.commit(transaction, packed), COMMIT_SECONDS)
        before = self.worker.totals
        self.worker.committed(transaction)
        gauges.count_committed(self.name, before, transaction, time.monotonic() - started)

    def work(self, records: Sequence[bus.Incoming]) -> tuple[Transaction, Packed]:
        """A transaction's content, as records and as the batches in which the producer sends them."""
        transaction = self.worker.process(records)
        written = {**transaction.outputs, self.state: transaction.state}
        sender = self.member.settings.installation
        return transaction, {tp: [*client.pack(self.producer, outputs, sender)] for tp, outputs in written.items()}

    async def commit(self, transaction: Transaction, packed: Packed) -> None:
        """1 begin  2 send the outputs  3 send the changed state and the position  4 send the input offset, await every
        answer  5 commit.

        Whatever raises ends the process: the broker aborts what was open, and the next owner starts from the last
        commit.
        """
        producer, name, position = self.producer, self.name, transaction.totals.offset
        assert producer is not None
        await producer.begin_transaction()  # 1
        failpoints.hit(f"{name}.begin.after")
        answers: list[asyncio.Future[Any]] = []
        try:
            await self.send({tp: packed[tp] for tp in transaction.outputs}, answers, "outputs.partial")  # 2
            failpoints.hit(f"{name}.outputs.after")
            await self.send({self.state: packed[self.state]}, answers, "state.partial")  # 3
        except IllegalOperation as error:
            raise refusal(answers) or error from error
        offsets = producer.send_offsets_to_transaction({self.tp: position}, self.member.group)
        # A failed batch does not fail aiokafka's transaction: without this line a lost record would be committed.
        await asyncio.gather(offsets, *answers)  # 4
        failpoints.hit(f"{name}.offsets.after")
        failpoints.hit(f"{name}.commit.before")
        await producer.commit_transaction()  # 5
        self.position = position
        failpoints.hit(f"{name}.commit.after")

    @property
    def state(self) -> bus.TopicPartition:
        """Where its state is kept."""
        return self.member.stage.keeps.name, self.tp.partition

    async def send(self, packed: Packed, answers: list[asyncio.Future[Any]], step: str) -> None:
        """Hand batches to the producer; adds the answers to await."""
        producer, settings = self.producer, self.member.settings
        assert producer is not None
        for (topic, partition), batches in packed.items():
            for batch in batches:
                answers.append(await producer.send_batch(batch, settings.topic(topic), partition=partition))
                if settings.failpoints:  # the fault must find the records at the broker
                    await answers[-1]
                failpoints.hit(f"{self.name}.{step}")

    async def close(self) -> None:
        """Stop the producer and close the file. A transaction left open is aborted by the successor's fence."""
        await self.member.thread.run(self.worker.close)  # after work that a cancelled loop left behind
        if self.producer is not None:
            with suppress(Exception):  # a fenced producer cannot even close; its process is ending anyway
                await asyncio.wait_for(self.producer.stop(), CLOSE_SECONDS)


def refusal(answers: Sequence[asyncio.Future[Any]]) -> BaseException | None:
    """Why a batch of a transaction was refused: the client says of those after it only that no transaction is open."""
    failed = (answer.exception() for answer in answers if answer.done() and not answer.cancelled())
    return next(filter(None, failed), None)


def next_limit(limit: int, records: int, seconds: float, most: int) -> int:
    """How many records the next batch may have to take about ``BATCH_SECONDS``, as the last one went.

    A small batch says little about the pace: after it the limit stays.
    """
    if records < min(FIRST_RECORDS, limit):
        return limit
    return max(1, min(most, round(BATCH_SECONDS * records / max(seconds, 0.001))))
