"""Disk: a small file system of its own under one folder of the hub, which can be filled to the last byte and emptied."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

# Folder under HOME and size; a round of kills writes a tenth of it. Tmpfs uses no memory before it is written to.
VOLUMES = {"kafka": ("kafka/data", "1g"), "postgres": ("postgres/data", "1g"), "evidence": ("evidence", "256m")}
BALLAST = "ballast"
REFILL_SECONDS = 0.2


class Disk:
    """A tmpfs over one folder."""

    def __init__(self, folder: Path, size: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)], check=True)

    def fill(self, until: threading.Event, seconds: float) -> None:
        """Keep it full, also when files are removed meanwhile, until ``until`` is set or the time is over; then free it."""
        try:
            with (self.folder / BALLAST).open("ab") as ballast:
                for _ in range(int(seconds / REFILL_SECONDS)):
                    take_all(ballast.fileno(), shutil.disk_usage(self.folder).free)
                    if until.wait(REFILL_SECONDS):
                        return
        finally:
            (self.folder / BALLAST).unlink(missing_ok=True)

    def remove(self) -> None:
        """Unmount it; its content is lost."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


def take_all(file: int, free: int) -> None:
    """Grow a file by the free bytes."""
    try:
        if free:
            os.posix_fallocate(file, os.fstat(file).st_size, free)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def can_mount() -> bool:
    """Whether a file system may be mounted here; only root may."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", folder], capture_output=True, check=False
        )
        if tried.returncode == 0:
            subprocess.run(["umount", folder], check=False)
        return tried.returncode == 0
