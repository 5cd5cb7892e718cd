"""Version: what the portal's answers depend on. While it is the same, so are they."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class Version(NamedTuple):
    """One state of the read model, of the index beside it, and the day.

    A family's number is its newest change (of releases, which never change, how many there are). ``positions`` moves
    with every commit of the store, ``as_of`` is printed.
    """

    epoch: str
    positions: int
    as_of: datetime | None
    event: int
    listing: int
    point: int
    contribution: int
    source_status: int
    release: int
    vintage: int  # of the money that is shown without a key
    indexed: int
    today: date

    def of(self, families: tuple[str, ...]) -> tuple[object, ...]:
        """The part that these families decide; an epoch's numbers mean nothing in another, and days begin months."""
        return (self.epoch, self.today, *(getattr(self, name) for name in families))


EVERYTHING = Version._fields
FIGURES = ("point", "contribution", "vintage")
