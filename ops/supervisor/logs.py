"""The logs of the parts: each grows to a limit, then its content becomes the one old log beside it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

LIMIT_BYTES = 20 << 20
ROLLED = (".log", ".out")


def roll_logs(folder: Path, limit: int = LIMIT_BYTES) -> None:
    """Roll every log that has outgrown the limit. The broker rolls its own before that.

    The writers keep the file open for appending, so it is copied and truncated, not renamed. Lines written
    between the two are lost; the alternative is a log that fills the disk.
    """
    for log in folder.glob("*"):
        if log.suffix in ROLLED and log.stat().st_size > limit:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            os.truncate(log, 0)
