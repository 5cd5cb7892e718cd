"""Position: the last record of each transaction in a stage's state: how far it has read, its account, its generation."""

from __future__ import annotations

from typing import NamedTuple

POSITION = b"@position"  # key of the position record in a state topic; no key of a verb begins with @


class Totals(NamedTuple):
    """A partition's position and the account of all input before it, kept in the state topic under ``@position``."""

    offset: int = 0
    records: int = 0
    understood: int = 0
    unchanged: int = 0
    dead_letters: int = 0
    generation: int = 0  # of the stage: the high part of the revisions it gives

    @property
    def gap(self) -> int:
        """Input records that nobody accounts for, or that were accounted for twice: must be 0."""
        return self.records - self.understood - self.unchanged - self.dead_letters
