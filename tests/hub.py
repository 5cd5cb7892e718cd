"""The hub in memory: the stages by plain function calls over topics that are lists. What the hub on Kafka must equal.

Everything between raw records and published figures that a test wants to run without a broker runs here. The stages are those
of ``streams.stages``; a batch, a partition, a restart are what they are on Kafka, and the order of everything is fixed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from ops.bus import Incoming, Outgoing
from schemas import topics, wire
from schemas.topics import Topic, partition_of
from streams.dossier.stored import SIGHTED
from streams.processor import Context, Processor
from streams.stages import STAGES, Stage
from tests.content import content, without
from tests.examples import wire as on_the_wire

Document = dict[str, Any]


class Hub:
    """Stages over all partitions in this process.

    ``logs``: every topic's partitions, as written. ``history``: what the stages wrote, in order; what a test puts on a topic is
    not in it. ``processors``: one for each stage and partition.
    """

    def __init__(self, context: Context | None = None, stages: Sequence[Stage] = STAGES, batch: int = 2000) -> None:
        self.context, self.stages, self.batch = context or Context(), stages, batch
        self.logs: dict[tuple[str, int], list[Incoming]] = defaultdict(list)
        self.history: list[Incoming] = []
        self.processors: dict[tuple[str, int], Processor] = {}
        self._read: dict[tuple[str, int], int] = defaultdict(int)
        self.restart()

    # --- records in ---------------------------------------------------------------------------------------------

    def write(self, records: Iterable[Outgoing]) -> Self:
        """Put records on their topics."""
        for record in records:
            self._append(record.topic, record.partition, record)
        return self

    def put(self, topic: Topic, pairs: Iterable[tuple[bytes, bytes]], batch: int | None = None) -> Self:
        """Put keys with their values on a topic, some at a time, and run until all is quiet after each time."""
        records = [Outgoing(topic.name, key, value, partition_of(key, self.context.partitions)) for key, value in pairs]
        size = batch or len(records) or 1
        for start in range(0, len(records), size):
            self.write(records[start : start + size]).run()
        return self

    def sight(self, sightings: Iterable[Document], batch: int = 1000) -> Self:
        """Put sightings on their topic."""
        return self.put(topics.SIGHTING, map(on_the_wire, sightings), batch)

    # --- at work ------------------------------------------------------------------------------------------------

    def run(self) -> Self:
        """Until no stage has anything to read: fold also reads what it wrote itself."""
        places = [(stage, partition) for stage in self.stages for partition in range(self.context.partitions)]
        while sum(self.step(stage, partition) for stage, partition in places):
            continue
        return self

    def step(self, stage: Stage, partition: int) -> bool:
        """One batch of one partition; says whether there was one."""
        log, begin = self.logs[stage.reads.name, partition], self._read[stage.name, partition]
        batch = log[begin : begin + self.batch]
        if not batch:
            return False
        self._read[stage.name, partition] = begin + len(batch)
        for output in self.processors[stage.name, partition].apply(batch):
            chosen = partition if output.topic == stage.keeps.name else output.partition
            place = partition_of(output.key, self.context.partitions) if chosen is None else chosen
            self.history.append(self._append(output.topic, place, output))
        return True

    def restart(self, context: Context | None = None) -> None:
        """Every process ends; new ones restore their state from its topic, perhaps with other definitions."""
        self.context = context or self.context
        for stage in self.stages:
            for partition in range(self.context.partitions):
                processor = self.processors[stage.name, partition] = stage.processor(partition, self.context)
                for record in self.logs[stage.keeps.name, partition]:
                    processor.restore(record.key, record.value)
                processor.restored()

    def _append(self, topic: str, partition: int, record: Any) -> Incoming:
        log = self.logs[topic, partition]
        log.append(Incoming(topic, partition, len(log), record.key, record.value, record.headers, 0))
        return log[-1]

    # --- what stands on the topics ------------------------------------------------------------------------------

    def log(self, topic: str) -> list[Incoming]:
        """Every record of a topic, partition by partition."""
        return [record for partition in range(self.context.partitions) for record in self.logs[topic, partition]]

    def latest(self, topic: str) -> dict[bytes, bytes | None]:
        """The last value of every key, as compaction leaves it."""
        return {record.key: record.value for record in self.log(topic)}

    def values(self, topic: str) -> dict[str, Any]:
        """The last value of every key, decoded."""
        return {key.decode(): wire.decode(value or b"null") for key, value in self.latest(topic).items()}

    def facts(self, topic: str) -> dict[bytes, Document]:
        """What a topic says now, without what remembers how it came there (``current``)."""
        return current(self.log(topic))

    def current(self, kind: str) -> dict[str, Any]:
        """Events or listings of a kind that stand."""
        topic = topics.EVENTS[kind].name if kind in topics.EVENTS else f"tongda.{kind}.v1"
        return {name: value for name, value in self.values(topic).items() if stands(value)}

    def figure(self, key: str) -> str:
        """The value under a figure's key; what was never published is 0."""
        return str(self.points().get(key, {}).get("value", "0"))

    def points(self) -> dict[str, Any]:
        """The figures of both topics by key, decoded."""
        return {key: point for topic in topics.STATISTICS for key, point in self.values(topic.name).items()}

    def says(self) -> dict[str, Any]:
        """The content of all that is public and current: events, listings, redirects, figures other than 0."""
        documents = [
            (name, value)
            for topic in (*topics.EVENTS.values(), topics.SUPPLY, topics.DEMAND)
            for name, value in self.values(topic.name).items()
        ]
        points = self.points()
        return {
            name: content(value)
            for name, value in documents
            if value["state"] != "withdrawn" or value.get("state_reason", "absent") != "absent"
        } | {
            key: (point["value"], point["coverage"], point["flags"])
            for key, point in points.items()
            if point["value"] not in ("0", "0.00")
        }

    def dossiers(self) -> dict[str, Any]:
        """What is kept of every subject, by the id of its record."""
        found: dict[str, Any] = defaultdict(dict)
        for key, value in self.latest(topics.FOLD_STATE.name).items():
            if key.startswith(SIGHTED):
                subject, name = wire.decode(key.removeprefix(SIGHTED))
                found[subject][name] = wire.decode(value or b"null")
        return dict(found)


