"""Lives: runs of the hub's processes that tests crash, forked from a server that has imported their code already.

So a run costs half a second instead of one and a half; it has its own pid, home and slot like any other process.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import runpy
import signal
import sys
import threading
import time

from ops.cli import main
from ops.settings import DERIVED, PREFIX, Settings
from tests.live.workers import TRIAL_ROLE, Worker, until

CODE = (
    "pytest",
    "tests.live.enumerate",
    "tests.live.trial",
    "streams.runtime.app",
    "connectors.process.service",
    "sinks.store.__main__",
    "sinks.portal.serve",
)
LONGEST_SECONDS = 60.0
fork = multiprocessing.get_context("forkserver")
fork.set_forkserver_preload(list(CODE))
# Starting a process polls all others, and an exit code can be read only once: of two threads the second would get 255.
one_at_a_time = threading.Lock()


class Life(Worker):
    """One life of a process under these settings, until a failpoint ends it or the test does."""

    process: Forked  # type: ignore[assignment]

    def __init__(self, settings: Settings, role: str, *arguments: str, failpoints: str = "", slot: str = "a") -> None:
        self.home, self.role = settings.home / slot, role
        self.home.mkdir(parents=True, exist_ok=True)
        mine = {"home": self.home, "slot": slot, "failpoints": failpoints, "evidence": settings.evidence}
        environment = environment_of(settings.model_copy(update=mine))
        self.log = (self.home / "worker.log").open("ab")
        self._hits_before = len(self._lines())
        self.process = Forked(fork.Process(target=live, args=(role, arguments, environment, self.log.name)))

    def hits(self) -> list[str]:
        """The failpoints it reached, whether they acted or not."""
        return self._lines()[self._hits_before :]

    def reached(self) -> list[str]:
        """The failpoints that acted."""
        return [line for line in self.hits() if not line.endswith("passed")]

    def end_with_its_stack(self) -> str:
        """End a run that hangs; gives the stacks of its threads."""
        self.signal(signal.SIGUSR1)
        time.sleep(0.5)
        self.end()
        return self.end_of_log()

    def end_of_log(self) -> str:
        """The last lines it wrote."""
        return (self.home / "worker.log").read_text(errors="replace")[-6000:]

    def _lines(self) -> list[str]:
        file = self.home / "failpoints.log"
        return file.read_text().splitlines() if file.exists() else []


class Forked:
    """A forked process with the methods of ``subprocess.Popen`` that a Worker uses."""

    def __init__(self, process: multiprocessing.process.BaseProcess) -> None:
        self._process = process
        with one_at_a_time:
            process.start()

    def poll(self) -> int | None:
        with one_at_a_time:
            return self._process.exitcode

    def wait(self, seconds: float = LONGEST_SECONDS) -> int:
        """Raises TimeoutError."""
        until(lambda: self.poll() is not None, seconds, every=0.02)
        if (code := self.poll()) is None:
            raise TimeoutError(f"still running after {seconds} s")
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self._process.pid and self.poll() is None:
            os.kill(self._process.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def live(role: str, arguments: tuple[str, ...], environment: dict[str, str], log: str) -> None:
    """What the forked process does: ``tongda run ROLE …`` in that environment, its output into the log."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    faulthandler.register(signal.SIGUSR1, file=descriptor, all_threads=True)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ.update(environment)
    if role == TRIAL_ROLE:
        sys.argv = [role, *arguments]
        runpy.run_module("tests.live.trial", run_name="__main__", alter_sys=True)
    sys.exit(main(["run", role, *arguments]))


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment from which a process reads these settings."""
    plain = {name: getattr(settings, name) for name in settings.model_fields_set - DERIVED}
    bases = {f"{PREFIX}SOURCE_{source.upper()}_BASE": base for source, base in settings.source_bases.items()}
    secrets = {f"{PREFIX}SECRET_{name}_FILE": str(file) for name, file in settings.secret_files.items()}
    return {PREFIX + name.upper(): str(value) for name, value in plain.items()} | bases | secrets
