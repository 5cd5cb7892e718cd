"""Member: a sighting as it is compared with others: its identity, its parties under today's names, how far it is trusted.

Of two statements the one of the higher authority is trusted more (``schemas.records.sighting.AUTHORITIES``), of equal
ones the one with the newer day of its own, then the smaller id. Arrival never decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from schemas.fields.party import Party
from schemas.kinds.identity import Identity
from schemas.kinds.matching import Candidate
from schemas.kinds.occurrence import Occurrence
from schemas.records.sighting import Sighting, kind_of, rank_of
from streams.dossier.renaming import Names

Trust = tuple[int, str, str]
_REVERSED = str.maketrans("-0123456789HQ", "QH9876543210-")  # the signs of recorded dates, in the opposite order


class Member:
    """One live sighting of a kind. ``names``: keys of its parties that stand for another key today."""

    __slots__ = ("sighting", "kind", "identity", "names", "candidate", "shares", "trust")

    def __init__(self, sighting: Sighting, names: Names) -> None:
        kind = kind_of(sighting)
        self.sighting, self.kind, self.names = sighting, kind, names
        self.identity: Identity = sighting.statement.identity(sighting.subject, sighting.phase)
        self.trust: Trust = trust(sighting, kind)
        self.candidate = self.shares = None
        if kind.matching:
            statement = sighting.statement
            givers, takers = self.keys(statement.givers()), self.keys(statement.takers())
            self.candidate = Candidate(statement, sighting.phase, givers, takers)
            self.shares = kind.matching.shares(self.candidate)

    candidate: Candidate | None
    shares: frozenset[str] | None

    @property
    def id(self) -> str:
        return self.sighting.id

    def keys(self, parties: Iterable[Party]) -> frozenset[str]:
        """The parties' keys under today's names."""
        names = self.names
        return frozenset(names.get(party.key, party.key) for party in parties)


def trust(sighting: Sighting, kind: type[Occurrence]) -> Trust:
    """The key by which the most trusted comes first."""
    statement = sighting.statement
    day = next((day for name in kind.stated_on if (day := getattr(statement, name))), "")
    return (rank_of(sighting.authority), newest_first(day), sighting.id)


@lru_cache(maxsize=16_384)
def newest_first(day: str) -> str:
    """Sorts recorded dates from the newest to the oldest; the empty one last."""
    return day.translate(_REVERSED) + "~"
