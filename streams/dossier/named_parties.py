"""Named parties: whom the subjects of one partition name without saying all, and what is known of each, kept once.

The first subject of a partition that names such a party asks about it (``streams.dossier.enquiries``). The answer, the
party's profile, holds for all of them: when it changes, they are resolved again, a bounded number at a time, and a
*renewal* that the partition sends to itself says where to go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from itertools import islice
from typing import Final

from schemas.kinds.occurrence import Secrecy
from schemas.records.sighting import SIGHTING, SIGHTINGS, Profile, Renewal, Sighting
from streams.dossier.enquiries import NO_TIME
from streams.dossier.pages import Pages
from streams.dossier.resolve import Profiles

NAMED, TOLD = "n", "t"  # kinds of records on a page
NOTHING: Final[Mapping[Secrecy, Profile]] = {}


class NamedParties:
    """Who names each party, and its profiles.

    ``clock``: the ranks of all profiles and the number of namings. It rises whenever some subject may show more of some
    party; as a part of every revision it lets that of a document rise with the profiles that the document shows.
    """

    def __init__(self, pages: Pages) -> None:
        self.clock = 0
        self._pages = pages

    def name(self, party: str, subject: str, value: bytes | None) -> bytes | None:
        """A subject names a party; None: it does not. Gives what was known before."""
        before = self._pages.put(owner(party), NAMED, subject, value)
        self.clock += (value is not None) - (before is not None)
        return before

    def is_new(self, party: str) -> bool:
        """No subject named it before the one that was just added."""
        return len([*islice(self._pages.of(owner(party), NAMED), 2)]) == 1

    def naming(self, party: str, after: str = "", most: int | None = None) -> list[str]:
        """The subjects that name a party, in order, from after one of them on."""
        return sorted(subject for subject, _ in self._pages.of(owner(party), NAMED) if subject > after)[:most]

    def is_news(self, party: str, profile: Sighting) -> bool:
        """No profile that is as new is known."""
        there = self._pages.get(owner(party), TOLD, profile.secrecy)
        return there is None or read(there).rank < profile.rank

    def tell(self, party: str, secrecy: str, value: bytes | None) -> bytes | None:
        """Keep a profile verbatim instead of the one that was there, which is given; None: keep none."""
        before = self._pages.put(owner(party), TOLD, secrecy, value)
        self.clock += (read(value).weight if value else 0) - (read(before).weight if before else 0)
        return before

    def rank(self, party: str) -> int:
        """Rises whenever what is known of the party changes."""
        return sum(read(value).weight for _, value in self._pages.of(owner(party), TOLD))

    def profiles(self, subject: str) -> Profiles:
        """What is known of the parties that a subject names."""
        return Profiles(partial(self._known, subject))

    def _known(self, subject: str, party: str) -> Mapping[Secrecy, Profile]:
        told = [read(value) for _, value in self._pages.of(owner(party), TOLD)]
        if not told or self._pages.get(owner(party), NAMED, subject) is None:
            return NOTHING
        return {one.secrecy: one.statement for one in told if one.statement is not None}


def owner(party: str) -> str:
    """Under which name the pages hold a party that subjects name; its dossier, if it is here, has another."""
    return f"named:{party}"


@lru_cache(maxsize=4_096)
def read(value: bytes) -> Sighting:
    """A profile of those kept."""
    return SIGHTING.decode(value)


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
