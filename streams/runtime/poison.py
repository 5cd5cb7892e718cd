"""Poison records 毒记录: which input records a process was handling when it crashed; the third crash sets one aside.

One small file for each stage and partition, written before each piece of pure work and reset after it. It outlives the
process. On another machine the count starts anew, which costs that machine three crashes of its own.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

FOLDER = "deaths"  # under HOME; the files keep the name and form that every release has read
FORM = struct.Struct("<qqqqq")  # in hand from, to; suspects from, to; crashes; then the poison records, 8 bytes each
NOTHING = (-1, -1)
LIMIT = 3  # crashes


class PoisonRecords:
    """The crashes over the records of one input partition. Records are named by their offsets.

    A crash with many records in hand makes all of them suspects. Suspects are then handled one by one, so that the
    second crash finds the record and the third makes it a poison record. Poison records are remembered until their
    batch is committed: the batch may hold several, and each must stay known while the next is looked for.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Open or make the file; records that it holds as in hand were in hand when the last process crashed."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        self._length = os.fstat(self._file).st_size
        stored = os.pread(self._file, self._length, 0)
        values = FORM.unpack_from(stored) if len(stored) >= FORM.size else (*NOTHING, *NOTHING, 0)
        in_hand: tuple[int, int] = values[0:2]
        self.suspects: tuple[int, int] = values[2:4]  # first and last offset
        self.crashes: int = values[4]  # over these suspects
        self.offsets = {offset for (offset,) in struct.iter_unpack("<q", stored[FORM.size :])}
        if in_hand != NOTHING:
            again = self.suspects[0] <= in_hand[0] and in_hand[1] <= self.suspects[1]
            self.suspects, self.crashes = in_hand, self.crashes + 1 if again else 1
            if self.crashes >= LIMIT and in_hand[0] == in_hand[1]:
                self.offsets.add(in_hand[0])
        self.end()

    def is_suspect(self, offset: int) -> bool:
        """The record was in hand at a crash, or is a poison record: it is handled alone."""
        return offset in self.offsets or self.suspects[0] <= offset <= self.suspects[1]

    def is_poison(self, offset: int) -> bool:
        """The process crashed ``LIMIT`` times with this record in hand."""
        return offset in self.offsets

    def begin(self, first: int, last: int) -> None:
        """The processor is about to handle the records from ``first`` to ``last``."""
        self._write((first, last))

    def end(self) -> None:
        """The processor has handled what it had in hand."""
        self._write(NOTHING)

    def committed(self, position: int) -> None:
        """Everything before this offset is committed: suspects and poison records among it are cleared."""
        done = {offset for offset in self.offsets if offset < position}
        cleared = self.suspects != NOTHING and position > self.suspects[1]
        if cleared:
            self.suspects, self.crashes = NOTHING, 0
        if cleared or done:
            self.offsets -= done
            self.end()

    def close(self) -> None:
        os.close(self._file)

    def _write(self, in_hand: tuple[int, int]) -> None:
        offsets = struct.pack(f"<{len(self.offsets)}q", *sorted(self.offsets))
        os.pwrite(self._file, FORM.pack(*in_hand, *self.suspects, self.crashes) + offsets, 0)
        if self._length != (length := FORM.size + len(offsets)):
            os.ftruncate(self._file, length)
            self._length = length
