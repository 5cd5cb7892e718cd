"""Admin: topics and groups as the broker has them, compared with the table of topics."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, MemberToRemove

from ops.bus.connection import TopicPartition, connection, from_kafka, translated
from ops.bus.reader import Reader
from ops.settings import Settings
from schemas.errors import Refused
from schemas.topics import Topic

READY_MS = 60_000  # until every partition of a new topic has a leader: all topics at once, on a busy machine
MARKERS_SECONDS = 3.0  # longest time spent on reading past transaction markers and aborted records


class Admin:
    """Topics and groups as the broker has them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with translated(settings):
            self._client = KafkaAdminClient(**connection(settings))

    def cluster_id(self) -> str:
        """The id of the cluster that answers: two brokers can have had the same address."""
        with translated(self.settings):
            return str(self._client.describe_cluster()["cluster_id"])

    def apply(self, topics: Sequence[Topic]) -> list[str]:
        """Create or change topics as the table declares them; gives one line a change. Raises Refused when partition counts differ."""
        with translated(self.settings):
            there = self._partitions()
            missing = [topic for topic in topics if self.settings.topic(topic.name) not in there]
            if missing:
                self._client.create_topics(
                    {
                        self.settings.topic(topic.name): {
                            "num_partitions": self.settings.partitions,
                            "replication_factor": self.settings.replication,
                            "configs": self._declared(topic),
                        }
                        for topic in missing
                    }
                )
                self._client.wait_for_topics([self.settings.topic(topic.name) for topic in missing], READY_MS)
            done = [f"created {topic.name}" for topic in missing]
            for topic, differing in self._differing([topic for topic in topics if topic not in missing]):
                if (count := there[self.settings.topic(topic.name)]) != self.settings.partitions:
                    raise Refused(
                        f"{topic.name} has {count} partitions, not {self.settings.partitions}: keys would move",
                        next_step=f"TONGDA_PARTITIONS={count}",
                    )
                if differing:
                    change = {key: declared for key, (declared, _) in differing.items()}
                    self._client.alter_configs([ConfigResource("topic", self.settings.topic(topic.name), change)])
                    done += [
                        f"changed {topic.name}: {key} {was} → {declared}" for key, (declared, was) in differing.items()
                    ]
        return done

    def drift(self, topics: Sequence[Topic]) -> list[str]:
        """One sentence for each way in which the broker differs from the table; empty when it does not."""
        with translated(self.settings):
            there = self._partitions()
            sentences = [f"{topic.name} is missing" for topic in topics if self.settings.topic(topic.name) not in there]
            for topic, differing in self._differing(
                [topic for topic in topics if self.settings.topic(topic.name) in there]
            ):
                if (count := there[self.settings.topic(topic.name)]) != self.settings.partitions:
                    sentences.append(f"{topic.name} has {count} partitions, {self.settings.partitions} are declared")
                sentences += [
                    f"{topic.name}: {key} is {was}, {declared} is declared"
                    for key, (declared, was) in differing.items()
                ]
        return sentences

    def committed(self, group: str) -> dict[TopicPartition, int]:
        """The committed offset of a group for each partition for which it has one."""
        with translated(self.settings):
            name = self.settings.topic(group)
            found = self._client.list_group_offsets({name: None}).get(name, {})
        return {from_kafka(self.settings, tp): max(0, offset.offset) for tp, offset in found.items()}

    def members(self, groups: Sequence[str]) -> dict[str, int]:
        """The number of members of each of these groups that has any."""
        with translated(self.settings):
            there = {group["group_id"] for group in self._client.list_groups()}
            names = {self.settings.topic(group): group for group in groups if self.settings.topic(group) in there}
            found = self._client.describe_groups(list(names)) if names else {}
        return {names[name]: len(one["members"]) for name, one in found.items() if one["members"]}

    def dismiss(self, group: str, instances: Sequence[str]) -> None:
        """Remove static members that have stopped; without this the group waits for them until their session times out."""
        with translated(self.settings):
            members = [MemberToRemove(group_instance_id=instance) for instance in instances]
            self._client.remove_group_members(self.settings.topic(group), members)

    def remove(self, topics: Sequence[Topic], groups: Sequence[str]) -> list[str]:
        """Delete those of these topics and groups that exist; gives their names."""
        names = [self.settings.topic(topic.name) for topic in topics]
        with translated(self.settings):
            gone = sorted(set(names) & set(self._client.list_topics()))
            if gone:
                self._client.delete_topics(gone)
            there = {group["group_id"] for group in self._client.list_groups()}
            left = [self.settings.topic(group) for group in groups if self.settings.topic(group) in there]
            if left:
                self._client.delete_groups(left)
        return [*gone, *left]

    def lag(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """Offsets between the group's commit and the last stable offset; 0 where only transaction markers are between them."""
        partitions = [(topic, number) for topic in topics for number in range(self.settings.partitions)]
        at = self.committed(group)
        with Reader(self.settings) as reader:
            ends = reader.end_offsets(partitions)
            behind = [tp for tp in partitions if ends[tp] > at.get(tp, 0)]
            reader.assign(behind)
            for tp in behind:
                reader.seek(*tp, at.get(tp, 0))
            unread: set[TopicPartition] = set()
            only_marker: set[TopicPartition] = set()
            deadline = time.monotonic() + MARKERS_SECONDS
            while unread | only_marker < set(behind) and time.monotonic() < deadline:
                unread |= {(r.topic, r.partition) for r in reader.poll(5000, 0.3)}
                only_marker = {p for p in behind if p not in unread and reader.position(*p) >= ends[p]}
        return {tp: 0 if tp in only_marker else max(0, ends[tp] - at.get(tp, 0)) for tp in partitions}

    def ping(self) -> list[str]:
        """Names of the topics on the broker. Raises Unreachable when it does not answer."""
        with translated(self.settings):
            return sorted(self._client.list_topics())

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _partitions(self) -> dict[str, int]:
        return {topic["name"]: len(topic["partitions"]) for topic in self._client.describe_topics()}

    def _declared(self, topic: Topic) -> dict[str, str]:
        return {**topic.settings(), "min.insync.replicas": str(self.settings.min_isr)}

    def _differing(self, topics: Sequence[Topic]) -> list[tuple[Topic, dict[str, tuple[str, str]]]]:
        """For each topic the settings that differ: declared and found."""
        if not topics:
            return []
        resources = [ConfigResource("topic", self.settings.topic(topic.name)) for topic in topics]
        found = self._client.describe_configs(resources, config_filter="all").get("topic", {})
        return [
            (
                topic,
                {
                    key: (declared, str(was))
                    for key, declared in self._declared(topic).items()
                    if (was := found[self.settings.topic(topic.name)].get(key, {}).get("value")) != declared
                },
            )
            for topic in topics
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
