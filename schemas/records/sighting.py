"""Sighting 见载: one source's statement about one subject (tongda.sighting). Key: the subject."""

from __future__ import annotations

from typing import Any

from schemas.records.raw import Evidence, Frozen


class Sighting(Frozen):
    """What one record says of one subject.

    Two sightings with the same ``id`` under the same subject are statements of one record: the higher ``rank`` wins.
    ``absent``: the record no longer says anything about this subject (withdrawn at the source, or corrected to speak
    of another patent). It stays in the dossier as a mark, else an old repeat would rise from the dead.
    ``statement`` holds the kind's fields in JSON form, already checked by the kind's model.
    """

    id: str  # source|feed|record, or fold's own: hub|mention|… and hub|standing|…
    subject: str  # patent:…, contract:…, party:…
    kind: str
    phase: str
    sequence: int
    definition: int  # version of the source's definition that read it
    authority: str  # register … vendor: whose value wins when sources disagree
    received_at: str  # when the hub fetched the response (RFC 3339, +08:00)
    url: str = ""
    evidence: Evidence | None = None
    absent: bool = False
    formerly: tuple[str, ...] = ()  # kinds as which this record once spoke of this subject
    synthetic: bool = False
    statement: dict[str, Any] = {}

    @property
    def rank(self) -> tuple[int, int]:
        return (self.sequence, self.definition)

    @property
    def weight(self) -> int:
        """What this statement adds to a revision: rises with every accepted change of the record or its definition."""
        return self.sequence + self.definition - 1

    @property
    def source(self) -> str:
        return self.id.split("|", 1)[0]


AUTHORITIES = (
    "register",
    "national",
    "provincial",
    "exchange",
    "university",
    "bank",
    "centre",
    "park",
    "prefecture",
    "vendor",
)


def patent_subject(number: str) -> str:
    return f"patent:{number}"


def contract_subject(number: str) -> str:
    return f"contract:{number}"


def party_subject(name_key: str) -> str:
    """``name_key`` is ``schemas.fields.party.name_key(name)``: names compared, not shown."""
    return f"party:{name_key}"
