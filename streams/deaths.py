"""Deaths: which input record a process had in hand when it died; a record that kills is known by its third time.

One small file a stage and partition under HOME/deaths, written before each piece of pure work and wiped after it. It
outlives the process; on another machine counting starts anew, which only costs that machine its own three deaths.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

FORM = struct.Struct("<qqqqq")  # in hand from, to; suspected from, to; deaths; then the killers, 8 bytes each
NOTHING = (-1, -1)
LIMIT = 3


class Deaths:
    """The deaths of one input partition.

    A death with many records in hand makes all of them suspects. Suspects are then worked one by one, so that the
    second death names the record and the third sets it aside. Killers are remembered until their batch is committed:
    there may be a second one in it, and whoever is found must not be forgotten while the next is looked for.
    """

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        self._length = os.fstat(self._file).st_size
        stored = os.pread(self._file, self._length, 0)
        values = FORM.unpack_from(stored) if len(stored) >= FORM.size else (*NOTHING, *NOTHING, 0)
        in_hand: tuple[int, int] = values[0:2]
        self.suspects: tuple[int, int] = values[2:4]
        self.count: int = values[4]
        self.killers = {offset for (offset,) in struct.iter_unpack("<q", stored[FORM.size :])}
        if in_hand != NOTHING:
            again = self.suspects[0] <= in_hand[0] and in_hand[1] <= self.suspects[1]
            self.suspects, self.count = in_hand, self.count + 1 if again else 1
            if self.count >= LIMIT and in_hand[0] == in_hand[1]:
                self.killers.add(in_hand[0])
        self.put_down()

    def is_suspect(self, offset: int) -> bool:
        """This record was in hand when the process died, or is a killer: it is worked alone."""
        return offset in self.killers or self.suspects[0] <= offset <= self.suspects[1]

    def is_killer(self, offset: int) -> bool:
        """Three processes died of this record."""
        return offset in self.killers

    def take(self, first: int, last: int) -> None:
        """These records are about to be worked on."""
        self._write((first, last))

    def put_down(self) -> None:
        """The work in hand was survived."""
        self._write(NOTHING)

    def committed(self, position: int) -> None:
        """Everything before this offset is done: suspects and killers among it are cleared."""
        done = {offset for offset in self.killers if offset < position}
        cleared = self.suspects != NOTHING and position > self.suspects[1]
        if cleared:
            self.suspects, self.count = NOTHING, 0
        if cleared or done:
            self.killers -= done
            self.put_down()

    def close(self) -> None:
        os.close(self._file)

    def _write(self, in_hand: tuple[int, int]) -> None:
        killers = struct.pack(f"<{len(self.killers)}q", *sorted(self.killers))
        os.pwrite(self._file, FORM.pack(*in_hand, *self.suspects, self.count) + killers, 0)
        if self._length != (length := FORM.size + len(killers)):
            os.ftruncate(self._file, length)
            self._length = length
