"""The supervisor's loop: start parts whose needs are met, restart those that ended, stop all in reverse order."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence

from ops import run
from ops.loopback import probe
from ops.settings import Settings
from ops.supervisor.child import Child
from ops.supervisor.logs import roll_logs
from ops.supervisor.parts import PARTS, Part, bases, chosen, environment, has_its_servers, with_health
from schemas.errors import HubError, Misconfigured, Refused

TURN_SECONDS = 0.1
ROLL_SECONDS = 30.0
LEAST_FREE_BYTES = 512 << 20
Say = Callable[[str], None]


class Supervisor:
    """All parts of one machine. ``say`` is called with each line of progress."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], say: Say, parts: Sequence[Part] | None = None
    ) -> None:
        self.settings, self.environ, self.say = settings, environ, say
        self.children = [Child(part, settings) for part in parts or chosen(settings, environ)]
        self.by_name = {child.part.name: child for child in self.children}
        self._bases: dict[str, str] = {}
        self._roll_at = 0.0

    def prepare(self) -> None:
        """Check disk and port, and end processes that an earlier supervisor left. Raises HubError."""
        must_be_alone(self.settings)
        check_disk(self.settings)
        (self.settings.home / ".tongda").touch()
        for part in reversed(PARTS):
            if end_recorded(self.settings, part):
                self.say(f"结束上次遗留的进程 ended a process left behind: {part.name}")
        check_ports(self.settings)
        run.write(self.settings.run, "tongda", os.getpid(), portal=self.portal)

    @property
    def portal(self) -> str:
        """The portal's address."""
        return f"http://{self.settings.portal}"

    def turn(self) -> None:
        """One turn of the loop: look at every child, start what may start. Raises HubError when a step failed."""
        for child in self.children:
            before = child.state
            after = child.look()
            if after != before:
                self._changed(child)
        for child in self.children:
            due = child.state == "waiting" or (child.state == "crashed" and time.monotonic() >= child.again_at)
            if self._is_held(child) or not due or not all(self._has(name) for name in child.part.needs):
                continue
            if has_its_servers(child.part, variables := environment(self.settings, self.environ)):
                self.say(f"启动 {child.part.label} starting {child.part.name}")
                child.start(with_health(child.part, self.settings, variables))
        if time.monotonic() >= self._roll_at:
            self._roll_at = time.monotonic() + ROLL_SECONDS
            roll_logs(self.settings.home / "log")

    def _is_held(self, child: Child) -> bool:
        """Whether another command on this machine has recorded that the part must stop; the record ends with that command."""
        held = child.part.form == "process" and bool(run.read(self.settings.run, hold_on(child.part.name)))
        if held and child.state not in ("waiting", "done"):
            self.say(f"暂停 {child.part.label} {child.part.name} is paused")
            child.stop()
        elif not held and child.part.form == "process" and child.state == "done":
            child.state = "waiting"
        return held

    def portal_ready(self) -> bool:
        """The portal answers."""
        return probe(f"{self.portal}/readyz") is not None

    def stop(self) -> None:
        """Stop all in reverse order, each by its own stop signal."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                self.say(f"停止 {child.part.label} stopping {child.part.name}")
            child.stop()
            run.forget(self.settings.run, f"child-{child.part.name}")
            if not run.read(self.settings.run, child.part.name):
                run.forget(self.settings.run, child.part.name)
        run.forget_own(self.settings.run, "tongda", os.getpid())

    def _has(self, name: str) -> bool:
        """A needed part is ready, or runs elsewhere."""
        return name not in self.by_name or self.by_name[name].state in ("ready", "done")

    def _changed(self, child: Child) -> None:
        part = child.part
        if child.state == "failed":
            raise HubError(
                f"{part.name} failed: {child.why} · {part.label}失败", code="T1011", next_step=f"less {child.log}"
            )
        if child.state == "crashed":
            pause = max(0.0, child.again_at - time.monotonic())
            self.say(
                f"{part.label}已退出 {part.name} ended ({child.why}); 重启 restart in {pause:.0f} s; less {child.log}"
            )
        if child.state != "ready":
            return
        self.say(f"就绪 {part.label} {part.name} is ready")
        for dependent in self.children:
            if part.name in dependent.part.needs or part.form == "server":
                dependent.restart_at_once()
        if part.name == "platforms":
            self._moved(bases(self.settings))

    def _moved(self, addresses: dict[str, str]) -> None:
        """Restart the connectors when the stand-ins have come back under other addresses."""
        if self._bases and addresses != self._bases and (child := self.by_name.get("connectors")) and child.process:
            child.process.send_signal(signal.SIGTERM)
        self._bases = addresses


def must_be_alone(settings: Settings) -> None:
    """Raises Refused: a hub with this home runs already."""
    if record := run.read(settings.run, "tongda"):
        raise Refused(
            f"the hub already runs here (pid {record['pid']}), with the data in {settings.home}"
            f" · 本机已在运行(进程 {record['pid']}),数据在 {settings.home}",
            next_step="tongda status",
        )


def hold_on(part: str) -> str:
    """The role under which a command records that this part must stop while the command runs (``ops.run``)."""
    return f"hold-{part}"


def end_recorded(settings: Settings, part: Part, timeout_seconds: float = 20) -> bool:
    """End the recorded processes of a part; gives whether there were any."""
    ended = [
        run.end(settings.run, name, part.stop_signal, timeout_seconds)
        for name in (f"child-{part.name}", *run.of_role(settings.run, part.name))
    ]
    return any(ended)


def check_disk(settings: Settings) -> int:
    """The free bytes of the home's volume. Raises Misconfigured when there is too little, or nothing can be written."""
    run.must_be_writable(settings.home)
    free = shutil.disk_usage(settings.home).free
    if free < LEAST_FREE_BYTES:
        raise Misconfigured(
            f"{settings.home} has {free >> 20} MB free, {LEAST_FREE_BYTES >> 20} MB are needed · 磁盘空间不足",
            code="T3031",
            next_step=f"df -h {settings.home}",
        )
    return free


def check_ports(settings: Settings) -> None:
    """Raises Misconfigured when a port of the portal is taken."""
    _, _, port = settings.portal.rpartition(":")
    _check(settings.portal, f"TONGDA_PORT={int(port) + 1}")
    _check(settings.operator, "TONGDA_OPERATOR=127.0.0.1:0")


def _check(listener: str, instead: str) -> None:
    """Raises Misconfigured when nothing can listen there."""
    host, _, port = listener.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe_socket:
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise Misconfigured(
                f"port {port} of {host} cannot be opened: {error.strerror} · 端口 {port} 无法打开:{error.strerror}",
                code="T3030",
                next_step=f"the same command with {instead}",
            ) from None
