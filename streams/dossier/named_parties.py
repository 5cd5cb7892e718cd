"""Named parties: whom the subjects of one partition name without saying all, and what is known of each, kept once.

The first subject of a partition that names such a party asks about it (``streams.dossier.enquiries``). The answer, the
party's profile, holds for all of them: when it changes, they are resolved again, a bounded number at a time, and a
*renewal* that the partition sends to itself says where to go on.

Records of the state topic, their keys beginning with

    n|  a subject names a party          [party, subject]
    t|  a profile, verbatim as received  [party, secrecy]
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Final

from schemas.kinds.occurrence import Secrecy
from schemas.records.sighting import SIGHTING, SIGHTINGS, Profile, Renewal, Sighting
from schemas.wire import decode, encode
from streams.dossier.enquiries import NO_TIME
from streams.dossier.party_profile import party_of
from streams.dossier.resolve import Profiles

NAMED, TOLD = b"n|", b"t|"
NOTHING: Final[Mapping[Secrecy, Profile]] = {}


class NamedParties:
    """Who names each party, and its profiles.

    ``clock``: the ranks of all profiles and the number of namings. It rises whenever some subject may show more of some
    party; as a part of every revision it lets that of a document rise with the profiles that the document shows.
    """

    def __init__(self) -> None:
        self.clock = 0
        self._naming: dict[str, list[str]] = {}  # party → subjects, sorted
        self._told: dict[str, dict[Secrecy, bytes]] = {}  # party → its newest profiles

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic."""
        party, name = decode(key[2:])
        if key[:2] == TOLD:
            self._tell(party, name, value)
        elif value is not None:
            self.add(party, name)
        elif name in (subjects := self._naming.get(party, [])):
            subjects.remove(name)
            self.clock -= 1

    def add(self, party: str, subject: str) -> bool:
        """A subject names a party. False if it did before."""
        subjects = self._naming.setdefault(party, [])
        place = bisect_left(subjects, subject)
        if subjects[place : place + 1] == [subject]:
            return False
        subjects.insert(place, subject)
        self.clock += 1
        return True

    def is_new(self, party: str) -> bool:
        """No subject named it before the one that was just added."""
        return len(self._naming[party]) == 1

    def naming(self, party: str, after: str = "", most: int | None = None) -> list[str]:
        """The subjects that name a party, in order, from after one of them on."""
        subjects = self._naming.get(party, [])
        begin = bisect_right(subjects, after)
        return subjects[begin:] if most is None else subjects[begin : begin + most]

    def accept(self, profile: Sighting, value: bytes) -> bool:
        """Take a profile in, unless as new a one is known."""
        party = party_of(profile)
        there = self._told.get(party, {}).get(profile.secrecy)
        if there is not None and read(there).rank >= profile.rank:
            return False
        self._tell(party, profile.secrecy, value)
        return True

    def rank(self, party: str) -> int:
        """Rises whenever what is known of the party changes."""
        return sum(read(value).weight for value in self._told.get(party, {}).values())

    def profiles(self, subject: str) -> Profiles:
        """What is known of the parties that a subject names."""
        return Profiles(partial(self._known, subject))

    def size(self) -> tuple[int, int]:
        """How many records it keeps, and the bytes of their values."""
        links = sum(map(len, self._naming.values()))
        values = [len(value) for told in self._told.values() for value in told.values()]
        return links + len(values), links + sum(values)

    def _known(self, subject: str, party: str) -> Mapping[Secrecy, Profile]:
        told = self._told.get(party)
        if not told:
            return NOTHING
        subjects = self._naming.get(party, [])
        place = bisect_left(subjects, subject)
        if subjects[place : place + 1] != [subject]:
            return NOTHING
        profiles = ((secrecy, read(value).statement) for secrecy, value in told.items())
        return {secrecy: profile for secrecy, profile in profiles if profile is not None}

    def _tell(self, party: str, secrecy: Secrecy, value: bytes | None) -> None:
        told = self._told.setdefault(party, {})
        before = told.pop(secrecy, None)
        self.clock -= read(before).weight if before else 0
        if value is not None:
            self.clock += read(value).weight
            told[secrecy] = value


@lru_cache(maxsize=4_096)
def read(value: bytes) -> Sighting:
    """A profile of those kept."""
    return SIGHTING.decode(value)


def named_key(party: str, subject: str) -> bytes:
    """The key of the state record that says that a subject names a party; it says everything."""
    return NAMED + encode([party, subject])


def told_key(profile: Sighting) -> bytes:
    """The key of the state record that holds a profile."""
    return TOLD + encode([party_of(profile), profile.secrecy])


def renewal(party: str, asking: str, after: str, rank: int) -> Sighting:
    """What is left to do after a change of a party's profile, on its way to the partition of one of the subjects."""
    return SIGHTINGS["renewal"](
        id=f"hub|renewal|{party}",
        subject=asking,
        phase="",
        sequence=rank,
        definition=1,
        authority="register",
        received_at=NO_TIME,
        statement=Renewal(party, after),
    )
