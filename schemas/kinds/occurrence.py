"""What every kind has in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict

from schemas.fields.party import Party
from schemas.records.raw import Frozen


class Occurrence(Frozen):
    """A statement of one kind, read and checked. One file a kind; the class attributes are all the hub asks of it.

    ``subjects()`` says whom the statement is about: the Kafka key after normalise. A statement about n patents becomes
    n sightings that share the official number and the undivided amount.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]  # on the wire: transfer, legal-status
    label: ClassVar[str]  # the official Chinese term
    secrecy: ClassVar[str] = "public"  # of its topic
    phases: ClassVar[tuple[str, ...]]
    counts_on: ClassVar[str | None] = None  # field with the date that counts
    giver: ClassVar[str | None] = None  # field with the parties who give the right
    taker: ClassVar[str | None] = None
    is_listing: ClassVar[bool] = False

    def subjects(self) -> tuple[str, ...]:
        """Subjects of this statement, never empty for a valid one."""
        raise NotImplementedError

    def givers(self) -> tuple[Party, ...]:
        return getattr(self, self.giver) if self.giver else ()

    def takers(self) -> tuple[Party, ...]:
        return getattr(self, self.taker) if self.taker else ()
