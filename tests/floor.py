"""The floor: the same folds by plain function calls, without a broker. What the hub must equal, and cannot outrun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ops.bus import Incoming, Outgoing
from schemas import wire
from schemas.topics import partition_of
from streams.processor import Context, Processor
from streams.stages import STAGES, Stage
from tests.content import content, without

Document = dict[str, Any]


class Floor:
    """All stages over all partitions in this process; a topic's log is a list."""

    def __init__(self, context: Context, stages: Sequence[Stage] = STAGES, batch: int = 2000) -> None:
        self.context, self.stages, self.batch = context, stages, batch
        partitions = range(context.partitions)
        self.processors: dict[tuple[str, int], Processor] = {
            (s.name, p): s.processor(p, context) for s in stages for p in partitions
        }
        self.logs: dict[tuple[str, int], list[Incoming]] = defaultdict(list)
        self.read: dict[tuple[str, int], int] = defaultdict(int)

    def write(self, records: Iterable[Outgoing]) -> None:
        for record in records:
            log = self.logs[record.topic, record.partition]
            log.append(Incoming(record.topic, record.partition, len(log), record.key, record.value, record.headers, 0))

    def run(self) -> None:
        """Until no stage has anything to read: fold also reads what it wrote itself."""
        places = [(stage, partition) for stage in self.stages for partition in range(self.context.partitions)]
        while sum(self.step(stage, partition) for stage, partition in places):
            continue

    def step(self, stage: Stage, partition: int) -> bool:
        """One batch of one partition; says whether there was one."""
        log, begin = self.logs[stage.reads.name, partition], self.read[stage.name, partition]
        batch = log[begin : begin + self.batch]
        if not batch:
            return False
        self.read[stage.name, partition] = begin + len(batch)
        for output in self.processors[stage.name, partition].apply(batch):
            place = partition if output.topic == stage.keeps.name else output.partition
            if place is None:
                place = partition_of(output.key, self.context.partitions)
            self.write([Outgoing(output.topic, output.key, output.value, place, output.headers)])
        return True

    def current(self, topic: str) -> dict[bytes, Document]:
        """What a topic says now."""
        return current(record for (name, _), log in self.logs.items() if name == topic for record in log)


def current(records: Iterable[Incoming]) -> dict[bytes, Document]:
    """What holds now by the last value of every key: a function of the set of records, however they came in batches.

    Left out is what remembers the batches: what was said in one and taken back in another leaves a mark, a figure's
    revision counts its publications, its ``as_of`` is also that of a contribution that came and went, and an event, a
    listing or a contribution keeps the revision and the time of the batch in which its content last changed.
    """
    last = {record.key: record.value for record in records}
    documents = {key: wire.decode(value) for key, value in last.items() if value is not None}
    return {key: without_history(document) for key, document in documents.items() if holds(document)}


def holds(document: Document) -> bool:
    """Not taken back: an event or listing that was concluded, a live contribution, a figure that is not 0."""
    return (
        document.get("state") not in ("merged", "withdrawn")
        and document.get("live", True)
        and document.get("value", "1") not in ("0", "0.00")
    )


def without_history(document: Document) -> Document:
    """A record as it stands: of an event or a listing its content, of a figure or contribution what it counts."""
    if "sources" in document:
        return content(document)
    return without(document, frozenset({"revision", "as_of", "received_at"}))


def differing(left: Mapping[bytes, Document], right: Mapping[bytes, Document]) -> dict[bytes, tuple[Any, Any]]:
    """What the two sides do not say alike."""
    keys = left.keys() | right.keys()
    return {key: (left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)}
