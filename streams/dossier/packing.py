"""Packing: bytes compressed with a dictionary that is made of some of them (zstd, RFC 8878)."""

from __future__ import annotations

from collections.abc import Iterable

import zstandard

DICTIONARY_BYTES = 64 << 10
SEGMENT, SHORTEST = 1_000, 8  # bytes: tried out by the library they pack no better and take three times the CPU
LEVEL = 3  # with a dictionary no dearer than 1, and a tenth smaller
MOST_DICTIONARIES = 256  # which a byte can tell apart


class Packing:
    """Packs what is like the samples of the last ``learn`` about sevenfold, and unpacks whatever it packed before.

    Its dictionaries live as long as the object; they are never written.
    """

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._decompressors = [zstandard.ZstdDecompressor()]

    def learn(self, samples: Iterable[bytes]) -> None:
        """From now on pack with a dictionary of what these have in common, if it can be found."""
        if len(self._decompressors) == MOST_DICTIONARIES:
            return
        try:
            found = zstandard.train_dictionary(DICTIONARY_BYTES, list(samples), k=SEGMENT, d=SHORTEST)
        except zstandard.ZstdError:  # too few samples, or too little in common
            return
        found.precompute_compress(level=LEVEL)
        self._compressor = zstandard.ZstdCompressor(
            level=LEVEL, dict_data=found, write_checksum=False, write_dict_id=False
        )
        self._decompressors.append(zstandard.ZstdDecompressor(zstandard.ZstdCompressionDict(found.as_bytes())))

    def pack(self, data: bytes) -> bytes:
        """The number of the dictionary, then a frame. A copy: what the library returns keeps the room of a larger one."""
        return b"%c%b" % (len(self._decompressors) - 1, self._compressor.compress(data))

    def unpack(self, packed: bytes) -> bytes:
        return self._decompressors[packed[0]].decompress(memoryview(packed)[1:])
