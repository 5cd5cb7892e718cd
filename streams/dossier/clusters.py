"""Clusters: the sightings of one subject and kind, put together by event. A partition of the set: order never matters.

1  Operators' rulings that keep sightings apart are obeyed first: what they name is a cluster of its own.
2  Sightings of one official identity (number, recorded day) are one event.
3  A sighting without one joins the official event whose parties it shares, if their days allow; the nearest day wins.
   One that names no day joins only if exactly one event fits. Near misses stay apart.
4  Those left over join each other: equal identity, or whatever the kind's ``Matching.peers`` says (parties, titles).
5  Operators' rulings that put sightings together are obeyed last.

Parties are compared under the names that renames of the same patent give them (``streams.dossier.renaming``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from schemas.fields.span import distance, may_lie_between
from schemas.kinds.identity import Identity, event_id
from schemas.kinds.matching import Matching
from streams.dossier.disjoint_sets import DisjointSets
from streams.dossier.member import Member


class Cluster(NamedTuple):
    """The sightings of one event, the most trusted first; ``weaker`` are ids that now lead to it."""

    id: str
    weaker: tuple[str, ...]
    members: tuple[Member, ...]
    more: int = 0  # sightings that are not among the members: ``streams.dossier.relations.MOST_DECIDING``
    nodes: frozenset[tuple[bool, tuple[str, ...]]] = frozenset()  # of all its sightings: ``streams.dossier.relations``

    @property
    def names(self) -> tuple[str, ...]:
        """Every id under which it can be asked for."""
        return (self.id, *self.weaker)


class Ruling(NamedTuple):
    """A person's decision about sightings of one kind: ``merge`` puts them together, ``split`` sets them apart."""

    id: str
    action: str
    members: frozenset[str]


class Group:
    """Sightings on their way to becoming a cluster. ``ruling``: the id of the ruling that set them apart."""

    def __init__(self, members: Iterable[Member] = (), ruling: str = "") -> None:
        self.members = list(members)
        self.ruling = ruling

    def names(self) -> list[str]:
        """Ids, the strongest identity first. A cluster that was set apart keeps its old id unless another has it."""
        kind = self.members[0].kind.name
        identities = sorted({member.identity for member in self.members})
        plain = [event_id(kind, one.parts) for one in identities]
        return [event_id(kind, (*one.parts, "ruling", self.ruling)) for one in identities if self.ruling] + plain


def clusters(members: Iterable[Member], rulings: Sequence[Ruling] = ()) -> list[Cluster]:
    """The events behind these sightings of one subject and kind, sorted by id."""
    rest, apart = set_apart(sorted(members, key=lambda member: member.id), sorted(rulings))
    groups = [*apart, *put_together(related(rest), rulings)]
    named = [(group.names(), group) for group in groups]
    taken = {names[0] for names, _ in named}
    made = (
        Cluster(
            names[0],
            tuple(sorted({*names} - taken)),
            tuple(sorted(group.members, key=lambda member: member.trust)),
        )
        for names, group in named
    )
    return sorted(made, key=lambda cluster: cluster.id)


def set_apart(members: list[Member], rulings: Iterable[Ruling]) -> tuple[list[Member], list[Group]]:
    """What is left for the relation, and a group for each ruling that splits; of two the first by id is obeyed."""
    groups = []
    for ruling in rulings:
        if ruling.action == "split":
            named = [member for member in members if member.id in ruling.members]
            members = [member for member in members if member.id not in ruling.members]
            if named:
                groups.append(Group(named, ruling.id))
    return members, groups


def put_together(groups: list[Group], rulings: Iterable[Ruling]) -> list[Group]:
    """Groups that share a ruling become one."""
    sets = DisjointSets(len(groups))
    for ruling in rulings:
        if ruling.action == "merge":
            named = [n for n, group in enumerate(groups) if any(one.id in ruling.members for one in group.members)]
            for number in named[1:]:
                sets.unite(number, named[0])
    return [united(those) for those in sets.groups(groups)]


def united(groups: Sequence[Group]) -> Group:
    """One group of all their sightings."""
    return groups[0] if len(groups) == 1 else Group(member for group in groups for member in group.members)


def related(members: Sequence[Member]) -> list[Group]:
    """The relation itself, steps 2 to 4."""
    official: dict[Identity, Group] = {}
    others: list[Member] = []
    for member in members:
        if member.identity.is_official:
            official.setdefault(member.identity, Group()).members.append(member)
        else:
            others.append(member)
    if not others:
        return list(official.values())
    matching = others[0].kind.matching
    homes = [home(matching, member, official) if matching else None for member in others]
    for member, found in zip(others, homes, strict=True):  # after all are found: none may depend on who joined before
        if found is not None:
            official[found].members.append(member)
    left = [member for member, found in zip(others, homes, strict=True) if found is None]
    return [*official.values(), *among_themselves(left, matching)]


def home(matching: Matching, member: Member, official: dict[Identity, Group]) -> Identity | None:
    """The official event that this sighting is of, or None."""
    assert member.candidate is not None, "a kind with a matching has candidates"
    day = matching.day(member.candidate)
    found: list[tuple[int, Identity]] = []
    for identity, group in official.items():
        fitting = [
            one.candidate for one in group.members if one.candidate and matching.fits(member.candidate, one.candidate)
        ]
        days = [matching.official_day(candidate) for candidate in fitting]
        if day is None or not days:
            found += [(0, identity)] if days else []
            continue
        far = [distance(day, other) for other in days if other and may_lie_between(day, other, *matching.window)]
        found += [(min(far), identity)] if far else []
    if day is None and len(found) != 1:
        return None
    return min(found)[1] if found else None


def among_themselves(left: Sequence[Member], matching: Matching | None) -> list[Group]:
    """Connected components of the relation between sightings that no official event took.

    A group that names no day joins a component only if exactly one of them fits.
    """
    by_identity: dict[tuple[str, ...], Group] = {}
    for member in left:
        by_identity.setdefault(member.identity.parts, Group()).members.append(member)
    groups = list(by_identity.values())
    if matching is None or len(groups) < 2:
        return groups
    dated = [is_dated(group, matching) for group in groups]
    sets = DisjointSets(len(groups))
    for one, other in combinations([n for n, known in enumerate(dated) if known], 2):
        if are_peers(groups[one], groups[other], matching):
            sets.unite(one, other)
    joins = {}
    for number, known in enumerate(dated):
        if not known:
            fitting = (n for n in range(len(groups)) if dated[n] and are_peers(groups[number], groups[n], matching))
            joins[number] = {sets.find(n) for n in fitting}
    for number, components in joins.items():
        if len(components) == 1:
            sets.unite(number, *components)
    return [united(those) for those in sets.groups(groups)]


def is_dated(group: Group, matching: Matching) -> bool:
    return any(member.candidate and matching.day(member.candidate) for member in group.members)


def are_peers(one: Group, other: Group, matching: Matching) -> bool:
    """Some sighting of the one and some of the other are of one event."""
    return any(
        matching.peers(mine.candidate, theirs.candidate)
        for mine in one.members
        for theirs in other.members
        if mine.candidate and theirs.candidate
    )
