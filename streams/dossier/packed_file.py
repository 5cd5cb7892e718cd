"""Packed file: packed pages in a file instead of memory, where each costs no more than an integer.

Nothing is read from it by another process or after a restart, because the state itself lies in its topic. So the file
has no name, and its room is free again however the process ends. A page is written into the first room that its size
fits; a page that outgrows its room moves, and the room is used again. What the disk refuses stays in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Protocol
from weakref import finalize
from zlib import crc32

CHECK_BYTES = 4  # a CRC-32 of the page: what a disk gives back wrong must never become a figure
SIZE_BITS = 32


class PackedPages(Protocol):
    """Packed pages by their numbers: a dictionary, or a file."""

    def get(self, number: int, /) -> bytes | None: ...
    def pop(self, number: int, /) -> bytes: ...
    def __setitem__(self, number: int, packed: bytes, /) -> None: ...
    def __iter__(self) -> Iterator[int]: ...
    def __len__(self) -> int: ...


def packed_pages(folder: Path | None) -> PackedPages:
    """Pages in a file in this folder, or in memory."""
    return PackedFile(folder) if folder else {}


class PackedFile:
    """Packed pages in a file without a name. Raises OSError when it reads other bytes than were written."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 closed with this object
        finalize(self, file.close)
        self._file = file.fileno()
        self._places: dict[int, int] = {}  # offset and size in one integer, which takes half of what two would
        self._rooms: dict[int, list[int]] = {}  # offsets of rooms that are free, by their size
        self._refused: dict[int, bytes] = {}
        self._end = 0

    def __len__(self) -> int:
        return len(self._places) + len(self._refused)

    def __iter__(self) -> Iterator[int]:
        yield from self._places
        yield from self._refused

    def get(self, number: int, /) -> bytes | None:
        place = self._places.get(number)
        if place is None:
            return self._refused.get(number)
        offset, size = divmod(place, 1 << SIZE_BITS)
        written = os.pread(self._file, size, offset)
        packed = written[CHECK_BYTES:]
        if len(written) < size or check(packed) != written[:CHECK_BYTES]:
            raise OSError(f"the file of pages gave other bytes than were written: {size} at {offset}")
        return packed

    def pop(self, number: int, /) -> bytes:
        """A page that is no longer kept. Raises KeyError."""
        packed = self.get(number)
        if packed is None:
            raise KeyError(number)
        if (place := self._places.pop(number, None)) is not None:
            self._free(place)
        self._refused.pop(number, None)
        return packed

    def __setitem__(self, number: int, packed: bytes, /) -> None:
        written = check(packed) + packed
        offset = self._room(number, room_of(len(written)))
        if self._write(offset, written):
            self._places[number] = offset << SIZE_BITS | len(written)
            self._refused.pop(number, None)
        else:
            self._free(offset << SIZE_BITS | len(written))
            self._places.pop(number, None)
            self._refused[number] = packed

    def _free(self, place: int) -> None:
        offset, size = divmod(place, 1 << SIZE_BITS)
        self._rooms.setdefault(room_of(size), []).append(offset)

    def _room(self, number: int, room: int) -> int:
        """Where to write: the page's own room, a free one of the same size, or the end of the file."""
        if (place := self._places.get(number)) is not None:
            offset, size = divmod(place, 1 << SIZE_BITS)
            if room_of(size) == room:
                return offset
            self._free(place)
        if free := self._rooms.get(room):
            return free.pop()
        self._end += room
        return self._end - room

    def _write(self, offset: int, written: bytes) -> bool:
        """Whether the disk took all of it."""
        try:
            return os.pwrite(self._file, written, offset) == len(written)
        except OSError:
            return False


def room_of(size: int) -> int:
    """The room for so many bytes: at most a quarter larger, and few different ones, so that rooms are used again."""
    step = max(16, 1 << max(0, size.bit_length() - 3))
    return -(-size // step) * step


def check(packed: bytes) -> bytes:
    return crc32(packed).to_bytes(CHECK_BYTES, "big")
