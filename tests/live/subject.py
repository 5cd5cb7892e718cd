"""Subject: a process that dies at its failpoints, what it is given to do, and what must be true afterwards."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod

from ops.settings import Settings
from tests.live.lives import Life
from tests.live.workers import SESSION_SECONDS, until

BATCH = 10  # records of one poll of a stage
DRAINED = "stop.drain.partial"


class Subject(ABC):
    """One process over topics of its own. ``points``: its failpoints; ``often``: how often one life reaches a point, if
    that is not to be counted in a rehearsal; ``survived``: actions of which the process does not die.
    """

    role: str
    arguments: tuple[str, ...] = ()
    points: tuple[str, ...]
    often: dict[str, int] = {}
    survived: tuple[str, ...] = ()
    stopped = 0  # exit code of its orderly end
    patience_seconds = 1.0  # how long a process that did everything may still reach a point

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
        """One more life."""
        if self.closed:
            raise RuntimeError(f"{self.name} is closed")
        self.lives.append(Life(self.settings, self.role, *self.arguments, failpoints=failpoints, slot=slot))
        return self.lives[-1]

    def provoke(self, point: str, life: Life) -> None:
        """What beside the work itself brings the process to this point."""
        if point == DRAINED:
            until(self.settled)
            life.signal(signal.SIGTERM)

    @abstractmethod
    def feed(self) -> None:
        """More to do: enough for a life that reaches every point three times."""

    @abstractmethod
    def settled(self) -> bool:
        """Everything that was fed is done."""

    @abstractmethod
    def wrong(self) -> list[str]:
        """What is not exact, in words. Asked when settled."""

    def close(self) -> None:
        """No life is left and none begins; let go of every connection."""
        self.closed = True
        for life in self.lives:
            life.end()
