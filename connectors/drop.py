"""File drops: a folder per feed; a file counts when its bytes match the SHA-256 beside it, otherwise it waits.

Same name with new bytes is a new edition. No path leaves the folder: links are resolved first, and a zip's member
names are only names. Sizes, counts and ratios are bounded.
"""

from __future__ import annotations

import fnmatch
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.fetch import Answer, Failure
from schemas.errors import Reject

MAX_MEMBERS = 10_000
MAX_UNPACKED = 512 << 20
MAX_RATIO = 200
FREE_RATIO_BYTES = 1 << 20  # below this any ratio is harmless
SUM = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Dropped:
    """One file of a drop. ``sha256`` is what the file beside it promises; empty: none lies there yet."""

    name: str
    path: Path
    sha256: str


def folder_of(base: str, folder: str, feed: str) -> Path:
    """The folder of one feed under the source's own, which a ``file://`` address or a path names."""
    parts = urlsplit(base)
    root = Path(unquote(parts.path)) if parts.scheme == "file" else Path(base)
    return root / folder / feed


def listing(folder: Path, pattern: str) -> list[Dropped]:
    """The files of a drop in the order of their names. Raises Failure when there is no folder."""
    if not folder.is_dir():
        raise Failure("transient", "folder_missing", f"there is no folder {folder}")
    root = folder.resolve()
    names = sorted(path.name for path in folder.iterdir() if fnmatch.fnmatchcase(path.name, pattern))
    paths = [(name, (folder / name).resolve()) for name in names if not name.endswith((".sha256", ".part"))]
    return [
        Dropped(name, path, _promised(root / f"{name}.sha256"))
        for name, path in paths
        if path.is_relative_to(root) and path.is_file()
    ]


def _promised(beside: Path) -> str:
    try:
        match = SUM.match(beside.read_text("ascii", errors="replace")[:200].strip()) if beside.is_file() else None
    except OSError:
        return ""
    return match[0].lower() if match else ""


def read(dropped: Dropped, limit: int, now: datetime) -> Answer:
    """The whole file, proved by its sum. Raises Failure: ``short`` while it waits, ``contract`` above the bound."""
    if not dropped.sha256:
        raise Failure("short", "sum_missing", f"{dropped.name} waits for its .sha256")
    try:
        if dropped.path.stat().st_size > limit:
            raise Failure("contract", "too_large", f"{dropped.name} has more than {limit} bytes")
        body = dropped.path.read_bytes()
    except OSError as error:
        raise Failure("transient", "file_unreadable", f"{dropped.name}: {error.strerror}") from None
    if hashlib.sha256(body).hexdigest() != dropped.sha256:
        raise Failure("short", "sum_mismatch", f"{dropped.name} is not yet what its .sha256 promises")
    return Answer(dropped.path.as_uri(), body, now)


def members(body: bytes, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each matching member of a zip, in its order. Raises Reject: zip_damaged, zip_bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            check_bounds(entries)
            for entry in entries:
                name = member_name(entry)
                if fnmatch.fnmatchcase(name.rsplit("/", 1)[-1], pattern or "*"):
                    yield name, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise Reject("zip_damaged", f"not a whole zip: {error}") from None


def check_bounds(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that would unfold beyond reason; declared sizes bind the reading, which stops there."""
    total = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_MEMBERS or total > MAX_UNPACKED or (total > FREE_RATIO_BYTES and total / packed > MAX_RATIO):
        raise Reject("zip_bomb", f"{len(entries)} members, {packed} bytes that say they are {total}")


def member_name(entry: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 where flagged, else the GBK of Chinese archivers, which zipfile read as cp437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    raw = entry.filename.encode("cp437")
    for charset in ("utf-8", "gb18030"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return entry.filename
