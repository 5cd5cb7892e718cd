"""The floor: the same folds by plain function calls, without a broker. What the hub must equal, and cannot outrun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ops.bus import Incoming, Outgoing
from schemas.topics import partition_of
from streams.stages import STAGES, Stage
from streams.verb import Context, Verb


class Floor:
    """All stages over all partitions in this process; a topic's log is a list."""

    def __init__(self, context: Context, stages: Sequence[Stage] = STAGES, batch: int = 2000) -> None:
        self.context, self.stages, self.batch = context, stages, batch
        partitions = range(context.partitions)
        self.verbs: dict[tuple[str, int], Verb] = {(s.name, p): s.verb(p, context) for s in stages for p in partitions}
        self.logs: dict[tuple[str, int], list[Incoming]] = defaultdict(list)
        self.read: dict[tuple[str, int], int] = defaultdict(int)

    def write(self, records: Iterable[Outgoing]) -> None:
        for record in records:
            log = self.logs[record.topic, record.partition]
            log.append(Incoming(record.topic, record.partition, len(log), record.key, record.value, record.headers, 0))

    def run(self) -> None:
        """Until no stage has anything to read: fold also reads what it wrote itself."""
        while any([self.step(stage, p) for stage in self.stages for p in range(self.context.partitions)]):
            continue

    def step(self, stage: Stage, partition: int) -> bool:
        """One batch of one partition; says whether there was one."""
        log, begin = self.logs[stage.reads.name, partition], self.read[stage.name, partition]
        batch = log[begin:begin + self.batch]
        if not batch:
            return False
        self.read[stage.name, partition] = begin + len(batch)
        for output in self.verbs[stage.name, partition].apply(batch):
            place = partition if output.topic == stage.keeps.name else output.partition
            if place is None:
                place = partition_of(output.key, self.context.partitions)
            self.write([Outgoing(output.topic, output.key, output.value, place, output.headers)])
        return True

    def current(self, topic: str) -> dict[bytes, bytes | None]:
        """The last value of every key of a topic."""
        return current(record for (name, _), log in self.logs.items() if name == topic for record in log)


def current(records: Iterable[Incoming]) -> dict[bytes, bytes | None]:
    """The last value of every key, the host's own records apart."""
    return {record.key: record.value for record in records if not record.key.startswith(b"@")}


def differing(left: Mapping[bytes, bytes | None], right: Mapping[bytes, bytes | None]) -> list[bytes]:
    """Keys whose values are not the same on both sides."""
    return sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
