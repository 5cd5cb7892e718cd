"""Ruling 裁定: a person's decision that sightings are, or are not, of one thing. A raw record of the source ``desk``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.records.raw import Frozen
from schemas.wire import short_hash

DESK, RULINGS = "desk", "rulings"


class Ruling(Frozen):
    """``merge`` puts the members together, ``split`` sets them apart. Who decided is a role, never a name."""

    action: Literal["merge", "split"]
    kind: str
    subject: str
    members: tuple[str, ...] = Field(min_length=1)  # source|feed|record of the sightings
    events: tuple[str, ...] = ()  # as they were called when it was decided
    reason: str = ""
    role: str = "operator"
    decided_at: str

    @property
    def id(self) -> str:
        """By what is ruled, not by when or why: the same decision taken twice is one ruling."""
        return short_hash("ruling", self.action, self.kind, self.subject, *sorted(self.members))
