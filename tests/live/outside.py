"""Outside: a hub's topics as any subscriber reads them: committed records, each once, in the order of its partition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Self

from ops.bus import Incoming, Reader, TopicPartition
from ops.settings import Settings
from schemas.records.position import POSITION, Position, Totals


class Outside:
    """Reads on from its last position; ``records`` holds everything so far, by topic."""

    def __init__(self, settings: Settings, topics: Sequence[str]) -> None:
        self.records: dict[str, list[Incoming]] = defaultdict(list)
        self.positions: dict[TopicPartition, int] = {
            (topic, n): 0 for topic in topics for n in range(settings.partitions)
        }
        self._reader = Reader(settings)
        self._reader.assign(list(self.positions))
        self._reader.seek_to_beginning()

    def look(self) -> Self:
        """Read to the end as it is now."""
        ends = self._reader.end_offsets(list(self.positions))
        while any(self.positions[tp] < end for tp, end in ends.items()):
            for record in self._reader.poll(5000, 0.1):
                self.records[record.topic].append(record)
            self.positions = {tp: self._reader.position(*tp) for tp in self.positions}
        return self

    def newest(self, topic: str) -> dict[bytes, bytes | None]:
        """The last value of every key."""
        return {record.key: record.value for record in self.records[topic]}

    def totals(self, state: str) -> Totals:
        """The sum of a stage's accounts over its partitions."""
        last = {r.partition: Position.decode(r.value or b"").totals for r in self.records[state] if r.key == POSITION}
        return Totals(*map(sum, zip(*last.values(), strict=True))) if last else Totals()

    def close(self) -> None:
        self._reader.close()
