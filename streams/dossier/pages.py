"""Pages: the state records of very many owners in little memory: a page for each, compressed but for those used last.

Pages are found by a 32-bit number made of the owner's name, which takes less room than the name; the few owners that
share a number share the page. An owner with very many records of a kind has them in several folders, each on a page of
its own, so that to change one costs the same however many there are. Folders are added one by one, each taking records
from one other folder only (linear hashing: Litwin, VLDB 1980).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final
from zlib import crc32

from msgspec import msgpack

from streams.dossier.packed_file import PackedPages
from streams.dossier.packing import Packing

Folder = dict[str, dict[str, bytes]]  # values of records by their kind and name
MOST_RECORDS = 48  # of one kind in one folder
OPEN_IN_BATCH_BYTES = 16 << 20
LEARN_AT, SAMPLES = 256, 100  # pages
FOLDERS = "#"  # the kind of the records that say in how many folders an owner's records of a kind are
NO_FOLDER: Final[Folder] = {}
NO_RECORDS: Final[Mapping[str, bytes]] = MappingProxyType({})
_ENCODER, _DECODER = msgpack.Encoder(), msgpack.Decoder(dict[str, Folder])


class Page:
    """An open page. ``size``: bytes of its names and values, about."""

    __slots__ = ("folders", "size", "is_changed")

    def __init__(self, folders: dict[str, Folder], size: int) -> None:
        self.folders, self.size = folders, size
        self.is_changed = False


class Pages:
    """Records by owner, kind and name. ``packed``: where the pages lie that are not open."""

    def __init__(self, packed: PackedPages) -> None:
        self._packed = packed
        self._open: OrderedDict[int, Page] = OrderedDict()  # the one used last at the end
        self._open_bytes = 0
        self._found: dict[str, Page] = {}  # open pages by the name of a folder, each looked for once
        self._packing, self._learn_at = Packing(), LEARN_AT

    def get(self, owner: str, kind: str, name: str) -> bytes | None:
        page = self._page(owner)
        folder = page.folders.get(owner, NO_FOLDER) if page else NO_FOLDER
        if FOLDERS in folder:
            folder = self._folder(folder_of(owner, kind, name, number_of(folder, kind)))
        return folder.get(kind, NO_RECORDS).get(name)

    def of(self, owner: str, kind: str) -> Iterable[tuple[str, bytes]]:
        """Names and values of all records of one kind that an owner has."""
        head = self._folder(owner)
        if (count := number_of(head, kind)) == 1:
            return head.get(kind, NO_RECORDS).items()
        return self._of_many(owner, kind, count)

    def put(self, owner: str, kind: str, name: str, value: bytes | None) -> bytes | None:
        """Keep a record instead of what was there, which is given; None: keep nothing."""
        page, folder, count = self._page(owner), owner, 1
        if page and FOLDERS in page.folders.get(owner, NO_FOLDER):
            count = number_of(page.folders[owner], kind)
            folder = folder_of(owner, kind, name, count)
        before, records = self._put(folder, kind, name, value)
        if records > MOST_RECORDS and before is None:
            self._add_folder(owner, kind, count)
        return before

    def close(self, most: int) -> None:
        """Pack pages, those used last at the end, until no more than so many bytes are open."""
        if self._open_bytes > most:
            self._found.clear()
        while self._open_bytes > most and len(self._open) > 1:
            number, page = self._open.popitem(last=False)
            self._open_bytes -= page.size
            if page.is_changed:
                self._packed[number] = self._packing.pack(_ENCODER.encode(page.folders))
                if len(self._packed) == self._learn_at:
                    self._learn()

    def _learn(self) -> None:
        """Pack from now on by what the pages have in common: the first ones are of few kinds."""
        self._learn_at *= 6
        numbers = islice(self._packed, None, None, max(1, len(self._packed) // SAMPLES))
        packed = [each for number in numbers if (each := self._packed.get(number)) is not None]
        self._packing.learn(map(self._packing.unpack, packed))

    def _of_many(self, owner: str, kind: str, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(count):
            yield from [*self._folder(named(owner, kind, number)).get(kind, NO_RECORDS).items()]

    def _folder(self, name: str) -> Folder:
        """A folder to be read."""
        page = self._page(name)
        return page.folders.get(name, NO_FOLDER) if page else NO_FOLDER

    def _page(self, folder: str) -> Page | None:
        """The page with a folder."""
        if folder in self._found:
            return self._found[folder]
        number = crc32(folder.encode())
        page = self._open.get(number)
        if page is not None:
            self._open.move_to_end(number)
        elif (packed := self._packed.get(number)) is not None:
            unpacked = self._packing.unpack(packed)
            page = self._added(number, Page(_DECODER.decode(unpacked), len(unpacked)))
        else:
            return None
        self._found[folder] = page
        return page

    def _added(self, number: int, page: Page) -> Page:
        self._open[number] = page
        self._open_bytes += page.size
        self.close(OPEN_IN_BATCH_BYTES)
        return page

    def _put(self, folder: str, kind: str, name: str, value: bytes | None) -> tuple[bytes | None, int]:
        """Gives what was there, and how many records of the kind are now in the folder."""
        page = self._page(folder)
        if page is None:
            page = self._found[folder] = self._added(crc32(folder.encode()), Page({}, 0))
        kinds = page.folders.setdefault(folder, {})
        records = kinds.setdefault(kind, {})
        before = records.get(name)
        if before == value:
            return before, len(records)
        grown = size(name, value) - size(name, before)
        if value is not None:
            records[name] = value  # in its place: dossiers made anew publish in the order of those at hand
        else:
            del records[name]
        if not records:
            del kinds[kind]
        page.is_changed = True
        page.size += grown
        self._open_bytes += grown
        return before, len(records)

    def _add_folder(self, owner: str, kind: str, count: int) -> None:
        """One more folder of an owner's records of one kind, with those of another that belong there."""
        giving, new = named(owner, kind, giving_to(count)), named(owner, kind, count)
        there = self._folder(giving).get(kind, NO_RECORDS)
        moving = {name: each for name, each in there.items() if folder_of(owner, kind, name, count + 1) == new}
        for name, value in moving.items():
            self._put(giving, kind, name, None)
            self._put(new, kind, name, value)
        self._put(owner, FOLDERS, kind, b"%d" % (count + 1))


def number_of(head: Folder, kind: str) -> int:
    """In how many folders are the records of one kind, by the first of the owner's folders."""
    return int(head[FOLDERS].get(kind, 1)) if FOLDERS in head else 1


def folder_of(owner: str, kind: str, name: str, count: int) -> str:
    """In which of so many folders a record is. With one more, all stay but some of ``giving_to``, which move there."""
    if count == 1:
        return owner
    hashed = crc32(name.encode())
    mask = (1 << count.bit_length()) - 1
    number = hashed & mask
    return named(owner, kind, number if number < count else hashed & (mask >> 1))


def giving_to(new: int) -> int:
    """The folder some of whose records move to the folder with this number."""
    return new ^ (1 << (new.bit_length() - 1))


def named(owner: str, kind: str, number: int) -> str:
    """The name of a folder. The first is the owner's own, for records of all kinds; no owner begins with a number."""
    return f"{number}{kind}#{owner}" if number else owner


def size(name: str, value: bytes | None) -> int:
    return 0 if value is None else len(name) + len(value)
