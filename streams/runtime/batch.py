"""Batch: what one poll of a partition becomes: outputs, changed state with the position, an account of every record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from ops import telemetry
from ops.bus import Incoming, TopicPartition
from schemas import topics, wire
from schemas.errors import HubError, Refused, Reject
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import FORM, POSITION, Position, Totals
from schemas.traces import trace_in
from streams.processor import Context, Output, dead_letter
from streams.runtime.limits import limited
from streams.runtime.poison import LIMIT, PoisonRecords
from streams.stages import Stage

MOST_LOGGED = 20  # refusals of one batch that the log tells of; all are letters
MAX_VALUE = (1 << 20) - (16 << 10)  # below the topics' max.message.bytes, with room for key and headers


class Refusal(NamedTuple):
    """A record that became a dead letter, as the log tells it: without its content, which may be personal."""

    letter: str
    reason: str
    source: str
    feed: str
    trace_id: str  # of the poll that brought it; empty: the record has none


class Transaction(NamedTuple):
    """The content of one transaction."""

    outputs: Mapping[TopicPartition, list[Output]]  # in the order of each partition
    state: list[Output]  # under the input's partition; the position is the last
    totals: Totals  # up to and with this batch
    refused: Sequence[Refusal] = ()  # the first ones


class PartitionWorker:
    """One input partition's processor with its state, its account and its poison records. Free of Kafka's protocol."""

    def __init__(self, stage: Stage, partition: int, context: Context, poison: PoisonRecords) -> None:
        self.stage, self.partition, self.context, self.poison = stage, partition, context, poison
        self.processor = stage.processor(partition, context)
        self.totals, self.form = Position(Totals(generation=context.generation))

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic, oldest first."""
        if key != POSITION:
            self.processor.restore(key, value)
        elif value is not None:
            self.totals, self.form = Position.decode(value)
            self.processor.generation = self.totals.generation

    def restored(self) -> None:
        """All records of the state topic were given."""
        self.processor.restored()

    def refuse_other_form(self) -> None:
        """For the end of a restore. Raises Refused (T5303) for a state that another release wrote in another form.

        A switch hands over the state of a rebuild in one transaction with a position of this form, so that what was
        there before may still be read on the way.
        """
        if self.form != FORM:
            raise Refused(
                f"{self.stage.keeps.name} {self.partition} holds a state of another release (form {self.form}; this "
                f"release reads form {FORM}) · 该状态由其他版本写入",
                code="T5303",
                next_step="tongda rebuild start",
            )

    def close(self) -> None:
        self.poison.close()

    def process(self, records: Sequence[Incoming]) -> Transaction:
        """The pure part of a transaction.

        Whatever it raises ends the process; after the third time the record becomes a dead letter, unread.
        """
        outputs: dict[TopicPartition, list[Output]] = {}
        state: dict[bytes, Output] = {}
        understood, unchanged = self.processor.understood, self.processor.unchanged
        for output in self._apply(records):
            if output.topic == self.stage.keeps.name:
                state[output.key] = output
            else:
                outputs.setdefault(self._partition_of(output), []).append(output)
        letters = sum(
            output.value is not None
            for (topic, _), there in outputs.items()
            if topic == topics.DEAD_LETTER.name
            for output in there
        )
        totals = Totals(
            records[-1].offset + 1,
            self.totals.records + len(records),
            self.totals.understood + self.processor.understood - understood,
            self.totals.unchanged + self.processor.unchanged - unchanged,
            self.totals.dead_letters + letters,
            self.totals.generation,
        )
        if totals.gap:
            raise HubError(f"{self.stage.name} {self.partition}: {totals.gap} records unaccounted for", code="T1003")
        position = Output(self.stage.keeps.name, POSITION, Position(totals).encode(), self.partition)
        return Transaction(outputs, [*state.values(), position], totals, refusals(outputs, records))

    def committed(self, transaction: Transaction) -> None:
        """The transaction was committed: the log tells of what it refused."""
        for each in transaction.refused:
            telemetry.log("record_refused", "warning", stage=self.stage.name, **each._asdict())
        self.totals = transaction.totals
        self.poison.committed(transaction.totals.offset)

    def _apply(self, records: Sequence[Incoming]) -> list[Output]:
        """The processor over the batch: suspects one by one, the others together, each piece noted while in hand."""
        outputs: list[Output] = []
        for piece in self._pieces(records):
            first = piece[0]
            if self.poison.is_poison(first.offset):
                reject = Reject("crashed", f"the process crashed {LIMIT} times while handling this record")
                outputs.append(dead_letter(self.stage.name, first, reject))
                continue
            self.poison.begin(first.offset, piece[-1].offset)
            with limited():
                applied = self.processor.apply(piece)
            outputs += map(fitting, applied)
            self.poison.end()
        return outputs

    def _pieces(self, records: Sequence[Incoming]) -> Iterator[Sequence[Incoming]]:
        together: list[Incoming] = []
        for record in records:
            if self.poison.is_suspect(record.offset):
                if together:
                    yield together
                    together = []
                yield [record]
            else:
                together.append(record)
        if together:
            yield together

    def _partition_of(self, output: Output) -> TopicPartition:
        """The processor's own choice, else the partition that owns the key."""
        if output.partition is not None:
            return output.topic, output.partition
        return output.topic, topics.partition_of(output.key, self.context.partitions)


def fitting(output: Output) -> Output:
    """The output as its topic can hold it: a dead letter gives up its original, which stays in the topic it came from.

    Raises HubError (T1004) for any other value above ``MAX_VALUE`` bytes.
    """
    if output.value is None or len(output.value) <= MAX_VALUE:
        return output
    if output.topic != topics.DEAD_LETTER.name:
        raise HubError(f"{len(output.value)} bytes are too many for {output.topic}", code="T1004")
    letter = wire.load(DeadLetter, output.value)
    note = f"{letter.message[:1000]} (original left at its topic, partition and offset: too large)"
    return output._replace(value=wire.encode(replace(letter, original="", message=note)))


def refusals(outputs: Mapping[TopicPartition, Sequence[Output]], records: Sequence[Incoming]) -> list[Refusal]:
    """The first refusals of a batch, each with the trace in the headers of its record."""
    letters = (
        each.value for (topic, _), there in outputs.items() if topic == topics.DEAD_LETTER.name for each in there
    )
    headers = {record.offset: record.headers for record in records}
    found = (wire.load(DeadLetter, value) for value in islice(filter(None, letters), MOST_LOGGED))
    return [
        Refusal(each.id, each.reason, each.source, each.feed, trace_in(headers.get(each.offset, ()))) for each in found
    ]
