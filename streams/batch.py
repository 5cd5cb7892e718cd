"""Batch: what one poll of a partition becomes: outputs, changed state with the position, an account of every record."""

from __future__ import annotations

import faulthandler
import gc
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from ops import telemetry
from ops.bus import Incoming, TopicPartition
from schemas import topics, wire
from schemas.errors import HubError, Reject
from schemas.records.dead_letter import DeadLetter
from schemas.records.position import POSITION, Totals
from streams.deaths import LIMIT, Deaths
from streams.stages import Stage
from streams.verb import Context, Output, dead_letter

APPLY_SECONDS = 30.0  # a record that hangs the verb ends the process, like one that kills it
MAX_VALUE = (1 << 20) - (16 << 10)  # below the topics' max.message.bytes, with room for key and headers


def collect_seldom() -> None:
    """For a process that works batches: they leave no cycles, and collecting as often as Python does took a third of all.

    What is there now is never looked at again.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Work(NamedTuple):
    """What goes into one transaction."""

    outputs: Mapping[TopicPartition, list[Output]]  # in the order of each partition
    state: list[Output]  # under the input's partition; the position is the last
    totals: Totals  # up to and with this batch


class Desk:
    """One input partition's verb with its state, its account and its deaths. Knows nothing of Kafka's protocol."""

    def __init__(self, stage: Stage, partition: int, context: Context, deaths: Deaths) -> None:
        self.stage, self.partition, self.context, self.deaths = stage, partition, context, deaths
        self.verb = stage.verb(partition, context)
        self.totals = Totals(generation=context.generation)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic, oldest first."""
        if key != POSITION:
            self.verb.restore(key, value)
        elif value is not None:
            self.totals = Totals(**wire.decode(value))
            self.verb.generation = self.totals.generation

    def close(self) -> None:
        self.deaths.close()

    def work(self, records: Sequence[Incoming]) -> Work:
        """The pure part of a transaction. Raising ends the process; the third time, the record is set aside unread."""
        outputs: dict[TopicPartition, list[Output]] = {}
        state: dict[bytes, Output] = {}
        understood, unchanged = self.verb.understood, self.verb.unchanged
        for output in self._apply(records):
            if output.topic == self.stage.keeps.name:
                state[output.key] = output
            else:
                outputs.setdefault(self._partition(output), []).append(output)
        letters = sum(len(there) for (topic, _), there in outputs.items() if topic == topics.DEAD_LETTER.name)
        totals = Totals(
            records[-1].offset + 1,
            self.totals.records + len(records),
            self.totals.understood + self.verb.understood - understood,
            self.totals.unchanged + self.verb.unchanged - unchanged,
            self.totals.dead_letters + letters,
            self.totals.generation,
        )
        if totals.gap:
            raise HubError(f"{self.stage.name} {self.partition}: {totals.gap} records unaccounted for", code="T1003")
        position = Output(self.stage.keeps.name, POSITION, wire.encode(totals._asdict()), self.partition)
        return Work(outputs, [*state.values(), position], totals)

    def committed(self, work: Work, seconds: float) -> None:
        """The transaction stands, so long after its poll: count it."""
        before, self.totals = self.totals, work.totals
        self.deaths.committed(work.totals.offset)
        name, now = self.stage.name, time.time()
        for result in ("understood", "unchanged", "dead_letters"):
            grown = getattr(work.totals, result) - getattr(before, result)
            telemetry.count("tongda_stage_records_total", grown, stage=name, result=result.removesuffix("s"))
        telemetry.count("tongda_transactions_total", writer=name, outcome="committed")
        telemetry.observe("tongda_stage_batch_duration_seconds", seconds, stage=name)
        telemetry.gauge("tongda_stage_last_commit_timestamp_seconds", now, stage=name)
        for (topic, _), written in work.outputs.items():
            telemetry.count("tongda_topic_records_total", len(written), writer=name, topic=topic)
            if topic == topics.DEAD_LETTER.name:
                count_letters(written)
            elif since := oldest(written):
                telemetry.observe(
                    "tongda_end_to_end_latency_seconds", now - since, kind=topic.split(".")[1], hop="topic"
                )

    def _apply(self, records: Sequence[Incoming]) -> list[Output]:
        """The verb over the batch, with a note of what is in hand: suspects one by one, the others together."""
        outputs: list[Output] = []
        for piece in self._pieces(records):
            first = piece[0]
            if self.deaths.is_killer(first.offset):
                reject = Reject("crashed", f"the process died {LIMIT} times with this record in hand")
                outputs.append(dead_letter(self.stage.name, first, reject))
                continue
            self.deaths.take(first.offset, piece[-1].offset)
            faulthandler.dump_traceback_later(APPLY_SECONDS, exit=True)
            try:
                said = self.verb.apply(piece)
            finally:  # whatever the verb raises must reach the host, not a timer's exit
                faulthandler.cancel_dump_traceback_later()
            outputs += map(fitting, said)
            self.deaths.put_down()
        return outputs

    def _pieces(self, records: Sequence[Incoming]) -> Iterator[Sequence[Incoming]]:
        together: list[Incoming] = []
        for record in records:
            if self.deaths.is_suspect(record.offset):
                if together:
                    yield together
                    together = []
                yield [record]
            else:
                together.append(record)
        if together:
            yield together

    def _partition(self, output: Output) -> TopicPartition:
        """The verb's own choice, else the partition that owns the key."""
        if output.partition is not None:
            return output.topic, output.partition
        return output.topic, topics.partition_of(output.key, self.context.partitions)


def fitting(output: Output) -> Output:
    """What its topic can hold. A letter gives up its original, which its topic has; anything else ends us."""
    if output.value is None or len(output.value) <= MAX_VALUE:
        return output
    if output.topic != topics.DEAD_LETTER.name:
        raise HubError(f"{len(output.value)} bytes are too many for {output.topic}", code="T1004")
    letter = wire.load(DeadLetter, output.value)
    note = f"{letter.message[:1000]} (original left at its topic, partition and offset: too large)"
    return output._replace(value=wire.encode(letter.model_copy(update={"original": "", "message": note})))


def count_letters(written: Iterable[Output]) -> None:
    """Each refusal under its stage, source and reason."""
    for output in written:
        letter = wire.load(DeadLetter, output.value or b"")
        telemetry.count("tongda_dead_letters_total", stage=letter.stage, source=letter.source, reason=letter.reason)


def oldest(written: Iterable[Output]) -> float | None:
    """When the platform gave the oldest of these public records: the slowest of a batch stands for it."""
    times = [value for output in written for name, value in output.headers if name == "ce_time"]
    return datetime.fromisoformat(min(times).decode()).timestamp() if times else None
