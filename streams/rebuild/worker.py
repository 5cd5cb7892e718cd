"""Worker: the stages of the generation in the making, as a process of this command with a home of its own.

The running hub does not see it: its records of pid and port, its log and its deaths lie under HOME/rebuild.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from ops import run
from ops.settings import Settings
from ops.supervisor.child import Child
from ops.supervisor.parts import Part, environment
from schemas.errors import Refused, Unreachable

TURN_SECONDS = 0.2
LEAVING_SECONDS = 20.0
COMMAND = "rebuild"                    # the role under which the command that has a worker is recorded


class Worker:
    """One worker, started again when it dies, with the supervisor's patience."""

    def __init__(self, following: Settings, environ: Mapping[str, str], stages: Sequence[str] = ()) -> None:
        self.settings = at_home(following)
        arguments = ("-m", "streams", "run", "--generation", str(following.generation), *stages)
        self.child = Child(Part("streams", "重建", "process", arguments=arguments), self.settings)
        own = {"TONGDA_HOME": str(self.settings.home), "TONGDA_KAFKA": following.kafka, "TONGDA_HEALTH": "127.0.0.1:0"}
        self._environment = {**environment(following, environ), **own}

    def run_until(self, reached: Callable[[], bool], every_seconds: float, seconds: float = math.inf) -> None:
        """See that it runs until the condition holds, asked this often. Raises Unreachable when that takes longer."""
        asked_at = began = time.monotonic()
        while True:
            self._turn()
            if time.monotonic() - asked_at >= every_seconds:
                if reached():
                    return
                asked_at = time.monotonic()
            if asked_at - began > seconds:
                raise Unreachable(f"not reached within {seconds:g} s", next_step=f"less {self.child.log}")
            time.sleep(TURN_SECONDS)

    def _turn(self) -> None:
        self.child.look()
        due = self.child.state == "dead" and time.monotonic() >= self.child.again_at
        if due or self.child.state == "waiting":
            self.child.start(self._environment)

    def __enter__(self) -> Self:
        end_left_behind(self.settings)
        run.write(self.settings.run, COMMAND, os.getpid())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.stop()
        run.forget(self.settings.run, "child-streams")
        run.forget(self.settings.run, COMMAND)


def at_home(following: Settings) -> Settings:
    """The settings with the home that the worker has for itself."""
    return following.model_copy(update={"home": following.home / "rebuild"})


def end_left_behind(settings: Settings) -> None:
    """End a worker whose command was killed; ``settings``: at its own home. Raises Refused when the command lives."""
    if command := run.read(settings.run, COMMAND):
        raise Refused(f"a rebuild already works here (pid {command['pid']}) · 本机正在重建", code="T5507",
                      next_step=f"let it end, or: kill -INT {command['pid']}")
    run.end(settings.run, "child-streams", signal.SIGTERM, LEAVING_SECONDS)
