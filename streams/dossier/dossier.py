"""Dossier 卷宗: all sightings of one subject, and the clusters that they form, kept up to date sighting by sighting.

A function of the set of sightings: neither order nor repetition shows. A new sighting costs what its own cluster and
its neighbours cost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import NamedTuple

from schemas.kinds import BY_NAME
from schemas.kinds.identity import event_id
from schemas.records.sighting import Sighting, parties_of
from schemas.subjects import is_party
from streams.dossier.clusters import Cluster, Ruling, clusters
from streams.dossier.history import History
from streams.dossier.member import Member
from streams.dossier.relations import MOST_DECIDING, Node, NodeKey, Relations, key_of
from streams.dossier.renaming import Rename, Renames, names_today, rename_in, unsettles

_TRUST = attrgetter("trust")
LEGAL_STATUS = "legal-status"


class Changes(NamedTuple):
    """What became of the clusters of one kind: those that are gone or were replaced, and those to be resolved again."""

    kind: str
    gone: tuple[Cluster, ...]
    found: tuple[Cluster, ...]


class Dossier:
    """The sightings of one subject."""

    def __init__(self, subject: str, sightings: Iterable[Sighting] = ()) -> None:
        self.subject = subject
        self.sightings: dict[str, Sighting] = {}
        self.members: dict[str, Member] = {}
        self.relations: dict[str, Relations] = {}
        self.clusters: dict[str, dict[str, Cluster]] = {}  # by kind and id
        self.history: History | None = None  # made when a listing first shows it (``streams.dossier.publication``)
        self.describing: list[Member] = []  # from which the party's own profile is read, the most trusted first
        self.newest = ""  # when the newest statement of a source was received
        self._homes: dict[str, dict[NodeKey, tuple[Cluster, ...]]] = {}
        self._rulings: dict[str, dict[str, Ruling]] = {}
        self._renames: dict[str, Rename] = {}
        self._known_renames: Renames = ()
        self._naming: dict[str, dict[str, None]] = {}  # party key → ids of the live sightings that name it
        self._weights: dict[str, int] = {}
        self._unsettled = 0  # weights of statements that may change which names are one
        self._profiled: set[str] = set()  # parties whose profile changed
        for sighting in sightings:
            self.put(sighting)
        self.changes()

    def accepts(self, sighting: Sighting) -> bool:
        """Whether a sighting is news: of a higher rank than what its record said last."""
        there = self.sightings.get(sighting.id)
        return there is None or there.rank < sighting.rank

    def put(self, sighting: Sighting) -> None:
        """Take a sighting in, instead of what its record said before."""
        there = self.sightings.get(sighting.id)
        if there is not None:
            self._weigh(there, -1)
            if not there.absent:
                self._leave(there)
        self.sightings[sighting.id] = sighting
        self._weigh(sighting, 1)
        if sighting.kind in BY_NAME:
            self.newest = max(self.newest, sighting.received_at)
        if not sighting.absent:
            self._enter(sighting)

    def profile_changed(self, party: str) -> None:
        """What is known of a party changed: its events are to be resolved again."""
        self._profiled.add(party)

    def revision(self, kind: str) -> int:
        """Rises with every sighting that can change such an event: of its kind, rulings, renames.

        A listing can be changed by every sighting of its dossier.
        """
        if BY_NAME[kind].is_listing:
            return sum(self._weights.values())
        return self._weights.get(kind, 0) + self._weights.get("ruling", 0) + self._unsettled

    def rank(self) -> int:
        """Rises with every sighting that can change the profile of the party whose dossier this is."""
        return sum(
            weight for kind, weight in self._weights.items() if kind in BY_NAME and BY_NAME[kind].describes_party
        )

    def changes(self) -> list[Changes]:
        """The clusters of every kind since the last time."""
        self._rename()
        again = self._of_profiled() if self._profiled else {}
        kinds = [kind for kind, relations in self.relations.items() if relations.changed or kind in again]
        return [self._changes(kind, again.get(kind, {})) for kind in kinds]

    def _weigh(self, sighting: Sighting, sign: int) -> None:
        weight = sign * sighting.weight
        stated = {sighting.kind, *sighting.formerly}  # keep counting abandoned kinds, so that revisions rise
        for kind in stated:
            self._weights[kind] = self._weights.get(kind, 0) + weight
        if LEGAL_STATUS in stated and unsettles(sighting):
            self._unsettled += weight

    def _enter(self, sighting: Sighting) -> None:
        if sighting.kind == "ruling":
            self._rule(sighting, obeyed=True)
        elif sighting.kind in BY_NAME:
            self._join(Member(sighting, names_today(sighting, self._known_renames)))
            if rename := rename_in(sighting):
                self._renames[sighting.id] = rename
            for party in parties_of(sighting):
                self._naming.setdefault(party.key, {})[sighting.id] = None

    def _leave(self, sighting: Sighting) -> None:
        if sighting.kind == "ruling":
            self._rule(sighting, obeyed=False)
        elif sighting.kind in BY_NAME:
            self._part(self.members[sighting.id])
            self._renames.pop(sighting.id, None)
            self._forget_parties(sighting)

    def _join(self, member: Member) -> None:
        kind = member.kind
        self.members[member.id] = member
        if kind.name not in self.relations:
            self.relations[kind.name] = Relations(kind.matching)
            self.clusters[kind.name], self._homes[kind.name] = {}, {}
        self.relations[kind.name].put(member)
        if kind.describes_party and is_party(self.subject):
            self.describing.insert(bisect_left(self.describing, member.trust, key=_TRUST), member)

    def _part(self, member: Member) -> None:
        del self.members[member.id]
        self.relations[member.kind.name].take(member)
        if member.kind.describes_party and is_party(self.subject):
            del self.describing[bisect_left(self.describing, member.trust, key=_TRUST)]

    def _rule(self, sighting: Sighting, *, obeyed: bool) -> None:
        ruling = Ruling(sighting.id, sighting.statement.action, frozenset(sighting.statement.members))
        rulings = self._rulings.setdefault(sighting.statement.kind, {})
        if obeyed:
            rulings[ruling.id] = ruling
        else:
            del rulings[ruling.id]
        for kind, keys in self._named_by(ruling).items():
            self.relations[kind].changed |= keys

    def _named_by(self, ruling: Ruling) -> dict[str, set[NodeKey]]:
        """The nodes of the sightings that a ruling names, by kind."""
        found: dict[str, set[NodeKey]] = {}
        for name in ruling.members:
            if member := self.members.get(name):
                found.setdefault(member.kind.name, set()).add(key_of(member))
        return found

    def _forget_parties(self, sighting: Sighting) -> None:
        for key in {party.key for party in parties_of(sighting)}:
            self._naming[key].pop(sighting.id)
            if not self._naming[key]:
                del self._naming[key]

    def _rename(self) -> None:
        """Compare parties under the names of today, if a change of name came or went."""
        known = tuple(sorted({*self._renames.values()})) if self._renames else ()
        if known == self._known_renames:
            return
        self._known_renames = known
        for member in [*self.members.values()]:
            names = names_today(member.sighting, known)
            if names != member.names:
                self._part(member)
                self._join(Member(member.sighting, names))

    def _of_profiled(self) -> dict[str, dict[str, Cluster]]:
        """Clusters that name a party whose profile changed, by kind and id."""
        found: dict[str, dict[str, Cluster]] = {}
        for key in self._profiled:
            for name in self._naming.get(key, ()):
                member = self.members[name]
                for cluster in self._homes[member.kind.name].get(key_of(member), ()):
                    found.setdefault(member.kind.name, {})[cluster.id] = cluster
        self._profiled.clear()
        return found

    def _changes(self, kind: str, again: Mapping[str, Cluster]) -> Changes:
        homes, standing, relations = self._homes[kind], self.clusters[kind], self.relations[kind]
        rulings = [*self._rulings[kind].values()] if kind in self._rulings else []
        joined = [self._named_by(ruling).get(kind, set()) for ruling in rulings]
        found: list[Cluster] = []
        touched: set[NodeKey] = set()
        while relations.changed:
            touched |= relations.changed
            for component in relations.components(joined):
                touched.update(node.key for node in component)
                found += clusters_of(kind, component, rulings)
            before = {key for node in touched for cluster in homes.get(node, ()) for key in cluster.nodes}
            relations.changed |= before - touched
        gone = {cluster.id: cluster for key in touched for cluster in homes.pop(key, ())}
        for name in gone:
            del standing[name]
        for cluster in found:
            standing[cluster.id] = cluster
            for key in cluster.nodes:
                homes[key] = (*homes.get(key, ()), cluster)
        still = (cluster for name, cluster in again.items() if standing.get(name) is cluster)
        return Changes(kind, tuple(gone.values()), (*found, *still))


def clusters_of(kind: str, component: list[Node], rulings: list[Ruling]) -> Iterator[Cluster]:
    """The clusters of connected nodes. Sightings of a node that do not decide count with its most trusted one."""
    if len(component) == 1 and not rulings:
        (node,) = component
        more = max(0, len(node.members) - MOST_DECIDING)
        yield Cluster(event_id(kind, node.key[1]), (), tuple(node.deciding()), more, frozenset((node.key,)))
        return
    further = {node.members[0].id: len(node.members) - MOST_DECIDING for node in component}
    deciding = [member for node in component for member in node.deciding()]
    for cluster in clusters(deciding, rulings):
        more = sum(max(0, further.get(member.id, 0)) for member in cluster.members)
        yield cluster._replace(
            members=cluster.members[:MOST_DECIDING],
            more=more + max(0, len(cluster.members) - MOST_DECIDING),
            nodes=frozenset(map(key_of, cluster.members)),
        )
