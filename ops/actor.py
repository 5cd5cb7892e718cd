"""Actor 操作者: who acts by command, as the audit trail names them; and the note that a reset leaves for the next trail."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

RESET = "reset.json"  # in HOME


def actor_of(environ: Mapping[str, str]) -> str:
    """Whose account it is, also behind sudo, and on which machine; before it the name given by ``--actor``, if any."""
    try:
        account = environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a uid without an entry in passwd
        account = f"uid {os.getuid()}"
    machine = f"{account}@{socket.gethostname()}"
    return f"{named} ({machine})" if (named := environ.get("TONGDA_ACTOR", "")) else machine


def leave_reset_note(home: Path, actor: str, at: datetime) -> None:
    """``tongda reset`` removes the database with its trail; the next one takes this note over."""
    (home / RESET).write_text(json.dumps({"actor": actor, "at": at.isoformat()}, ensure_ascii=False), encoding="utf-8")


def reset_note(home: Path) -> tuple[str, datetime] | None:
    """Who removed all data and when; None: no note is left, or it cannot be read."""
    try:
        told = json.loads((home / RESET).read_text(encoding="utf-8"))
        return str(told["actor"]), datetime.fromisoformat(told["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
