"""Unsorted: the state records of a restore, until all of them are read.

The log has them in the order in which they were last written, so that those of one owner lie far apart. Gathered by their
owners, compressed, in a file where there is one, and given in groups of some thousand owners, they let each page be packed once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zlib import crc32

from msgspec import msgpack

from streams.dossier.packed_file import PackedPages
from streams.dossier.packing import Packing

Record = tuple[bytes, str, str, bytes | None]  # kind, owner, name, value
GROUPS_BITS: Final = 5
BLOCK_BYTES: Final = 32 << 10  # of a group, before it is compressed; four to five times smaller then
_ENCODER, _DECODER = msgpack.Encoder(), msgpack.Decoder(list[Record])


class Group:
    """Records of the owners whose numbers begin alike: the numbers of blocks, and those not compressed yet with their bytes."""

    __slots__ = ("blocks", "records", "size")

    def __init__(self) -> None:
        self.blocks: list[int] = []
        self.records: list[Record] = []
        self.size = 0


class Unsorted:
    """Takes records one by one, gives them group by group: all of an owner together, in the order in which they came."""

    def __init__(self, blocks: PackedPages) -> None:
        self._blocks, self._packed = blocks, 0
        self._groups = [Group() for _ in range(1 << GROUPS_BITS)]
        self._packing = Packing()

    def put(self, kind: bytes, owner: str, name: str, value: bytes | None) -> None:
        group = self._groups[crc32(owner.encode()) >> (32 - GROUPS_BITS)]
        group.records.append((kind, owner, name, value))
        group.size += len(owner) + len(name) + len(value or b"")
        if group.size > BLOCK_BYTES:
            self._blocks[self._packed] = self._packing.pack(_ENCODER.encode(group.records))
            group.blocks.append(self._packed)
            self._packed += 1
            group.records, group.size = [], 0

    def groups(self) -> Iterator[Iterator[Record]]:
        """Every group once; what was given is no longer kept."""
        while self._groups:
            yield self._of(self._groups.pop())

    def _of(self, group: Group) -> Iterator[Record]:
        for block in group.blocks:
            yield from _DECODER.decode(self._packing.unpack(self._blocks.pop(block)))
        yield from group.records
