"""Run records: HOME/run/<role>.json has pid, command line and ports of each process of the hub on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from schemas.errors import Misconfigured, Refused

CHINA = timezone(timedelta(hours=8))


def write(folder: Path, role: str, pid: int, command: Sequence[str] | None = None, **facts: Any) -> None:
    """Record a process; ``command`` is its command line, read from the system when it is not given.

    The record of a role belongs to the process that runs: a second one is recorded beside it as ``<role>-<pid>``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "pid": pid,
        "started_at": datetime.now(CHINA).isoformat(timespec="seconds"),
        "command": list(command) if command else command_of(pid),
        **facts,
    }
    draft = folder / f".{role}.{pid}"
    draft.write_text(json.dumps(body, ensure_ascii=False, indent=1))
    first = read(folder, role).get("pid", pid) == pid
    draft.replace(folder / (f"{role}.json" if first else f"{role}-{pid}.json"))


def of_role(folder: Path, role: str) -> list[str]:
    """The names of the records of a role: that of the first process, and those of processes that run beside it."""
    return [name for name in roles(folder) if name == role or re.fullmatch(re.escape(role) + r"-\d+", name)]


def own(folder: Path, role: str, pid: int) -> dict[str, Any]:
    """The record that this process of a role wrote; empty when it has written none, or has ended."""
    return next((record for name in of_role(folder, role) if (record := read(folder, name)).get("pid") == pid), {})


def read(folder: Path, role: str) -> dict[str, Any]:
    """The record of a running process; empty when it has ended, or its pid now belongs to another program."""
    try:
        record: dict[str, Any] = json.loads((folder / f"{role}.json").read_bytes())
        pid = int(record["pid"])
    except (OSError, ValueError, KeyError):
        return {}
    return record if command_of(pid) == record.get("command") else {}


def must_be_writable(home: Path) -> None:
    """Create the home of the hub's data if need be. Raises Misconfigured when nothing can be written there."""
    try:
        (home / "run").mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home / "run"):
            pass
    except OSError as error:
        raise Misconfigured(
            f"TONGDA_HOME = {home}: nothing can be written there: {error.strerror} · 数据目录 {home} 不可写:{error.strerror}",
            code="T3032",
            next_step=f"TONGDA_HOME names a folder of this user; ls -ld {home}",
        ) from None


def roles(folder: Path) -> list[str]:
    """Roles that have a record, whether they run or not."""
    return sorted(file.stem for file in folder.glob("*.json"))


def forget(folder: Path, role: str) -> None:
    """Remove a record."""
    with suppress(FileNotFoundError, NotADirectoryError):
        (folder / f"{role}.json").unlink()


def forget_own(folder: Path, role: str, pid: int) -> None:
    """Remove what a process of a role recorded of itself, and no record of another one."""
    for name in of_role(folder, role):
        if read(folder, name).get("pid") == pid:
            forget(folder, name)


def command_of(pid: int) -> list[str]:
    """The command line of a process; empty when there is none, or when it is a zombie."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
            if pid > 0
            else []
        )
    except OSError:
        return []


def end(folder: Path, role: str, sign: signal.Signals, timeout_seconds: float) -> bool:
    """Send the signal to the recorded process, when it still is that process, and SIGKILL when it has not ended in time.

    Gives whether there was such a process. Raises Refused when it belongs to another user.
    """
    record = read(folder, role)
    if record:
        pid = int(record["pid"])
        _send(pid, sign)
        deadline = time.monotonic() + timeout_seconds
        while command_of(pid) == record["command"] and time.monotonic() < deadline:
            time.sleep(0.05)
        if command_of(pid) == record["command"]:
            _send(pid, signal.SIGKILL)
    forget(folder, role)
    return bool(record)


def _send(pid: int, sign: signal.Signals) -> None:
    """A signal to a process, which may have ended. Raises Refused when it belongs to another user."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
    except PermissionError:
        raise Refused(
            f"process {pid} belongs to another user · 进程 {pid} 属于其他用户", next_step=f"ps -o user,args -p {pid}"
        ) from None
