"""Subject: a process with failpoints, the work it is given, and what must be true after its crashes."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod

from ops.settings import Settings
from tests.live.lives import Life
from tests.live.workers import SESSION_SECONDS, until

BATCH = 10  # records of one poll of a stage
DRAINED = "stop.drain.partial"


class Subject(ABC):
    """One process over its own topics.

    ``points``: its failpoints; ``often``: how often one life reaches a point, where a rehearsal cannot count it;
    ``survived``: actions that do not end the process.
    """

    role: str
    arguments: tuple[str, ...] = ()
    points: tuple[str, ...]
    often: dict[str, int] = {}
    survived: tuple[str, ...] = ()
    stopped = 0  # exit code of its orderly end
    grace_seconds = 1.0  # how long a process that did everything may still reach a point

    def __init__(self, settings: Settings, name: str) -> None:
        self.name = name
        self.settings = settings.model_copy(
            update={
                "home": settings.home / name,
                "evidence": settings.home / name / "evidence",
                "topic_prefix": f"{settings.topic_prefix}{name}.",
                "session_timeout_seconds": SESSION_SECONDS,
                "batch_records": BATCH,
            }
        )
        self.settings.home.mkdir(parents=True)
        self.lives: list[Life] = []
        self.closed = False

    def start(self, failpoints: str = "", slot: str = "a") -> Life:
        """Start the process once more."""
        if self.closed:
            raise RuntimeError(f"{self.name} is closed")
        self.lives.append(Life(self.settings, self.role, *self.arguments, failpoints=failpoints, slot=slot))
        return self.lives[-1]

    def provoke(self, point: str, life: Life) -> None:
        """Bring the process to this point, where its work alone does not."""
        if point == DRAINED:
            until(self.settled)
            life.signal(signal.SIGTERM)

    @abstractmethod
    def feed(self) -> None:
        """Add work: enough for a life to reach every point three times."""

    @abstractmethod
    def settled(self) -> bool:
        """Whether all work is done."""

    @abstractmethod
    def wrong(self) -> list[str]:
        """One sentence for each difference; called when settled."""

    def close(self) -> None:
        """End all processes, allow no new one, close all connections."""
        self.closed = True
        for life in self.lives:
            life.end()
