"""Progress: whether the store writes what there is to read. It stands when records wait and nothing is committed."""

from __future__ import annotations

import time
from collections.abc import Callable

from ops import telemetry
from ops.health import Health

STANDS_SECONDS = 60.0  # far above any batch and any restart of a server


class Progress:
    """Kept over all sessions: that both far ends answer again is no progress, a commit is."""

    def __init__(self, health: Health, clock: Callable[[], float] = time.monotonic) -> None:
        self._health, self._clock = health, clock
        self._waiting_since: float | None = None

    def waits(self) -> None:
        """There are records that are not written yet."""
        if self._waiting_since is None:
            self._waiting_since = self._clock()
            telemetry.gauge("tongda_sink_waiting_since_timestamp_seconds", time.time(), sink="store")
        self.judge()

    def settled(self) -> None:
        """A batch was committed, or everything on the topics is written."""
        self._waiting_since = None
        telemetry.gauge("tongda_sink_waiting_since_timestamp_seconds", 0, sink="store")
        self._health.check("progress", True)

    def judge(self) -> None:
        """Say so when the store stands; a failure is not taken back before a commit."""
        if self._waiting_since is None:
            return
        seconds = self._clock() - self._waiting_since
        if seconds > STANDS_SECONDS:
            detail = (
                f"records wait and nothing was written for {seconds:.0f} s · 有记录待写入,已 {seconds:.0f} 秒没有写入"
            )
            self._health.check("progress", False, detail)