def stands(document: Document) -> bool:
    """An event or listing that was neither merged into another nor withdrawn."""
    return document.get("state") not in ("merged", "withdrawn")


def current(records: Iterable[Incoming]) -> dict[bytes, Document]:
    """What holds now by the last value of every key: a function of the set of records, however they came in batches.

    Left out is what remembers the batches: what was said in one and taken back in another leaves a withdrawal, a figure's
    revision counts its publications, its ``as_of`` is also that of a contribution that came and went, and an event, a listing,
    a contribution or a party's profile keeps the revision and the time of the batch in which its content last changed.
    """
    last = {record.key: record.value for record in records}
    documents = {key: wire.decode(value) for key, value in last.items() if value is not None}
    return {key: without_history(document) for key, document in documents.items() if holds(document)}


def holds(document: Document) -> bool:
    """Not taken back: an event or listing that stands, a live contribution, a figure that is not 0."""
    return stands(document) and document.get("live", True) and document.get("value", "1") not in ("0", "0.00")


def without_history(document: Document) -> Document:
    """A record as it stands: of an event or a listing its content, of a figure or contribution what it counts.

    A party's profile has the sequence of the last change of its content, which depends on which statements came in one batch.
    """
    if "sources" in document:
        return content(document)
    history = {"revision", "as_of", "received_at"} | ({"sequence"} if document.get("kind") == "profile" else set())
    return without(document, frozenset(history))


def differing(left: Mapping[bytes, Document], right: Mapping[bytes, Document]) -> dict[bytes, tuple[Any, Any]]:
    """What the two sides do not say alike."""
    keys = left.keys() | right.keys()
    return {key: (left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)}
