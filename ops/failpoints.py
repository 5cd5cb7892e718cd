"""Failpoints: named steps at which a test kills, stops, fails or delays a process. Only the test profile arms them.

``TONGDA_FAILPOINTS="fold.outputs.partial=kill@3;poll.begin.after=sleep:2"`` acts on the third hit of the first step
and on every hit of the second. Each hit of an armed step is written to HOME/failpoints.log before it acts, so that a test
can prove that the step was reached.
"""

from __future__ import annotations

import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from ops.settings import Settings
from schemas.errors import HubError, Misconfigured

FORM = re.compile(r"([a-z_.\-]+)=(kill|stop|raise|sleep:[0-9.]+)(?:@(\d+))?")


class Failpoint(HubError):
    """A failpoint was told to raise."""

    code = "T1099"


@dataclass
class Armed:
    """One armed step. ``at`` 0 means every hit."""

    action: str
    at: int
    hits: int = 0


_armed: dict[str, Armed] = {}
_log: Path | None = None


def arm(settings: Settings) -> int:
    """Arm the steps that the settings name and disarm all others; gives their number. Raises Misconfigured."""
    global _log
    _armed.clear()
    if settings.failpoints and settings.profile != "test":
        raise Misconfigured("failpoints work in the test profile only", next_step="unset TONGDA_FAILPOINTS")
    _log = settings.home / "failpoints.log"
    for part in filter(None, settings.failpoints.split(";")):
        match = FORM.fullmatch(part.strip())
        if not match:
            raise Misconfigured(
                f"TONGDA_FAILPOINTS: {part!r}; accepted: name=kill|stop|raise|sleep:seconds, then @n for the n-th hit",
                next_step="unset TONGDA_FAILPOINTS",
            )
        _armed[match[1]] = Armed(match[2], int(match[3] or 0))
    return len(_armed)


def hit(name: str) -> None:
    """This step was reached. Does nothing unless a test armed it."""
    armed = _armed.get(name)
    if armed is None:
        return
    armed.hits += 1
    acts = armed.at in (0, armed.hits)
    _write(f"{name} {armed.hits} {armed.action if acts else 'passed'}\n")
    if acts:
        _act(name, armed.action)


def _write(line: str) -> None:
    assert _log is not None
    _log.parent.mkdir(parents=True, exist_ok=True)
    with _log.open("a") as log:
        log.write(line)
        log.flush()
        os.fsync(log.fileno())


def _act(name: str, action: str) -> None:
    match action.split(":"):
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["stop"]:
            os.kill(os.getpid(), signal.SIGSTOP)
        case ["raise"]:
            raise Failpoint(f"failpoint {name} raises")
        case ["sleep", seconds]:
            time.sleep(float(seconds))
