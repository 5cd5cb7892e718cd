"""Position: the last record of each transaction in a stage's state: how far it has read, its account, its generation."""

from __future__ import annotations

from typing import NamedTuple

from schemas.wire import decode, encode

POSITION = b"@position"  # key of the position record in a state topic; no key of a processor begins with @
# The form of the records in all state topics. It rises when a stage could not read what the release before wrote.
FORM = 4
FIRST_FORM = 1  # of a release that wrote no form


class Totals(NamedTuple):
    """A partition's position and the account of all input before it: offsets and numbers of records."""

    offset: int = 0  # of the next record to read
    records: int = 0
    understood: int = 0
    unchanged: int = 0
    dead_letters: int = 0
    generation: int = 0  # of the stage: the high part of the revisions it gives

    @property
    def gap(self) -> int:
        """Input records that are missing from the account, or that it holds twice: must be 0."""
        return self.records - self.understood - self.unchanged - self.dead_letters


class Position(NamedTuple):
    """What the position record holds: the totals, and the form in which the records beside it are written."""

    totals: Totals
    form: int = FORM

    def encode(self) -> bytes:
        return encode({**self.totals._asdict(), "form": self.form})

    @classmethod
    def decode(cls, value: bytes) -> Position:
        """The position from bytes the hub wrote; fields of a later release are passed over."""
        written = decode(value)
        totals = Totals(**{name: written[name] for name in Totals._fields if name in written})
        return cls(totals, written.get("form", FIRST_FORM))
