"""The three hops without Kafka: processors, their topics as lists, compaction as a dict. For laws of the folds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import topics
from schemas.source.model import Source
from schemas.wire import decode
from streams.dossier.stored import SIGHTED
from streams.processor import Context, Output, Processor
from streams.stages import STAGES
from tests.content import content
from tests.examples import wire

STAGE = {stage.name: stage for stage in STAGES}


@dataclass(frozen=True)
class Read:
    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None


@dataclass
class Hub:
    """Stages of one chain with n partitions; everything published is kept by topic and key (the last value)."""

    partitions: int = 4
    sources: Mapping[str, Source] = field(default_factory=dict)
    topics: dict[str, dict[bytes, Any]] = field(default_factory=dict)
    history: list[Output] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = Context(self.partitions, self.sources, frozenset())
        self.processors: dict[tuple[str, int], Processor] = {
            (stage.name, partition): stage.processor(partition, context)
            for stage in STAGES
            for partition in range(self.partitions)
        }
        self.counts: dict[str, int] = dict.fromkeys(STAGE, 0)

    def sight(self, sightings: Iterable[dict[str, Any]], batch: int = 1000) -> Hub:
        """Put sightings on their topic, ``batch`` at a time, and run until all is quiet."""
        pending = [wire(sighting) for sighting in sightings]
        for start in range(0, len(pending), batch):
            self.run("fold", pending[start : start + batch])
        return self

    def run(self, stage: str, pairs: Sequence[tuple[bytes, bytes]], partition: int | None = None) -> None:
        by_partition: dict[int, list[Read]] = {}
        for key, value in pairs:
            place = topics.partition_of(key, self.partitions) if partition is None else partition
            by_partition.setdefault(place, []).append(
                Read(STAGE[stage].reads.name, place, self.counts[stage], key, value)
            )
            self.counts[stage] += 1
        for place, records in by_partition.items():
            self.route(stage, place, self.processors[stage, place].apply(records))

    def route(self, stage: str, place: int, outputs: Sequence[Output]) -> None:
        follow: dict[tuple[str, int | None], list[tuple[bytes, bytes]]] = {}
        for output in outputs:
            self.history.append(output)
            kept = self.topics.setdefault(output.topic, {})
            if output.topic == STAGE[stage].keeps.name:
                kept[output.key] = output.value
                continue
            kept[output.key] = decode(output.value or b"null")
            for following in STAGES:
                if following.reads.name == output.topic:
                    follow.setdefault((following.name, output.partition), []).append((output.key, output.value or b""))
        for (name, partition), pairs in follow.items():
            self.run(name, pairs, partition)

    def restart(self) -> None:
        """Every process dies; state is restored from the state topics."""
        context = Context(self.partitions, self.sources, frozenset())
        for (name, partition), _ in list(self.processors.items()):
            processor = STAGE[name].processor(partition, context)
            for output in self.history:
                if output.topic == STAGE[name].keeps.name and output.partition == partition:
                    processor.restore(output.key, output.value)
            self.processors[name, partition] = processor

    def values(self, topic: str) -> dict[str, Any]:
        return {key.decode(): value for key, value in self.topics.get(topic, {}).items()}

    def current(self, kind: str) -> dict[str, Any]:
        """Events or cards of a kind that stand."""
        topic = topics.EVENTS[kind].name if kind in topics.EVENTS else f"tongda.{kind}.v1"
        return {
            name: value for name, value in self.values(topic).items() if value["state"] not in ("withdrawn", "merged")
        }

    def figure(self, key: str) -> str:
        """The value under a figure's key; what was never published is nothing."""
        return str(self.values(topics.STATISTIC.name).get(key, {}).get("value", "0"))

    def says(self) -> dict[str, Any]:
        """The content of all that is current: events, listings, redirects, figures that are not nothing."""
        public = [*topics.EVENTS.values(), topics.SUPPLY, topics.DEMAND]
        found: dict[str, Any] = {}
        for topic in public:
            found |= {
                name: content(value)
                for name, value in self.values(topic.name).items()
                if value["state"] != "withdrawn" or value.get("state_reason", "absent") != "absent"
            }
        figures = self.values(topics.STATISTIC.name)
        return found | {
            key: (point["value"], point["coverage"], point["flags"])
            for key, point in figures.items()
            if point["value"] not in ("0", "0.00")
        }

    def dossiers(self) -> dict[str, Any]:
        """What is kept of every subject, by the id of its record."""
        found: dict[str, Any] = {}
        for key, value in self.topics.get(topics.FOLD_STATE.name, {}).items():
            if key.startswith(SIGHTED):
                subject, name = decode(key.removeprefix(SIGHTED))
                found.setdefault(subject, {})[name] = decode(value)
        return found
