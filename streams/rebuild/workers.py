"""Workers: the stages of the new generation, as child processes of the command that share its partitions.

A process does the work of all its partitions in one thread, so it uses one core. Each worker has a slot and a home of its own:
its records of pid and port, its log and its poison records lie under HOME/rebuild/<number>, apart from the running hub's.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Self

from ops import run
from ops.bus import Admin
from ops.settings import Settings
from ops.supervisor.child import Child
from ops.supervisor.parts import CLI, Part, environment
from schemas.errors import Refused, Unreachable
from streams.rebuild.generations import group
from streams.stages import STAGES

TURN_SECONDS = 0.2
LEAVING_SECONDS = 20.0
COMMAND = "rebuild"  # the role under which the command that has workers is recorded


class Workers:
    """Several workers, each started again after a crash, with the supervisor's pauses. ``stages``: none means all."""

    def __init__(
        self, following: Settings, environ: Mapping[str, str], stages: Sequence[str] = (), count: int = 1
    ) -> None:
        self.following, self.settings = following, at_home(following)
        arguments = (*CLI, "run", "streams", "--generation", str(following.generation), *stages)
        part = Part("streams", "重建", "process", arguments=arguments)
        self.children = [Child(part, at_home(following, str(number))) for number in range(count)]
        self._environ = environment(following, environ)

    @property
    def logs(self) -> str:
        """Their log files, as a pattern for the shell."""
        return str(self.settings.home / "*" / "log" / "streams.log")

    @property
    def restarts(self) -> int:
        return sum(child.restarts for child in self.children)

    def run_until(self, reached: Callable[[], bool], every_seconds: float, seconds: float = math.inf) -> None:
        """Keep them running until the condition holds, which is tested every so often. Raises Unreachable after ``seconds``."""
        tested_at = began = time.monotonic()
        while True:
            for child in self.children:
                self._turn(child)
            if time.monotonic() - tested_at >= every_seconds:
                if reached():
                    return
                tested_at = time.monotonic()
            if tested_at - began > seconds:
                raise Unreachable(f"not reached within {seconds:g} s", next_step=f"less {self.logs}")
            time.sleep(TURN_SECONDS)

    def _turn(self, child: Child) -> None:
        child.look()
        due = child.state == "crashed" and time.monotonic() >= child.again_at
        if due or child.state == "waiting":
            child.start(self._environment(child))

    def _environment(self, child: Child) -> dict[str, str]:
        home = child.settings.home
        own = {"TONGDA_HOME": str(home), "TONGDA_SLOT": self._slot(child), "TONGDA_HEALTH": "127.0.0.1:0"}
        return {**self._environ, "TONGDA_KAFKA": self.following.kafka, **own}

    def _slot(self, child: Child) -> str:
        return f"{self.following.slot}-{child.settings.home.name}"

    def __enter__(self) -> Self:
        end_left_behind(self.settings)
        run.write(self.settings.run, COMMAND, os.getpid())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Child.stop, self.children))
        for child in self.children:
            run.forget(child.settings.run, "child-streams")
        run.forget(self.settings.run, COMMAND)
        self._dismiss()

    def _dismiss(self) -> None:
        """A static member that stopped keeps its partitions until its session is over; dismissed, it frees them at once."""
        slots = [self._slot(child) for child in self.children]
        with suppress(Unreachable), Admin(self.following) as admin:
            for stage in STAGES:
                admin.dismiss(group(stage), [f"{stage.name}-{slot}" for slot in slots])


def workers_for(wanted: int | None, partitions: int) -> int:
    """The number of workers: as wanted, else one for each usable core; at most one for each partition."""
    return max(1, min(wanted or len(os.sched_getaffinity(0)), partitions))


def at_home(following: Settings, *worker: str) -> Settings:
    """The settings with the home of the workers, or of one of them."""
    return following.model_copy(update={"home": following.home.joinpath("rebuild", *worker)})


def end_left_behind(settings: Settings) -> None:
    """End the workers whose command was killed; ``settings``: at their own home. Raises Refused (T5507) while the command runs."""
    if command := run.read(settings.run, COMMAND):
        raise Refused(
            f"a rebuild already works here (pid {command['pid']}) · 本机正在重建",
            code="T5507",
            next_step=f"let it end, or: kill -INT {command['pid']}",
        )
    for folder in settings.home.glob("*/run"):
        run.end(folder, "child-streams", signal.SIGTERM, LEAVING_SECONDS)
