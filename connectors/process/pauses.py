"""Pauses: what persons paused, as every process of the connectors follows it on tongda.pause."""

from __future__ import annotations

import time

from ops.bus import Incoming, Reader
from ops.decisions import pause_of
from ops.settings import Settings
from schemas.errors import Unreachable
from schemas.records.pause import Pause
from schemas.topics import PAUSE
from schemas.wire import load

FOLLOW_SECONDS = 1.0  # between two looks at the topic


class Pauses:
    """The pauses in force, by ``source|feed``. The owner's thread follows the topic; polls of other threads only look."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.in_force: dict[str, Pause] = {}
        self._reader: Reader | None = None
        self._looked = 0.0

    def open(self) -> None:
        """Read what is in force to the end: nothing is polled that is paused. Raises Unreachable."""
        self.close()
        self.in_force = {}
        partitions = [(PAUSE.name, number) for number in range(self.settings.partitions)]
        self._reader = reader = Reader(self.settings)
        reader.assign(partitions)
        reader.seek_to_beginning()
        ends, deadline = reader.end_offsets(partitions), time.monotonic() + self.settings.restore_limit_seconds
        while any(reader.position(*each) < ends[each] for each in partitions):
            if time.monotonic() > deadline:
                raise Unreachable(f"{PAUSE.name} was not read to its end", next_step="tongda doctor kafka")
            self._take(reader.poll(500, 0.5))

    def follow(self) -> None:
        """Take what persons decided since."""
        if self._reader is not None and time.monotonic() - self._looked >= FOLLOW_SECONDS:
            self._looked = time.monotonic()
            self._take(self._reader.poll(500, 0.0))

    def _take(self, records: list[Incoming]) -> None:
        for record in records:
            key = record.key.decode()
            if record.value is None:
                self.in_force.pop(key, None)
            else:
                self.in_force[key] = load(Pause, record.value)

    def of(self, source: str, feed: str) -> Pause | None:
        """The pause of a feed, if one is in force."""
        return pause_of(self.in_force, source, feed)

    def close(self) -> None:
        """Follow no longer; what was in force stays known."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
