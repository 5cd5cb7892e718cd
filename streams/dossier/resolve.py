"""Resolve 归并: a cluster of sightings → the event that they are of. Pure.

A record reaches a topic only from sightings whose feed is at least as widely readable as the topic
(``schemas.kinds.occurrence.Secrecy``): an event is resolved for the readers of its topic. Its id always comes from the
whole cluster, and so do the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, get_args

from msgspec.structs import replace

from schemas.fields.party import Party
from schemas.fields.span import in_force
from schemas.kinds.occurrence import Secrecy
from schemas.records.event import EVENTS, Event, Provenance
from schemas.records.sighting import Profile, Sighting
from streams.dossier.clusters import Cluster
from streams.dossier.member import Member
from streams.dossier.survivorship import survivors, with_knowledge

NARROWNESS: Final[Mapping[Secrecy, int]] = {secrecy: rank for rank, secrecy in enumerate(get_args(Secrecy))}
HUB: Final[Secrecy] = "sensitive"  # readers who may know everything: the hub itself, for its figures


class Profiles:
    """What a subject may know of the parties that it names.

    ``known``: a party's profiles by the secrecy of what they rest on, by the party's key.
    """

    def __init__(self, known: Callable[[str], Mapping[Secrecy, Profile]]) -> None:
        self._look_up = known
        self._known: dict[str, Mapping[Secrecy, Profile]] = {}

    def of(self, key: str, readers: Secrecy) -> Profile | None:
        """The fullest profile of a party that these readers may know."""
        known = self._profiles(key)
        if not known:
            return None
        allowed = [secrecy for secrecy in known if NARROWNESS[secrecy] <= NARROWNESS[readers]]
        return known[max(allowed, key=NARROWNESS.__getitem__)] if allowed else None

    def are_open_to(self, readers: Secrecy, parties: Iterable[Party]) -> bool:
        """These readers may know all that is known of these parties."""
        return all(NARROWNESS[one] <= NARROWNESS[readers] for party in parties for one in self._profiles(party.key))

    def _profiles(self, key: str) -> Mapping[Secrecy, Profile]:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._look_up(key)
        return found


def readable(members: Iterable[Member], readers: Secrecy) -> list[Member]:
    """The sightings that these readers may know."""
    narrowest = NARROWNESS[readers]
    return [member for member in members if NARROWNESS[member.sighting.secrecy] <= narrowest]


def event_of(cluster: Cluster, revision: int, profiles: Profiles, readers: Secrecy) -> Event | None:
    """The event as these readers may know it; None if they may know none of its sightings."""
    members = readable(cluster.members, readers)
    if not members:
        return None
    kind = members[0].kind
    statement, disagreements = survivors(members)
    occurred_on = statement.occurred_on()
    phases = {member.sighting.phase for member in members}
    return EVENTS[kind.name](
        id=cluster.id,
        subject=members[0].sighting.subject,
        revision=revision,
        state="current",
        phase=phases.pop() if len(phases) == 1 else max(phases, key=[*kind.phases].index),
        occurred_on=occurred_on,
        statement=with_profiles(statement, profiles, readers, occurred_on),
        sources=tuple(provenance(member.sighting) for member in members),
        more_sources=cluster.more,
        disagreements=disagreements,
        received_at=newest(members),
        synthetic=any(member.sighting.synthetic for member in members),
    )


def with_profiles(statement: Any, profiles: Profiles, readers: Secrecy, day: str | None) -> Any:
    """The statement with what the parties' own dossiers know of them."""
    known: dict[str, tuple[Party, ...]] = {}
    for role in type(statement).roles():
        parties = getattr(statement, role)
        told = tuple([with_profile(party, profiles.of(party.key, readers), day) for party in parties])
        if told != parties:
            known[role] = told
    return replace(statement, **known) if known else statement


def with_profile(party: Party, profile: Profile | None, day: str | None) -> Party:
    """A party with what its profile tells; its size only by a list or numbers in force on that day."""
    if profile is None:
        return party
    known = Party(
        name=party.name,
        party_type=profile.party_type or "unknown",
        credit_code=profile.credit_code,
        region=profile.region,
    )
    size = next((size for size in profile.sizes if in_force(day, size.since, size.until)), None)
    if size is not None and party.sme is None:
        known = replace(known, sme=size.sme, sme_on=size.since, sme_by=size.by)
    return with_knowledge(party, known)


def provenance(sighting: Sighting) -> Provenance:
    """Where one of the statements comes from."""
    source, feed, record = sighting.id.split("|", 2)
    return Provenance(
        source=source,
        feed=feed,
        record=record,
        url=sighting.url,
        phase=sighting.phase,
        received_at=sighting.received_at,
        sequence=sighting.sequence,
        evidence=sighting.evidence,
        synthetic=sighting.synthetic,
    )


def newest(members: Iterable[Member]) -> str:
    """When the newest of these statements was received: a function of the set, not of the clock."""
    return max(member.sighting.received_at for member in members)
