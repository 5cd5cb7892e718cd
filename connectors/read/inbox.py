"""Inbox 收件目录: a folder per feed into which a platform puts files.

A file counts when its bytes match the SHA-256 beside it, otherwise it waits. The same name with new bytes is a new
edition. No path leaves the folder: links are resolved first.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.http.messages import Answer, Failure

SUM = re.compile(r"[0-9a-fA-F]{64}")
DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class InboxFile:
    """One file of an inbox. ``sha256`` is the sum in the file beside it; empty: there is none yet."""

    name: str
    path: Path
    sha256: str


def folder_of(base: str, folder: str, feed: str) -> Path:
    """The folder of one feed under the source's own, which a ``file://`` address or a path names."""
    parts = urlsplit(base)
    root = Path(unquote(parts.path)) if parts.scheme == "file" else Path(base)
    return root / folder / feed


def files_of(folder: Path, pattern: str) -> list[InboxFile]:
    """The files of an inbox in the order of their names. Raises Failure when there is no folder."""
    if not folder.is_dir():
        raise Failure("transient", "folder_missing", f"there is no folder {folder}")
    root = folder.resolve()
    names = sorted(path.name for path in folder.iterdir() if fnmatch.fnmatchcase(path.name, pattern))
    paths = [(name, (folder / name).resolve()) for name in names if not name.endswith((".sha256", ".part"))]
    return [
        InboxFile(name, path, _promised(root / f"{name}.sha256"))
        for name, path in paths
        if path.is_relative_to(root) and path.is_file()
    ]


def _promised(beside: Path) -> str:
    try:
        match = SUM.match(beside.read_text("ascii", errors="replace")[:200].strip()) if beside.is_file() else None
    except OSError:
        return ""
    return match[0].lower() if match else ""


def read_inbox_file(file: InboxFile, limit: int, now: datetime) -> Answer:
    """The whole file, proved by its sum. Raises Failure: ``short`` while it waits, ``contract`` above the bound."""
    if not file.sha256:
        raise Failure("short", "sum_missing", f"{file.name} waits for its .sha256")
    try:
        if file.path.stat().st_size > limit:
            raise Failure("contract", "too_large", f"{file.name} has more than {limit} bytes")
        body = file.path.read_bytes()
    except OSError as error:
        raise Failure("transient", "file_unreadable", f"{file.name}: {error.strerror}") from None
    if hashlib.sha256(body).hexdigest() != file.sha256:
        raise Failure("short", "sum_mismatch", f"{file.name} is not yet what its .sha256 promises")
    return Answer(file.path.as_uri(), body, now)


def day_in(name: str) -> str | None:
    """The day that a file's name gives: of the publication whose rows it holds."""
    match = DAY.search(name)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None
