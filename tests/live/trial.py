"""Two small stages on which any loss, repeat or disorder shows, and a worker: ``python -m tests.live.trial [STAGE …]``.

``relay`` numbers the records of each key; ``ledger`` counts them per cell, on purpose not idempotently.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ops.cli import ended
from schemas import topics, wire
from schemas.errors import Reject
from streams.commands import host
from streams.processor import Context, InputRecord, Output, dead_letter
from streams.runtime import limits
from streams.stages import Stage

CELLS = 24


def swallow_memory() -> None:
    """Allocate more memory than the process may have."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))
    bytearray(1 << 30)


def recurse() -> None:
    """Recurse without end."""
    recurse()


# What a record can do to the process that reads it.
POISON: dict[bytes, Callable[[], None]] = {
    b"exit": lambda: os._exit(9),
    b"kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    b"hang": lambda: time.sleep(3600),
    b"recursion": recurse,
    b"memory": swallow_memory,
}
HANG_SECONDS = 1.5  # a stage's own limit is for records of a large batch


class Relay:
    """Numbers the records of each key. ``broken`` is refused; a poison record ends the process."""

    def __init__(self, partition: int, context: Context) -> None:
        self.numbers: dict[bytes, int] = {}
        self.understood = self.unchanged = self.generation = 0

    def restore(self, key: bytes, value: bytes | None) -> None:
        self.numbers[key] = int(value or b"0")

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        return len(self.numbers), 8 * len(self.numbers)

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        outputs: list[Output] = []
        changed: dict[bytes, int] = {}
        for record in records:
            if record.value == b"broken":
                outputs.append(dead_letter("relay", record, Reject("json_invalid", "broken on purpose")))
                continue
            if record.value in POISON:
                POISON[record.value]()
            self.understood += 1
            number = self.numbers[record.key] = changed[record.key] = self.numbers.get(record.key, 0) + 1
            value = wire.encode({"number": number, "text": (record.value or b"").decode()})
            outputs.append(Output(topics.SIGHTING.name, record.key, value, record.partition))
        state = topics.NORMALISE_STATE.name
        return outputs + [Output(state, key, str(number).encode()) for key, number in changed.items()]


class Ledger:
    """Counts records per cell: a repeated record is a wrong count for ever."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition = partition
        self.counts: dict[bytes, int] = {}
        self.understood = self.unchanged = self.generation = 0

    def restore(self, key: bytes, value: bytes | None) -> None:
        self.counts[key] = int(value or b"0")

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        return len(self.counts), 8 * len(self.counts)

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        changed: dict[bytes, int] = {}
        for record in records:
            self.understood += 1
            cell = cell_of(record.key, self.partition)
            self.counts[cell] = changed[cell] = self.counts.get(cell, 0) + 1
        outputs = [Output(topics.STATISTIC.name, cell, str(n).encode(), self.partition) for cell, n in changed.items()]
        return outputs + [Output(topics.FOLD_STATE.name, cell, str(n).encode()) for cell, n in changed.items()]


def cell_of(key: bytes, partition: int) -> bytes:
    """The cell of a key; a cell lies in one partition."""
    return f"{partition}/{sum(key) % CELLS}".encode()


TRIAL = (
    Stage("relay", topics.RAW, topics.NORMALISE_STATE, Relay, (topics.SIGHTING, topics.DEAD_LETTER)),
    Stage("ledger", topics.SIGHTING, topics.FOLD_STATE, Ledger, (topics.STATISTIC,)),
)

if __name__ == "__main__":
    limits.WALL_SECONDS = HANG_SECONDS
    sys.exit(ended(lambda: host(sys.argv[1:], table=TRIAL)))
