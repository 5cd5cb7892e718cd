"""Party profile 主体画像: what lists and postings say of a party, sent to every partition whose subjects name it.

Type, code, place, and evidence of its size. A profile rests on the most trusted statements of the party's dossier; one
for each circle of readers that may know more than the circle before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from schemas.fields.party import SizeEvidence
from schemas.fields.span import span
from schemas.kinds.occurrence import Secrecy
from schemas.records.base import Record
from schemas.records.sighting import SIGHTINGS, Profile, Sighting
from schemas.subjects import name_of
from schemas.wire import encode
from streams.dossier.member import Member
from streams.dossier.resolve import readable
from streams.dossier.survivorship import with_knowledge


class PartyProfile(Record, frozen=True):
    """What is known of a party now. ``rank`` rises with every statement that it may rest on; 0: nothing was ever said."""

    rank: int = 0
    received_at: str = ""
    profiles: tuple[tuple[Secrecy, Profile | None], ...] = ()  # from the widest circle of readers to the narrowest

    def says_what(self, other: PartyProfile) -> bool:
        """The two say the same; ranks may differ."""
        return self.profiles == other.profiles


NOTHING_KNOWN = PartyProfile()


def party_profile(members: Sequence[Member], rank: int, received_at: str) -> PartyProfile:
    """The profiles of a party by its live statements, the most trusted first."""
    if not rank:
        return NOTHING_KNOWN
    profiles: list[tuple[Secrecy, Profile | None]] = [("public", profile_of(readable(members, "public")))]
    present = {member.sighting.secrecy for member in members}
    for secrecy in get_args(Secrecy)[1:]:
        if secrecy in present and (found := profile_of(readable(members, secrecy))) != profiles[-1][1]:
            profiles.append((secrecy, found))
    return PartyProfile(rank, received_at, tuple(profiles))


def profile_of(members: Sequence[Member]) -> Profile | None:
    """What these statements say of their giver; None when there are none.

    Lists come before numbers of staff and turnover, so that no number outdoes them.
    """
    if not members:
        return None
    lists, sizes = [], []
    party, *others = dict.fromkeys(member.sighting.statement.givers()[0] for member in members)
    for other in others:
        party = with_knowledge(party, other)
    for member in members:
        statement = member.sighting.statement
        if listed := statement.size_evidence(member.sighting.phase):
            lists.append(listed)
        if (named := statement.givers()[0]).sme is not None:
            until = getattr(statement, "valid_until", None)
            sizes.append(SizeEvidence(since=named.sme_on, until=until, sme=named.sme, by=named.sme_by))
    return Profile(
        key=party.key,
        credit_code=party.credit_code,
        party_type=party.party_type,
        region=party.region,
        sizes=(*sorted(lists, key=in_order), *sorted(sizes, key=newest_first)),
    )


def in_order(size: SizeEvidence) -> bytes:
    return encode([size.since, size.until, size.sme, size.by])


def newest_first(size: SizeEvidence) -> tuple[int, bytes]:
    """Of two statements of size the newer counts; an undated one comes last."""
    return (-span(size.since)[0] if size.since else 0, in_order(size))


def answers(party: str, now: PartyProfile, before: PartyProfile, asking: Iterable[str]) -> list[Sighting]:
    """The party's profiles for each subject that enquired; one that holds no longer is sent absent. None: there never was one."""
    known = dict(now.profiles)
    over = [secrecy for secrecy, _ in before.profiles if secrecy not in known]
    return [
        answer(party, subject, now, secrecy, known.get(secrecy)) for subject in asking for secrecy in (*known, *over)
    ]


def party_of(profile: Sighting) -> str:
    """The key of the party that an answer is about; an absent one has no statement that names it."""
    party = profile.id.removeprefix("hub|profile|")
    return name_of(party if profile.secrecy == "public" else party.removesuffix(f"|{profile.secrecy}"))


def answer(party: str, subject: str, now: PartyProfile, secrecy: Secrecy, profile: Profile | None) -> Sighting:
    """One profile, on its way to the dossier of a subject."""
    return SIGHTINGS["profile"](
        id=f"hub|profile|{party}" if secrecy == "public" else f"hub|profile|{party}|{secrecy}",
        subject=subject,
        phase="",
        sequence=now.rank,
        definition=1,
        authority="register",
        received_at=now.received_at,
        secrecy=secrecy,
        absent=profile is None,
        statement=profile,
    )
