"""Rounds: a thread that does the same again and again, as probes and Prometheus see it: whether it turns, and when it last did well."""

from __future__ import annotations

import time
from collections.abc import Callable

from ops import telemetry

STUCK_SECONDS = 900.0  # without the end of a round, good or bad: longer than any round's own limits
FAILING_SECONDS = 900.0  # without one that ended well


class Rounds:
    """Told by its thread how each round ended. A new one counts as having done well when it began."""

    def __init__(self, task: str, clock: Callable[[], float] = time.time) -> None:
        self.task, self._clock = task, clock
        self._turned = 0.0
        self.well()

    def well(self) -> None:
        """A round ended well."""
        self._turned = self._well = self._clock()
        telemetry.gauge("tongda_job_last_success_timestamp_seconds", self._well, task=self.task)

    def failed(self) -> None:
        """A round ended with an error; the thread goes on."""
        self._turned = self._clock()

    @property
    def alive(self) -> bool:
        """Rounds end, well or not: a thread that hangs or has ended is not alive, and a restart helps."""
        return self._clock() - self._turned < STUCK_SECONDS

    @property
    def trouble(self) -> str:
        """Since when no round ended well, in words; empty while it does well. A restart seldom helps."""
        since = self._clock() - self._well
        return f"no round ended well for {since:.0f} s · 已有 {since:.0f} 秒未成功" if since >= FAILING_SECONDS else ""
