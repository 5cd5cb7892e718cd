"""Zip: the members of an archive. Names are only names, never paths; sizes, counts and ratios are bounded."""

from __future__ import annotations

import fnmatch
import io
import zipfile
import zlib
from collections.abc import Iterator

from schemas.errors import Reject

MAX_MEMBERS = 10_000
MAX_UNPACKED = 512 << 20
MAX_RATIO = 200
FREE_RATIO_BYTES = 1 << 20  # below this any ratio is harmless


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
        raise Reject("zip_bomb", f"{len(entries)} members, {packed} bytes that declare {total} unpacked")


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
