"""A whole hub started by ``tongda up``, on its own ports and disks, with proxies before its servers."""

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
# Below the ports that the system uses for outgoing connections, so that the port of a killed server stays free.
FIRST_PORT = 20_000


class Hub:
    """Started by ``start``, ended by ``stop``. Processes are found by their records under HOME/run."""

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
            "TONGDA_OPERATOR": "127.0.0.1:0",
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
        """The address of its pages and its API."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 180) -> Settings:
        """Start everything and wait until every process is ready; gives the settings for a client of the hub."""
        for name in SERVERS:
            folder = self.home / name
            folder.mkdir(parents=True)
            self.proxies[name] = self._held.enter_context(Proxy(self.ports[name], self._seed))
            (folder / "port").write_text(str(self.ports[name]))
            (folder / "advertised-port").write_text(str(self.proxies[name].port))
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
        """Stop it in order, kill what still runs afterwards, remove proxies and disks."""
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
        """The pid of the running process of that name; None while there is none."""
        record = run.read(self.home / "run", name if name in SERVERS else f"child-{name}")
        return int(record["pid"]) if record else None

    def kill(self, name: str, seconds: float = 90) -> bool:
        """``kill -9`` a process as soon as it runs; gives whether it ran and ended."""
        until(lambda: self.pid(name) is not None, seconds)
        pid = self.pid(name)
        if pid is None:
            return False
        send(pid, signal.SIGKILL)
        return until(lambda: self.pid(name) != pid, 10)

    def wait_ready(self, seconds: float) -> None:
        """Wait until every process is ready. Raises TimeoutError with those that are not."""
        if not until(lambda: not self.unready(), seconds, every=0.2):
            raise TimeoutError(f"not ready after {seconds:g} s: {self.unready()}; see {self.home}/up.log")

    def unready(self) -> list[str]:
        """Servers that do not listen, and processes that do not run or do not answer ``/readyz``."""
        records = {name: run.read(self.home / "run", name) for name in (*PROCESSES, *SERVERS)}
        gone = [name for name, record in records.items() if not record or name in SERVERS and is_free(self.ports[name])]
        return gone + [
            name for name in PROCESSES if name not in gone and not answers(self._health(name, records[name]))
        ]

    def _health(self, name: str, record: Mapping[str, Any]) -> str:
        return f"{self.portal if name == 'portal' else record.get('health', '')}/readyz"

    def command(self, *words: str, seconds: float = 400) -> subprocess.CompletedProcess[str]:
        """Run one of the hub's commands in its environment."""
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
    """The kernel's state letter of a process (T: stopped); empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def send(pid: int, sign: signal.Signals) -> None:
    """Send a signal to a process that may have ended."""
    if state(pid):
        os.kill(pid, sign)


def answers(url: str) -> bool:
    """Whether the address answers with status 200."""
    return url.startswith("http") and get_json(url) is not None


def get_json(url: str, seconds: float = 5) -> dict[str, Any] | None:
    """The JSON object of an answer with status 200; None for anything else."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            body: dict[str, Any] = json.loads(answer.read())
            return body
    except (OSError, ValueError, HTTPException):
        return None


def until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Wait for a condition; gives whether it held within this time."""
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return held
