"""tally: to follow."""

from __future__ import annotations

from collections.abc import Sequence

from streams.verb import Context, Output, Record


class Tally:
    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context

    def restore(self, key: bytes, value: bytes | None) -> None:
        return None

    def apply(self, records: Sequence[Record]) -> list[Output]:
        return []
