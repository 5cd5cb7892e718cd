"""Deaths: which input record a process had in hand when it died; a record that kills is known by its third time.

One small file a stage and partition under HOME/deaths, written before each piece of pure work and wiped after it. It
outlives the process; on another machine counting starts anew, which only costs that machine its own three deaths.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

FORM = struct.Struct("<qqqqq")            # in hand from, to; suspected from, to; deaths
NOTHING = (-1, -1)
LIMIT = 3


class Deaths:
    """The deaths of one input partition.

    A death with many records in hand makes all of them suspects. Suspects are then worked one by one, so that the
    second death names the record and the third sets it aside.
    """

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        stored = os.pread(self._file, FORM.size, 0)
        values = FORM.unpack(stored) if len(stored) == FORM.size else (*NOTHING, *NOTHING, 0)
        in_hand: tuple[int, int] = values[0:2]
        self.suspects: tuple[int, int] = values[2:4]
        self.count: int = values[4]
        if in_hand != NOTHING:
            again = self.suspects[0] <= in_hand[0] and in_hand[1] <= self.suspects[1]
            self.suspects, self.count = in_hand, self.count + 1 if again else 1
        self.put_down()

    def is_suspect(self, offset: int) -> bool:
        """This record was in hand when the process died."""
        return self.suspects[0] <= offset <= self.suspects[1]

    def is_killer(self, offset: int) -> bool:
        """Three processes died of this record."""
        return self.suspects == (offset, offset) and self.count >= LIMIT

    def take(self, first: int, last: int) -> None:
        """These records are about to be worked on."""
        self._write((first, last))

    def put_down(self) -> None:
        """The work in hand was survived."""
        self._write(NOTHING)

    def committed(self, position: int) -> None:
        """Everything before this offset is done: suspects among it are cleared."""
        if self.suspects != NOTHING and position > self.suspects[1]:
            self.suspects, self.count = NOTHING, 0
            self.put_down()

    def close(self) -> None:
        os.close(self._file)

    def _write(self, in_hand: tuple[int, int]) -> None:
        os.pwrite(self._file, FORM.pack(*in_hand, *self.suspects, self.count), 0)
