"""Child: one part while it runs: started, watched, restarted after growing pauses, stopped."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ops import run
from ops.embedded import Service, start_kafka, start_postgres
from ops.embedded.service import last_line, launch
from ops.loopback import denies, probe
from ops.settings import ROOT, Settings
from ops.supervisor.parts import Part
from schemas.errors import HubError

State = Literal["waiting", "starting", "ready", "crashed", "done", "failed"]
LONGEST_PAUSE_SECONDS = 60.0
STABLE_SECONDS = 3.0  # after so long a child is not in a crash loop, and its pause starts again from the shortest
LOOK_SECONDS = 10.0  # between two questions whether a process is alive
HUNG_AFTER = 3  # answers in a row that its main loop takes no turn
STARTERS: dict[str, Callable[[Path, int | None], Service]] = {"kafka": start_kafka, "postgres": start_postgres}


@dataclass
class Child:
    """One part and what is known about it now."""

    part: Part
    settings: Settings
    state: State = "waiting"
    crashes: int = 0
    restarts: int = 0
    again_at: float = 0.0
    why: str = ""
    error: HubError | None = None
    process: subprocess.Popen[bytes] | None = None
    address: str = ""
    _asked_at: float = field(default=0.0, repr=False)
    _denied: int = field(default=0, repr=False)
    _ready_at: float | None = field(default=None, repr=False)
    _service: Service | None = field(default=None, repr=False)
    _port: int | None = field(default=None, repr=False)  # a restarted server keeps the port that its clients use
    _starter: threading.Thread | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """Its stdout and stderr."""
        return self.settings.home / "log" / f"{self.part.name}.log"

    def start(self, environment: dict[str, str]) -> None:
        """Begin to start it; ``look`` reports when it is ready. Embedded servers take seconds and start in a thread."""
        self.state, self.error, self._service = "starting", None, None
        if self.part.form == "server":
            self._starter = threading.Thread(target=self._start_server, name=self.part.name, daemon=True)
            self._starter.start()
        else:
            self.process = launch(self.part.command, self.log, environment, ROOT)
            if self.part.form == "process":
                run.write(self.settings.run, f"child-{self.part.name}", self.process.pid, self.part.command)

    def look(self) -> State:
        """Update the state from what has happened since the last call."""
        if self.state in ("starting", "ready") and self.process is not None and self.process.poll() is not None:
            self._ended(self.process.returncode)
        elif self.state == "starting" and self._service:
            self.process, self.address, self.state = self._service.process, self._service.address, "ready"
            self._port = self._service.port
        elif self.state == "starting" and self.error:
            self._crashed(self.error.message)
        elif self.state == "starting" and self.part.form == "process" and self._answers():
            self.state = "ready"
        elif self.state == "ready" and self._hangs():
            self._killed_for_hanging()
        if self.state != "ready":
            self._ready_at = None
        elif self._ready_at is None:
            self._ready_at = time.monotonic()
        elif time.monotonic() - self._ready_at > STABLE_SECONDS:
            self.crashes = 0
        return self.state

    def stop(self, timeout_seconds: float = 20.0) -> None:
        """Stop it by its stop signal, by SIGKILL when that takes too long. It is not restarted."""
        self.state = "done"
        self._give_up_starting(timeout_seconds)
        process = self.process or (self._service.process if self._service else None)
        if process is None or process.poll() is not None:
            return
        process.send_signal(self.part.stop_signal)
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart_at_once(self) -> None:
        """Restart it without a pause: what it needs is available again."""
        self.crashes, self.again_at = 0, 0.0

    def _give_up_starting(self, timeout_seconds: float) -> None:
        """Stop a server that is still starting; its thread then ends as well."""
        deadline = time.monotonic() + timeout_seconds
        while self._starter and self._starter.is_alive() and time.monotonic() < deadline:
            run.end(self.settings.run, self.part.name, self.part.stop_signal, timeout_seconds)
            self._starter.join(0.2)

    def _start_server(self) -> None:
        try:
            self._service = STARTERS[self.part.name](self.settings.home, self._port)
        except HubError as error:
            self.error = error
        except Exception as error:  # the thread ends here; the main loop reports the error and starts it again
            self.error = HubError(f"{type(error).__name__}: {error}")

    def _ended(self, code: int) -> None:
        if self.part.form == "step" and code == 0:
            self.state = "done"
            return
        reason = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
        self._crashed(f"{reason}: {last_line(self.log)}")

    def _hangs(self) -> bool:
        """Its own listener says again and again that its main loop takes no turn."""
        if self.part.form != "process" or time.monotonic() - self._asked_at < LOOK_SECONDS:
            return False
        self._asked_at = time.monotonic()
        health = run.own(self.settings.run, self.part.name, self.process.pid).get("health") if self.process else None
        self._denied = self._denied + 1 if health and denies(f"{health}/healthz") else 0
        return self._denied >= HUNG_AFTER

    def _killed_for_hanging(self) -> None:
        """What hangs may not hear a signal; a killed process loses nothing, its open transaction is aborted."""
        self._denied = 0
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._crashed("its main loop took no turn: /healthz answered 503 again and again")

    def _crashed(self, why: str) -> None:
        """The first restart comes at once, then after 1, 2, 4 … 60 seconds. A step that failed is not tried again."""
        self.state, self.why, self.process = ("failed" if self.part.form == "step" else "crashed"), why, None
        pause = 0.2 if self.crashes == 0 else min(LONGEST_PAUSE_SECONDS, 2.0 ** (self.crashes - 1))
        self.again_at = time.monotonic() + pause
        self.crashes += 1
        self.restarts += 1

    def _answers(self) -> bool:
        """It has recorded itself and answers /startupz."""
        record = run.own(self.settings.run, self.part.name, self.process.pid) if self.process else {}
        if not record:
            return False
        self.address = record.get("health", "")
        return not self.address or probe(f"{self.address}/startupz") is not None
