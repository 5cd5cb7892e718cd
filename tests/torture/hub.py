"""A whole hub as ``tongda up`` makes it, on ports and disks of its own behind proxies, whose processes can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from http.client import HTTPException
from pathlib import Path
from typing import Any

from ops import run
from ops.embedded.service import free_port, is_free
from ops.settings import ROOT, Settings, read_settings
from ops.supervisor.parts import TONGDA, bases
from tests.torture.disk import VOLUMES, Disk
from tests.torture.proxy import Proxy

SESSION_SECONDS = 3.0
SERVERS = ("kafka", "postgres")
PROCESSES = ("platforms", "connectors", "streams", "store", "portal")
# Below the ports from which the system takes one for an outgoing connection: a dead server's port must stay free.
FIRST_PORT = 20_000


class Hub:
    """Started by ``start``, ended by ``stop``. Every process is found by its own record under HOME/run."""

    def __init__(self, home: Path, seed: int, size: int, pace: float, *, disks: bool) -> None:
        self.home, first = home, FIRST_PORT + os.getpid() % 1000 * 10
        self.port, self.ports = (
            free_port(first),
            {name: free_port(first + 100 * at) for at, name in enumerate(SERVERS, 1)},
        )
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
            "TONGDA_HOME": str(home),
            "TONGDA_PROFILE": "test",
            "TONGDA_PORT": str(self.port),
            "TONGDA_LANG": "en",
            "TONGDA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "TONGDA_TRANSACTION_TIMEOUT_SECONDS": "6",
            "TONGDA_SANDBOX_EVERY_SECONDS": "1",
            "TONGDA_WORLD_SEED": str(seed),
            "TONGDA_WORLD_SIZE": str(size),
            "TONGDA_WORLD_PACE": str(pace),
        }
        self.bases: dict[str, str] = {}
        self.proxies: dict[str, Proxy] = {}
        self.disks: dict[str, Disk] = {}
        self._with_disks, self._seed = disks, seed
        self._held = ExitStack()
        self._up: subprocess.Popen[bytes] | None = None

    @property
    def portal(self) -> str:
        """Where its pages and its API are."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 180) -> Settings:
        """All of it, until every process is ready; gives the settings that a client of it needs."""
        for name in SERVERS:
            folder = self.home / name
            folder.mkdir(parents=True)
            self.proxies[name] = self._held.enter_context(Proxy(self.ports[name], self._seed))
            (folder / "port").write_text(str(self.ports[name]))
            (folder / "told-port").write_text(str(self.proxies[name].port))
        for name, (folder_name, size) in VOLUMES.items() if self._with_disks else ():
            self.disks[name] = Disk(self.home / folder_name, size)
            self._held.callback(self.disks[name].remove)
        with (self.home / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [*TONGDA, "up"],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_ready(seconds)
        self.settings = read_settings(self.environment)
        self.bases = bases(self.settings)
        return self.settings

    def stop(self) -> None:
        """The clean end; whatever still runs afterwards is killed, and what it stood on is taken away."""
        for name in (*PROCESSES, *SERVERS):
            if pid := self.pid(name):
                send(pid, signal.SIGCONT)
        if self._up is not None and self._up.poll() is None:
            self._up.terminate()
            try:
                self._up.wait(120)
            except subprocess.TimeoutExpired:
                self._up.kill()
                self._up.wait()
        for name in (*PROCESSES, *SERVERS):
            if pid := self.pid(name):
                send(pid, signal.SIGKILL)
        self._held.close()

    def pid(self, name: str) -> int | None:
        """The living process of that name; None while there is none."""
        record = run.read(self.home / "run", name if name in SERVERS else f"child-{name}")
        return int(record["pid"]) if record else None

    def kill(self, name: str, seconds: float = 90) -> bool:
        """``kill -9`` of a process as soon as it lives; says whether it did, and died."""
        until(lambda: self.pid(name) is not None, seconds)
        pid = self.pid(name)
        if pid is None:
            return False
        send(pid, signal.SIGKILL)
        return until(lambda: self.pid(name) != pid, 10)

    def wait_ready(self, seconds: float) -> None:
        """Every process says it is ready. Raises TimeoutError with those that do not."""
        if not until(lambda: not self.unready(), seconds, every=0.2):
            raise TimeoutError(f"not ready after {seconds:g} s: {self.unready()}; see {self.home}/up.log")

    def unready(self) -> list[str]:
        """Servers that are away and processes that are, or do not answer ``/readyz``."""
        records = {name: run.read(self.home / "run", name) for name in (*PROCESSES, *SERVERS)}
        gone = [name for name, record in records.items() if not record or name in SERVERS and is_free(self.ports[name])]
        return gone + [
            name for name in PROCESSES if name not in gone and not answers(self._health(name, records[name]))
        ]

    def _health(self, name: str, record: Mapping[str, Any]) -> str:
        return f"{self.portal if name == 'portal' else record.get('health', '')}/readyz"

    def command(self, *words: str, seconds: float = 400) -> subprocess.CompletedProcess[str]:
        """One of the hub's commands, in its environment."""
        return subprocess.run(
            [*TONGDA, *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


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
    except (OSError, ValueError, HTTPException):
        return None


def until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """The condition holds within this time."""
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return held
