"""``tongda up``, ``down``, ``reset``: start, stop and empty the hub of one machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from rich.live import Live

from ops import run, say
from ops.actor import leave_reset_note
from ops.settings import ROOT, Settings
from ops.sources import read_sources
from ops.supervisor.parts import PARTS, TONGDA
from ops.supervisor.screen import picture, read_metrics, summary
from ops.supervisor.supervisor import TURN_SECONDS, Supervisor, end_recorded, must_be_alone
from schemas.errors import HubError, Refused

START_SECONDS = 180.0
LINE_SECONDS = 10.0
DATA = "数据 data      "  # begins the last line of what is said when the hub is ready


def up(settings: Settings, environ: Mapping[str, str]) -> int:
    """Run everything until Ctrl-C or SIGTERM, then stop it in reverse. Raises HubError when it cannot."""
    import schemas.figures  # noqa: F401  # an entry that cannot be used is told before anything starts

    supervisor, stopping = Supervisor(settings, environ, say.note), threading.Event()
    supervisor.prepare()
    for line in not_polled(settings):
        say.note(line)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    try:
        if _until_ready(supervisor, stopping):
            say.out(addresses(settings))
            sys.stdout.flush()
            _watch(supervisor, stopping)
    finally:
        supervisor.stop()
    return 0


def not_polled(settings: Settings) -> Iterator[str]:
    """A line for each source whose definition cannot be used. Raises Misconfigured when there is no such folder."""
    for name, error in read_sources(settings.sources, settings).refused.items():
        yield f"不轮询 {name} is not polled: {error.code} {error.message}; {error.next_step}"


def detach(settings: Settings) -> int:
    """Start everything in the background; return when the portal is ready, with its address. Raises HubError.

    A second start is refused before it touches the log, which is that of the running hub.
    """
    run.must_be_writable(settings.home)
    must_be_alone(settings)
    log = settings.home / "log" / "tongda.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    with log.open("ab") as output:
        command = [*TONGDA, "up"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=ROOT,
            env={**os.environ, "TONGDA_HOME": str(settings.home)},
        )
    return _when_ready(settings, process, log)


def _when_ready(settings: Settings, process: subprocess.Popen[bytes], log: Path) -> int:
    """Copy what the start says until the hub is ready, or has ended. Raises HubError: T1012 too slow, T1013 stopped."""
    deadline, shown = time.monotonic() + START_SECONDS, 0
    while time.monotonic() < deadline:
        code = process.poll()
        text = log.read_text(errors="replace")
        sys.stderr.write(text[shown:])
        shown = len(text)
        if f"{DATA}{settings.home}" in text:
            return 0
        if code == 0:
            raise HubError(
                "the hub was stopped while it started · 启动过程中被停止", code="T1013", next_step="tongda up --detach"
            )
        if code is not None:
            return code
        time.sleep(0.2)
    raise HubError(
        f"the hub is not ready after {START_SECONDS:g} s; it goes on trying · 启动超时,后台仍在继续",
        code="T1012",
        next_step=f"tongda status && less {log}",
    )


def down(settings: Settings) -> int:
    """End the supervisor, which stops its children, and any recorded process that an earlier supervisor left."""
    ended = run.end(settings.run, "tongda", signal.SIGTERM, 90)
    for part in reversed(PARTS):
        ended = end_recorded(settings, part) or ended
    say.note("已停止 stopped" if ended else "本机没有运行 nothing runs here")
    return 0


def reset(settings: Settings, yes: bool, actor: str, at: datetime) -> int:
    """Remove all data of the hub on this machine; a note of who did it is left for the next audit trail. Raises Refused."""
    if run.read(settings.run, "tongda"):
        raise Refused("the hub runs; stop it first · 正在运行,请先停止", next_step="tongda down")
    if not (settings.home / ".tongda").exists():
        say.note(f"{settings.home}: 没有数据 no data")
        return 0
    if not yes:
        raise Refused(
            f"everything below {settings.home} will be removed · 将删除全部数据", next_step="tongda reset --yes"
        )
    for path in settings.home.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    leave_reset_note(settings.home, actor, at)
    say.note(f"{settings.home}: 已清空 removed")
    return 0


def addresses(settings: Settings) -> str:
    """The addresses of portal, API and operator's listener, and the folder of the data."""
    portal = f"http://{settings.portal}"
    operator = run.read(settings.run, "portal").get("health") or f"http://{settings.operator}"
    told = {"门户 portal    ": portal, "接口 API       ": f"{portal}/openapi.json", "运维 operator  ": operator}
    return "\n".join(f"{name}{value}" for name, value in {**told, DATA: settings.home}.items())


def _until_ready(supervisor: Supervisor, stopping: threading.Event) -> bool:
    """Run the loop until the portal answers, or until stopped. Other parts may still be starting then."""
    deadline = time.monotonic() + START_SECONDS
    slow = False
    while not stopping.is_set():
        if supervisor.portal_ready():
            return True
        supervisor.turn()
        stopping.wait(TURN_SECONDS)
        if not slow and time.monotonic() > deadline:
            slow = True
            supervisor.say(
                f"门户仍未就绪 the portal is not ready after {START_SECONDS:g} s; "
                f"less {supervisor.settings.home / 'log' / 'portal.log'}"
            )
    return False


def _watch(supervisor: Supervisor, stopping: threading.Event) -> None:
    """Run the loop and show the state of the parts, until stopped."""
    reading = before = read_metrics(supervisor.settings)
    every = 1.0 if sys.stdout.isatty() else LINE_SECONDS
    shown = time.monotonic()
    live = Live(console=say.console(), auto_refresh=False, transient=True) if sys.stdout.isatty() else None
    try:
        if live:
            live.start()
            supervisor.say = lambda line: live.console.print(line)
        while not stopping.is_set():
            supervisor.turn()
            stopping.wait(TURN_SECONDS)
            if time.monotonic() - shown < every:
                continue
            shown, before, reading = time.monotonic(), reading, read_metrics(supervisor.settings)
            if live:
                live.update(picture(supervisor.settings, supervisor.children, reading, before), refresh=True)
            else:
                say.out(f"{datetime.now(run.CHINA):%H:%M:%S}  {summary(reading, before)}")
                sys.stdout.flush()
    finally:
        if live:
            live.stop()
        supervisor.say = say.note
