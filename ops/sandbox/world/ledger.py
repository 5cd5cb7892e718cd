"""The ledger HOME/truth/truth.jsonl: every change, written before a platform shows it. The hub never reads it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from schemas.errors import Refused

Fact = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One change of one record.

    ``facts`` are the statements of the record in the hub's terms; ``unreadable`` is the reason why it must be refused.
    ``tick`` groups changes that were made together, ``place`` names the file or notice that shows them.
    """

    seq: int
    tick: int
    source: str
    feed: str
    record: str
    op: Literal["insert", "edit", "delete"]
    event: str
    visible: str  # instant from which a platform may show it
    content: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    unreadable: str = ""
    place: str = ""
    story: str = ""  # the name, when a test or a fault requested this story
    synthetic: bool = True  # all of this is sample data

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.feed, self.record


class Ledger:
    """Append-only lines; an incomplete last line, left by a crash, is removed when the file is opened.

    One process writes it: the file is locked until it is closed, or its process has ended. Raises Refused.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab")
        _lock(self._file, path)
        _cut_incomplete_line(path)

    def append(self, changes: Iterable[Change]) -> None:
        """Durable when this returns."""
        lines = [json.dumps(asdict(change), ensure_ascii=False, separators=(",", ":")) + "\n" for change in changes]
        self._file.write("".join(lines).encode())
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Change]:
    """Every complete line, oldest first."""
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield Change(**json.loads(line))


def _lock(file: BinaryIO, path: Path) -> None:
    """Two writers would give each sequence number twice. The system takes the lock back when the process ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Refused(
            f"the stand-in platforms already run on {path} · 模拟平台已在使用 {path} 运行",
            next_step="tongda status",
        ) from None


def _cut_incomplete_line(path: Path) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        back = min(size, 1 << 20)
        file.seek(size - back)
        tail = file.read(back)
        if tail and not tail.endswith(b"\n"):
            file.truncate(size - back + tail.rfind(b"\n") + 1)
