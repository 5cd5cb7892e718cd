"""Batch: what one poll of a partition becomes: outputs, changed state with the position, an account of every record."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ops import telemetry
from ops.bus import Incoming, Outgoing
from schemas import topics, wire
from schemas.dead_letter import DeadLetter
from schemas.errors import HubError, Reject
from streams.deaths import Deaths
from streams.stages import Stage
from streams.verb import Context, Output, dead_letter

POSITION = b"@position"           # key of the position record in a state topic; no key of a verb begins with @
APPLY_SECONDS = 30.0              # a record that hangs the verb ends the process, like one that kills it
MAX_VALUE = (1 << 20) - (16 << 10)      # below the topics' max.message.bytes, with room for key and headers


class Totals(NamedTuple):
    """A partition's position and the account of all input before it, kept in the state topic under ``@position``."""

    offset: int = 0
    records: int = 0
    understood: int = 0
    unchanged: int = 0
    dead_letters: int = 0
    generation: int = 0           # of the stage: the high part of the revisions it gives

    @property
    def gap(self) -> int:
        """Input records that nobody accounts for, or that were accounted for twice: must be 0."""
        return self.records - self.understood - self.unchanged - self.dead_letters


class Work(NamedTuple):
    """What goes into one transaction."""

    outputs: list[Outgoing]
    state: list[Outgoing]
    totals: Totals                # up to and with this batch


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
        outputs: list[Outgoing] = []
        state: dict[bytes, Outgoing] = {}
        understood, unchanged = self.verb.understood, self.verb.unchanged
        for output in self._apply(records):
            outgoing = self._addressed(output)
            if output.topic == self.stage.keeps.name:
                state[output.key] = outgoing
            else:
                outputs.append(outgoing)
        totals = Totals(
            records[-1].offset + 1,
            self.totals.records + len(records),
            self.totals.understood + self.verb.understood - understood,
            self.totals.unchanged + self.verb.unchanged - unchanged,
            self.totals.dead_letters + sum(output.topic == topics.DEAD_LETTER.name for output in outputs),
            self.totals.generation,
        )
        if totals.gap:
            raise HubError(f"{self.stage.name} {self.partition}: {totals.gap} records unaccounted for", code="T1003")
        position = Outgoing(self.stage.keeps.name, POSITION, wire.encode(totals._asdict()), self.partition)
        return Work(outputs, [*state.values(), position], totals)

    def committed(self, work: Work) -> None:
        """The transaction stands: count it."""
        before, self.totals = self.totals, work.totals
        self.deaths.committed(work.totals.offset)
        for output in work.outputs:
            if output.topic == topics.DEAD_LETTER.name and output.value is not None:
                letter = wire.load(DeadLetter, output.value)
                facts = {"stage": letter.stage, "source": letter.source, "reason": letter.reason}
                telemetry.count("tongda_dead_letters_total", 1, **facts)
        for result in ("understood", "unchanged", "dead_letters"):
            grown = getattr(work.totals, result) - getattr(before, result)
            telemetry.count("tongda_stage_records_total", grown, stage=self.stage.name, result=result.removesuffix("s"))

    def _apply(self, records: Sequence[Incoming]) -> Iterator[Output]:
        """The verb over the batch, with a note of what is in hand: suspects one by one, the others together."""
        for piece in self._pieces(records):
            first = piece[0]
            if self.deaths.is_killer(first.offset):
                reject = Reject("crashed", f"the process died {self.deaths.count} times with this record in hand")
                yield dead_letter(self.stage.name, first, reject)
                continue
            self.deaths.take(first.offset, piece[-1].offset)
            faulthandler.dump_traceback_later(APPLY_SECONDS, exit=True)
            try:
                outputs = self.verb.apply(piece)
            finally:                       # whatever the verb raises must reach the host, not a timer's exit
                faulthandler.cancel_dump_traceback_later()
            yield from self._fitting(outputs)
            self.deaths.put_down()

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

    def _fitting(self, outputs: Iterable[Output]) -> Iterator[Output]:
        """Outputs the topics can hold. A letter gives up its original, which its topic has; anything else ends us."""
        for output in outputs:
            if output.value is None or len(output.value) <= MAX_VALUE:
                yield output
            elif output.topic == topics.DEAD_LETTER.name:
                letter = wire.load(DeadLetter, output.value)
                note = f"{letter.message[:1000]} (original left at its topic, partition and offset: too large)"
                yield output._replace(value=wire.encode(letter.model_copy(update={"original": "", "message": note})))
            else:
                raise HubError(f"{len(output.value)} bytes are too many for {output.topic}", code="T1004")

    def _addressed(self, output: Output) -> Outgoing:
        """With the partition that owns its key; state stays under the input's number."""
        partition = output.partition
        if output.topic == self.stage.keeps.name:
            partition = self.partition
        elif partition is None:
            partition = topics.partition_of(output.key, self.context.partitions)
        return Outgoing(output.topic, output.key, output.value, partition, output.headers)
