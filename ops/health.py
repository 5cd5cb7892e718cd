"""Health: a small HTTP listener in each process: /healthz, /startupz, /readyz and /metrics.

A process counts as alive when its main loop has called ``beat`` within 30 seconds; an open port is not enough.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from typing import Any

from ops import run, telemetry
from ops.certificates import measure_certificates
from ops.settings import Settings
from schemas.errors import Misconfigured

ALIVE_SECONDS = 30.0
CLOSE_SECONDS = 0.1  # until the listener notices that it is to close


class Health:
    """The state of one process, and its listener. ``facts`` are recorded beside its pid in HOME/run/<role>.json."""

    def __init__(self, settings: Settings, role: str, **facts: Any) -> None:
        self.settings, self.role, self.facts = settings, role, facts
        self.ready = False
        self.alive_seconds = ALIVE_SECONDS
        self._beaten = time.monotonic()
        self._checks: dict[str, dict[str, str]] = {}
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen, and record where. The port is the setting's; 0 is any free one. Raises Misconfigured."""
        host, _, port = self.settings.health.rpartition(":")
        handler = type("Handler", (_Handler,), {"health": self})
        try:
            self._server = _Listener((host.strip("[]"), int(port)), handler)
        except OSError as error:
            raise Misconfigured(
                f"TONGDA_HEALTH = {self.settings.health}: {error.strerror} · 健康检查地址 {self.settings.health} 不可用",
                code="T3033",
                next_step="TONGDA_HEALTH=127.0.0.1:0",
            ) from None
        threading.Thread(target=self._server.serve_forever, args=(CLOSE_SECONDS,), name="health", daemon=True).start()
        record(self.settings, self.role, health=self.address, **self.facts)

    @property
    def address(self) -> str:
        """Where this process answers."""
        assert self._server is not None
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def beat(self) -> None:
        """Called by the main loop in each round."""
        self._beaten = time.monotonic()

    def check(self, name: str, ok: bool, detail: str = "") -> None:
        """Record whether one thing that this process needs is available."""
        status = "ok" if ok else "failed"
        known = self._checks.get(name)
        since = (
            known["since"]
            if known and known["status"] == status
            else datetime.now(run.CHINA).isoformat(timespec="milliseconds")
        )
        self._checks[name] = {"name": name, "status": status, "since": since, "detail": detail}

    @property
    def alive(self) -> bool:
        """The main loop has called ``beat`` lately."""
        return time.monotonic() - self._beaten < self.alive_seconds

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body of /healthz, /startupz and /readyz."""
        checks = sorted(self._checks.values(), key=lambda check: check["name"])
        sound = all(check["status"] == "ok" for check in checks)
        well = {"/healthz": self.alive, "/startupz": self.ready, "/readyz": self.ready and self.alive and sound}[path]
        return (200 if well else 503), {"status": "ok" if well else "failed", "role": self.role, "checks": checks}

    def stop(self) -> None:
        """Close the listener and remove this process's record."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        run.forget_own(self.settings.run, self.role, os.getpid())


def record(settings: Settings, role: str, **facts: Any) -> None:
    """Write HOME/run/<role>.json for this process. A process with a listener of its own needs no other."""
    telemetry.gauge("tongda_build_info", 1, version=version("tongda"), python=sys.version.split()[0])
    run.write(settings.run, role, os.getpid(), **facts)


def measure_disk(settings: Settings) -> None:
    """Measure the free space of the volumes this process writes to; evidence apart when it is on a volume of its own."""
    for volume, folder in (("home", settings.home), ("evidence", settings.evidence)):
        if volume == "home" or (folder.is_dir() and folder.stat().st_dev != settings.home.stat().st_dev):
            usage = shutil.disk_usage(folder)
            telemetry.gauge("tongda_disk_free_ratio", usage.free / usage.total, volume=volume)


class _Listener(ThreadingHTTPServer):
    """A client that no longer waits for its answer is no fault of this process: a supervisor that was stopped meanwhile."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            telemetry.log("health_request_failed", "error", error=f"{type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    """Answers the four paths."""

    health: Health

    def do_GET(self) -> None:  # the base class's name
        path = self.path.partition("?")[0]
        if path == "/metrics":
            measure_disk(self.health.settings)
            measure_certificates(self.health.settings)
            self._send(200, telemetry.render(), "text/plain; version=0.0.4; charset=utf-8")
        elif path in ("/healthz", "/startupz", "/readyz"):
            status, body = self.health.answer(path)
            self._send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")
        else:
            self._send(404, b"{}", "application/json")

    def _send(self, status: int, body: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Health requests are not logged."""
