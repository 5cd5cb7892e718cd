"""Ruling 裁定: a person's decision that sightings are, or are not, of one thing. A raw record of the source ``desk``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from schemas.records.base import Record
from schemas.wire import short_hash

DESK, RULINGS = "desk", "rulings"


class Ruling(Record, frozen=True, kw_only=True):
    """``merge`` puts the members together, ``split`` sets them apart. Who decided is a role, never a name."""

    action: Literal["merge", "split"]
    kind: str
    subject: str
    members: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1_000)]  # source|feed|record of the sightings
    events: tuple[str, ...] = ()  # as they were called when it was decided
    reason: str = ""
    role: str = "operator"
    decided_at: str

    @property
    def id(self) -> str:
        """By what is ruled, not by when or why: the same decision taken twice is one ruling."""
        return short_hash("ruling", self.action, self.kind, self.subject, *sorted(self.members))
