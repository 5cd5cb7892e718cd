"""Enquiries: a partition sends one for each party whose place, class or size its patents and contracts leave open.

It is sent for the first subject that names the party, and serves all of them (``streams.dossier.named_parties``). It goes
by tongda.sighting to the party's dossier and is stored outside it, as a state record of its own. The answer is the party's
profile (``streams.dossier.party_profile``).
"""

from __future__ import annotations

from schemas.fields.party import Party
from schemas.fields.place import HUNAN
from schemas.kinds import BY_NAME
from schemas.records.sighting import SIGHTINGS, Enquiry, Sighting, parties_of
from schemas.subjects import is_party, party_subject

NO_TIME = "1985-04-01T00:00:00+08:00"  # the same whichever of several statements came first


def enquiry(subject: str, party_key: str) -> Sighting:
    """A subject's enquiry, on its way to the dossier of a party."""
    return SIGHTINGS["enquiry"](
        id=f"hub|enquiry|{subject}/{party_key}",
        subject=party_subject(party_key),
        phase="",
        sequence=1,
        definition=1,
        authority="register",
        received_at=NO_TIME,
        statement=Enquiry(subject, party_key),
    )


def unknown_parties(sighting: Sighting) -> list[str]:
    """Keys of the parties of which a statement leaves something open that their own dossiers may hold.

    A statement about a party leads to no enquiry.
    """
    if sighting.absent or sighting.kind not in BY_NAME or is_party(sighting.subject):
        return []
    return [*dict.fromkeys(party.key for party in parties_of(sighting) if is_unknown(party))]


def is_unknown(party: Party) -> bool:
    """No enquiry is made about a person; of a university only the place can be missing."""
    if party.party_type == "individual":
        return False
    return (
        party.region in (None, HUNAN)
        or party.party_type == "unknown"
        or (party.party_type == "enterprise" and party.sme is None)
    )
