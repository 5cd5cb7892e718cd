"""Service: one embedded server as a child process, and the ports it may take."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import run
from schemas.errors import Unreachable

FRAME = re.compile(r"\s*($|at \S+\(|\.\.\. \d+ more)")  # of a Java trace, or nothing


@dataclass
class Service:
    """A running server. ``address`` is what clients are given; ``url`` the same with the password, if there is one.

    ``port`` is its own: clients are given that of a proxy where there is one (``advertised_port``).
    """

    name: str
    process: subprocess.Popen[bytes]
    address: str
    log: Path
    stop_signal: signal.Signals
    url: str = ""
    port: int = 0

    def wait_until(self, answers: Callable[[], bool], seconds: float) -> None:
        """Return when it answers. Raises Unreachable when it ends (with the last line of its log) or is too slow and is stopped."""
        deadline = time.monotonic() + seconds
        while not answers():
            if self.process.poll() is not None:
                reason = last_line(self.log)
                raise Unreachable(
                    f"{self.name} ended at its start: {reason} · {self.name} 启动失败:{reason}",
                    next_step=f"less {self.log}",
                )
            if time.monotonic() > deadline:
                self.stop()
                raise Unreachable(
                    f"{self.name} does not answer after {seconds:g} s · {self.name} 启动 {seconds:g} 秒后仍无应答",
                    next_step=f"less {self.log}",
                )
            time.sleep(0.1)

    def stop(self, timeout_seconds: float = 30) -> None:
        """Stop it by its stop signal; kill it when that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def launch(
    command: Sequence[str], log: Path, environment: dict[str, str] | None = None, folder: Path = Path("/")
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: an interrupt typed at the terminal does not reach it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=folder,
            env=environment,
        )


def last_line(log: Path) -> str:
    """The last line of a log that has content; of a Java trace its last cause, of a line of JSON what it says in words."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return "no log"
    return in_words(next((line.strip() for line in reversed(lines) if not FRAME.match(line)), "its log is empty"))[:300]


def in_words(line: str) -> str:
    """A line of a process's log: of JSON its event and its error; any other line as it is."""
    try:
        said = json.loads(line)
        return " ".join(str(said[name]) for name in ("event", "code", "error", "next_step") if said.get(name))
    except (ValueError, TypeError, KeyError, AttributeError):
        return line


def free_port(first: int = 0) -> int:
    """A port on which no process listens: the first free one from ``first``, or any."""
    for port in range(first, first + 200) if first else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unreachable(f"no free port from {first} to {first + 199} · 没有空闲端口", next_step="ss -ltnp")


def kept_port(folder: Path, name: str, first: int) -> int:
    """The port this server had before when it is still free, so that clients keep their address."""
    file = folder / name
    kept = int(file.read_text()) if file.exists() else 0
    port = kept if kept and is_free(kept) else free_port(first)
    file.write_text(str(port))
    return port


def advertised_port(folder: Path, port: int) -> int:
    """The port that clients are given: the server's, or that of a proxy before it, from the file ``advertised-port``."""
    file = folder / "advertised-port"
    return int(file.read_text()) if file.exists() else port


def is_free(port: int) -> bool:
    """Whether no process listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def record(service: Service, folder: Path, command: Sequence[str], **facts: Any) -> None:
    """Write HOME/run/<name>.json for a server."""
    run.write(
        folder, service.name, service.process.pid, command, address=service.address, log=str(service.log), **facts
    )
