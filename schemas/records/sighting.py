"""Sighting 见载: one source's statement about one subject (tongda.sighting). Key: the subject.

One class a kind, told apart by ``kind`` in the JSON, so that a record is decoded straight into its statement's class.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from schemas.fields.party import Party, PartyType, SizeEvidence
from schemas.kinds import KINDS
from schemas.kinds.occurrence import Occurrence, Secrecy
from schemas.records.base import Record, tagged
from schemas.records.evidence import Evidence
from schemas.wire import Decoder

# Whose value wins when sources disagree, the most trusted first (docs/domain.md#survivorship).
AUTHORITIES: Final = (
    "register", "national", "provincial", "exchange", "university", "bank", "centre", "park", "prefecture", "vendor",
)  # fmt: skip
_RANKS: Final = {authority: rank for rank, authority in enumerate(AUTHORITIES)}


def rank_of(authority: str) -> int:
    """0 for the most trusted; one that is not listed comes after all others."""
    return _RANKS.get(authority, len(AUTHORITIES))


class Sighting(Record, frozen=True, kw_only=True):
    """What one record says of one subject.

    Two sightings with the same ``id`` under the same subject are states of one record: the higher ``rank`` wins.
    ``absent``: the record no longer says anything about this subject (withdrawn at the source, or corrected to name
    another patent). It stays in the dossier as a mark, else an old repeat would be taken for news.
    """

    kind: ClassVar[str]
    id: str  # source|feed|record, or of the hub's own: hub|enquiry|…, hub|profile|…, hub|renewal|…, hub|ruling|…
    subject: str  # patent:…, contract:…, party:…
    phase: str
    sequence: int
    definition: int  # version of the source's definition that read it
    authority: str
    received_at: str  # when the hub fetched the response (RFC 3339, +08:00)
    url: str = ""
    evidence: Evidence | None = None
    absent: bool = False
    formerly: tuple[str, ...] = ()  # kinds as which this record once described this subject
    secrecy: Secrecy = "public"  # of the feed: who may read what it says
    synthetic: bool = False
    statement: Any = None  # an instance of the kind; None when absent

    @property
    def rank(self) -> tuple[int, int]:
        """Of two states of one record the higher one holds."""
        return (self.sequence, self.definition)

    @property
    def weight(self) -> int:
        """What this statement adds to a revision: it rises with every state of its record and its definition."""
        return self.sequence + self.definition - 1

    @property
    def source(self) -> str:
        return self.id.split("|", 1)[0]


class Enquiry(Record, frozen=True):
    """A patent or a contract asks what is known of a party that it names, for its partition. Subject: the party."""

    subject: str  # who asks, the first of its partition
    key: str  # the party's name key


class Profile(Record, frozen=True, kw_only=True):
    """What lists and postings say of a party. Subject: one that asked; it holds for all of its partition."""

    key: str
    credit_code: str | None = None
    party_type: PartyType | None = None
    region: str | None = None
    sizes: tuple[SizeEvidence, ...] = ()  # the first in force on a day decides


class Renewal(Record, frozen=True):
    """Further subjects of a partition are to be resolved again for a profile of the rank ``sequence``."""

    key: str  # the party's name key
    after: str  # the subject after which to go on


class RulingStatement(Record, frozen=True):
    """A person's decision about sightings of one kind: ``merge`` puts them together, ``split`` sets them apart."""

    kind: str
    action: str
    members: tuple[str, ...]


HUB_KINDS: Final[Mapping[str, type[Record]]] = MappingProxyType(
    {"enquiry": Enquiry, "profile": Profile, "renewal": Renewal, "ruling": RulingStatement}
)
SIGHTINGS: Final[Mapping[str, type[Sighting]]] = tagged(
    Sighting, {**{kind.name: kind for kind in KINDS}, **HUB_KINDS}, is_optional=True
)
SIGHTING: Final[Decoder[Sighting]] = Decoder(SIGHTINGS)


def kind_of(sighting: Sighting) -> type[Occurrence]:
    """The class of its statement, which owns the rules. Raises KeyError for a sighting of the hub's own."""
    return _KINDS[sighting.kind]


def parties_of(sighting: Sighting) -> tuple[Party, ...]:
    """Everybody whom a statement names in a role."""
    statement = sighting.statement
    return (*statement.givers(), *statement.takers())


_KINDS: Final = {kind.name: kind for kind in KINDS}
