"""Relations: which sightings of one subject and kind may be of one event, kept up to date sighting by sighting.

Sightings of one identity share a node; nodes are neighbours when the kind's ``Matching`` accepts a pair of their
sightings, whatever the days. Clusters never reach beyond connected nodes, so that a new sighting costs what its own
neighbourhood costs, however many others the subject has. A function of the set: order never matters.

Three bounds keep a subject with very many sightings as cheap as one with few:

* A node compares, and an event is made of, the ``MOST_DECIDING`` most trusted sightings of an identity; the others are counted.
* What more than ``CROWD`` nodes share (a taker, two letters of a title) tells none of them apart and finds no candidates.
* More than ``MOST_RELATED`` connected nodes are no likeness but a template (样例需求1, 样例需求2 …): each stands alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from math import ceil
from operator import attrgetter

from schemas.kinds.matching import Candidate, Matching
from streams.dossier.member import Member

MOST_DECIDING = 32
CROWD = 50
MOST_RELATED = 64
NodeKey = tuple[bool, tuple[str, ...]]  # whether the identity is official, its parts
_TRUST = attrgetter("trust")


def key_of(member: Member) -> NodeKey:
    return (member.identity.is_official, member.identity.parts)


class Node:
    """All sightings of one identity, the most trusted first, and the nodes that may be of the same event."""

    __slots__ = ("key", "members", "shares", "least", "near", "stands_alone")

    def __init__(self, key: NodeKey) -> None:
        self.key = key
        self.members: list[Member] = []
        self.shares: frozenset[str] = frozenset()
        self.least = 0  # how much the sighting that shares least has to share
        self.near: set[NodeKey] = set()
        self.stands_alone = False

    @property
    def is_official(self) -> bool:
        return self.key[0]

    def deciding(self) -> list[Member]:
        """The sightings that decide."""
        return self.members[:MOST_DECIDING]

    def candidates(self) -> list[Candidate]:
        return [member.candidate for member in self.deciding() if member.candidate is not None]


class Relations:
    """The nodes of one kind of one subject. ``changed`` gathers nodes whose clusters must be found again."""

    def __init__(self, matching: Matching | None) -> None:
        self.matching = matching
        self.nodes: dict[NodeKey, Node] = {}
        self.sharing: dict[str, set[NodeKey]] = {}
        self.changed: set[NodeKey] = set()

    def put(self, member: Member) -> None:
        """Take a sighting in."""
        key = key_of(member)
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = Node(key)
        place = bisect_left(node.members, member.trust, key=_TRUST)
        node.members.insert(place, member)
        self.changed.add(key)
        if place < MOST_DECIDING:
            self._compare(node)

    def take(self, member: Member) -> None:
        """Take a sighting out."""
        key = key_of(member)
        node = self.nodes[key]
        place = bisect_left(node.members, member.trust, key=_TRUST)
        del node.members[place]
        self.changed.add(key)
        if place < MOST_DECIDING:
            self._compare(node)
        if not node.members:
            del self.nodes[key]

    def components(self, joined: Iterable[Iterable[NodeKey]] = ()) -> Iterator[list[Node]]:
        """Connected nodes around everything that changed since the last time; ``joined``: nodes that rulings connect."""
        beside: dict[NodeKey, set[NodeKey]] = {}
        for keys in joined:
            together = {key for key in keys if key in self.nodes}
            for key in together:
                beside.setdefault(key, set()).update(together)
        waiting, self.changed = self.changed, set()
        while waiting:
            node = self.nodes.get(waiting.pop())
            if node is None:
                continue
            component = self._around(node, beside, by_likeness=True)
            if not component:
                component = self._around(node, beside, by_likeness=False)
                waiting |= {key for one in component for key in one.near if not self.nodes[key].stands_alone}
                for one in component:
                    one.stands_alone = True
            else:
                for one in component:
                    one.stands_alone = False
            waiting.difference_update(one.key for one in component)
            yield component

    def _around(self, node: Node, beside: dict[NodeKey, set[NodeKey]], *, by_likeness: bool) -> list[Node]:
        """The nodes that are connected with this one; none, if likeness connects more than may be related."""
        if not beside and not (by_likeness and node.near):
            return [node]
        reached = {node.key: node}
        open_ = [node]
        while open_:
            one = open_.pop()
            for key in (*(one.near if by_likeness else ()), *beside.get(one.key, ())):
                if key not in reached:
                    reached[key] = self.nodes[key]
                    open_.append(self.nodes[key])
            if by_likeness and len(reached) > MOST_RELATED:
                return []
        return list(reached.values())

    def _compare(self, node: Node) -> None:
        """Find the node's neighbours again; where what it shares becomes or ceases to be crowded, also the others'."""
        if self.matching is None:
            return
        shares = frozenset[str]().union(*(member.shares for member in node.deciding() if member.shares))
        crowds: set[NodeKey] = set()
        for text in node.shares - shares:
            there = self.sharing[text]
            there.discard(node.key)
            if len(there) == CROWD:
                crowds |= there
            elif not there:
                del self.sharing[text]
        for text in shares - node.shares:
            there = self.sharing.setdefault(text, set())
            there.add(node.key)
            if len(there) == CROWD + 1:
                crowds |= there
        node.shares = shares
        node.least = min((len(member.shares) for member in node.deciding() if member.shares), default=0)
        self._connect(node)
        for key in crowds - {node.key}:
            self._connect(self.nodes[key])

    def _connect(self, node: Node) -> None:
        near = {key for key in self._promising(node) if self._may_be_one(node, self.nodes[key])}
        for key in node.near ^ near:
            other = self.nodes.get(key)
            if other is not None:
                (other.near.add if key in near else other.near.discard)(node.key)
                self.changed.add(key)
        node.near = near

    def _promising(self, node: Node) -> set[NodeKey]:
        """Nodes worth comparing. Those that two of one event share at least ``overlap`` of must share one of the rarest."""
        assert self.matching is not None
        found: set[NodeKey] = set()
        if not node.members:
            return found
        for shares in {member.shares for member in node.deciding() if member.shares}:
            telling = sorted((len(self.sharing[text]), text) for text in shares if len(self.sharing[text]) <= CROWD)
            enough = len(shares) - ceil(self.matching.overlap * len(shares)) + 1
            for _, text in telling[:enough]:
                found |= self.sharing[text]
        overlap, shares, least = self.matching.overlap, node.shares, node.least
        others = [self.nodes[key] for key in found]
        found = {one.key for one in others if len(one.shares & shares) >= overlap * max(one.least, least)}
        twin = (not node.key[0], node.key[1])
        if twin in self.nodes:
            found.add(twin)
        found.discard(node.key)
        return found

    def _may_be_one(self, one: Node, other: Node) -> bool:
        """Equal names must be settled together; of two official identities none is ever the other."""
        if one.key[1] == other.key[1]:
            return True
        if one.is_official and other.is_official:
            return False
        assert self.matching is not None
        if other.is_official or one.is_official:
            official, stand_in = (one, other) if one.is_official else (other, one)
            fits = self.matching.fits
            return any(fits(mine, theirs) for mine in stand_in.candidates() for theirs in official.candidates())
        peers = self.matching.peers
        return any(peers(mine, theirs) for mine in one.candidates() for theirs in other.candidates())
