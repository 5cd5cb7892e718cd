"""Evidence store: response bytes as fetched, named by their SHA-256, compressed, never changed.

A file is ``<sha[:2]>/<sha>.zlib``, complete or absent: written under another name, fsynced, renamed, the folder fsynced.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.failpoints import hit
from schemas.errors import NotFound, Refused

RESTORE = "tongda backup list"  # of which one has it: ops/runbook/backups.md
SHA256 = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class EvidenceStore:
    """The bytes behind every record, under one folder (``settings.evidence``)."""

    folder: Path

    def put(self, data: bytes) -> str:
        """Store the bytes and return their SHA-256. When this returns, they are on disk."""
        sha = hashlib.sha256(data).hexdigest()
        path = self._path(sha)
        if path.exists():
            return sha
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(zlib.compress(data, 6))
                file.flush()
                hit("file.partial")
                os.fsync(file.fileno())
            hit("file.rename.before")
            os.replace(aside, path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return sha

    def get(self, sha: str) -> bytes:
        """The bytes of that name. Raises NotFound; Refused when the file's bytes do not have that digest."""
        if not SHA256.match(sha):
            raise NotFound(
                f"{sha[:80]!r} is no SHA-256; accepted: 64 hexadecimal digits", next_step=f"ls {self.folder}"
            )
        try:
            data = zlib.decompress(self._path(sha).read_bytes())
        except FileNotFoundError:
            raise NotFound(f"no evidence {sha} under {self.folder}", next_step=RESTORE) from None
        except zlib.error as error:
            raise Refused(f"evidence {sha} is damaged: {error}", next_step=RESTORE) from None
        if hashlib.sha256(data).hexdigest() != sha:
            raise Refused(f"evidence {sha} holds other bytes than its name promises", next_step=RESTORE)
        return data

    def has(self, sha: str) -> bool:
        return bool(SHA256.match(sha)) and self._path(sha).exists()

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything kept, folder by folder."""
        for path in self.folder.glob("??/*.zlib"):
            if SHA256.match(path.stem):
                yield path.stem

    def _path(self, sha: str) -> Path:
        return self.folder / sha[:2] / f"{sha}.zlib"


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is; the folder's own entry as well, for a first file."""
    for each in (folder, folder.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
