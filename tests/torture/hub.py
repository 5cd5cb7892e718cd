"""A whole hub as ``tongda up`` makes it, on free ports in a home of its own, whose processes can be killed and stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ops import run
from ops.embedded.service import free_port
from ops.settings import ROOT, Settings, read_settings
from ops.supervisor.parts import bases

SESSION_SECONDS = 3.0
SERVERS = ("kafka", "postgres")
PROCESSES = ("platforms", "connectors", "streams", "store", "portal")
MODULES = {"streams": ("streams",), "connectors": ("connectors",), "store": ("sinks.store",)}
TAKEN_OVER = {"streams": "partition_opened", "connectors": "lease_taken", "store": "partitions_claimed"}


class Hub:
    """Started by ``start``, ended by ``stop``. Every process is found by its own record under HOME/run."""

    def __init__(self, home: Path, seed: int, size: int, pace: float) -> None:
        self.home, self.port = home, free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
            "TONGDA_HOME": str(home),
            "TONGDA_PROFILE": "test",
            "TONGDA_PORT": str(self.port),
            "TONGDA_LANG": "en",
            "TONGDA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "TONGDA_TRANSACTION_TIMEOUT_SECONDS": "10",
            "TONGDA_SANDBOX_EVERY_SECONDS": "1",
            "TONGDA_WORLD_SEED": str(seed),
            "TONGDA_WORLD_SIZE": str(size),
            "TONGDA_WORLD_PACE": str(pace),
        }
        self.extras: list[Extra] = []
        self.bases: dict[str, str] = {}
        self._up: subprocess.Popen[bytes] | None = None

    @property
    def portal(self) -> str:
        """Where its pages and its API are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 180) -> Settings:
        """All of it, until every process is ready; gives the settings that a client of it needs."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [sys.executable, "-m", "ops.cli", "up"],
                env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )
        self.wait_ready(seconds)
        self.settings = read_settings(self.environment)
        self.bases = bases(self.settings)
        return self.settings

    def stop(self) -> None:
        """The clean end; whatever still runs afterwards is killed."""
        self.end_extras()
        for name in (*PROCESSES, *SERVERS):
            if pid := self.pid(name):
                os.kill(pid, signal.SIGCONT)
        if self._up is not None and self._up.poll() is None:
            self._up.terminate()
            try:
                self._up.wait(120)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait()
        for name in (*PROCESSES, *SERVERS):
            if pid := self.pid(name):
                os.kill(pid, signal.SIGKILL)

    def pid(self, name: str) -> int | None:
        """The living process of that name; None while there is none."""
        record = run.read(self.home / "run", name if name in SERVERS else f"child-{name}")
        return int(record["pid"]) if record else None

    def await_pid(self, name: str, seconds: float = 90) -> int | None:
        """The process, as soon as it lives again."""
        until(lambda: self.pid(name) is not None, seconds)
        return self.pid(name)

    def kill(self, name: str) -> bool:
        """``kill -9`` of a living process; says whether there was one, and it died."""
        pid = self.await_pid(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return until(lambda: self.pid(name) != pid, 10)

    def freeze(self, name: str, seconds: float) -> bool:
        """Stop a process for a while; says whether it was there, and stood still."""
        pid = self.await_pid(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGSTOP)
        stood = until(lambda: state(pid) == "T", 2)
        time.sleep(seconds)
        send(pid, signal.SIGCONT)
        return stood

    def zombie(self, name: str) -> bool:
        """Stop a process until another has taken over what it holds, then let it go on; says whether it came to that."""
        ready = until(lambda: not self.unready(), 90, every=0.5)       # who holds nothing is no zombie
        pid = self.pid(name)
        if pid is None or not ready:
            return False
        os.kill(pid, signal.SIGSTOP)
        successor = Extra(self, name, "successor")
        time.sleep(SESSION_SECONDS)
        taken = until(successor.took_over, 60)
        send(pid, signal.SIGCONT)
        time.sleep(SESSION_SECONDS)
        successor.end()
        return taken

    def scale(self, workers: int) -> bool:
        """As many stream workers as asked for, the supervisor's own among them; says whether the new ones got work."""
        self.end_extras()
        until(lambda: not self.unready(), 90, every=0.5)               # nobody restarts the extra ones
        self.extras = [Extra(self, "streams", f"extra{number}") for number in range(1, workers)]
        return until(lambda: all(extra.took_over() for extra in self.extras), 60)

    def end_extras(self) -> None:
        """Back to what the supervisor runs."""
        for extra in self.extras:
            extra.end()
        self.extras = []

    def wait_ready(self, seconds: float) -> None:
        """Every process says it is ready. Raises TimeoutError with those that do not."""
        if not until(lambda: not self.unready(), seconds, every=0.5):
            raise TimeoutError(f"not ready after {seconds:g} s: {self.unready()}; see {self.home}/up.log")

    def unready(self) -> list[str]:
        """Processes that are away or do not answer ``/readyz``."""
        records = {name: run.read(self.home / "run", name) for name in (*PROCESSES, *SERVERS)}
        gone = [name for name, record in records.items() if not record]
        return gone + [name for name in PROCESSES if name not in gone and not answers(self._health(name, records[name]))]

    def _health(self, name: str, record: Mapping[str, Any]) -> str:
        return f"{self.portal if name == 'portal' else record.get('health', '')}/readyz"

    def command(self, *module: str, seconds: float = 400) -> subprocess.CompletedProcess[str]:
        """One of the hub's commands, in its environment."""
        return subprocess.run(
            [sys.executable, "-m", *module],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False,
        )


class Extra:
    """One more process of a role, in a home of its own, under a slot of its own."""

    def __init__(self, hub: Hub, role: str, slot: str) -> None:
        settings = hub.settings
        home = hub.home / "extras" / f"{slot}-{time.monotonic_ns()}"
        home.mkdir(parents=True)
        told = {
            **hub.environment, **hub.bases, "TONGDA_HOME": str(home), "TONGDA_SLOT": slot,
            "TONGDA_EVIDENCE": str(settings.evidence), "TONGDA_KAFKA": settings.kafka,
            "TONGDA_DATABASE": settings.database,
        }
        self.role, self.log = role, home / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *MODULES[role], "run"],
                env=told, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )

    def took_over(self) -> bool:
        """It holds partitions, by its own words."""
        return TAKEN_OVER[self.role] in self.log.read_text(errors="replace")

    def end(self) -> None:
        """The orderly end; killed when it takes too long."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def state(pid: int) -> str:
    """The kernel's letter for a process: T stands still; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def send(pid: int, sign: signal.Signals) -> None:
    """A signal to a process that may be gone."""
    if state(pid):
        os.kill(pid, sign)


def answers(url: str) -> bool:
    """Status 200."""
    return url.startswith("http") and ask(url) is not None


def ask(url: str, seconds: float = 5) -> dict[str, Any] | None:
    """The JSON object of an answer with status 200; None for anything else."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            body: dict[str, Any] = json.loads(answer.read())
            return body
    except (OSError, ValueError):
        return None


def until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """The condition holds within this time."""
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return held
