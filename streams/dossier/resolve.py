"""Conclude: what the sightings of one subject amount to. A pure function of the dossier: events, redirects, cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.kinds import BY_NAME
from streams.choice import by_trust, choose, is_finer
from streams.days import in_force
from streams.identity import Seen, weight
from streams.merge import Cluster, Ruling, clusters
from streams.renaming import renames, under_names_of_today, unsettling

INTERNAL = frozenset({"mention", "standing", "ruling"})
Document = dict[str, Any]  # an event or a listing in its JSON form


@dataclass
class Conclusions:
    """What a dossier says: current events or cards by id, the sightings behind each, and ids that lead to another."""

    documents: dict[str, Document] = field(default_factory=dict)
    members: dict[str, list[Seen]] = field(default_factory=dict)  # the most trusted first
    redirects: dict[str, str] = field(default_factory=dict)  # weaker id → the id it leads to

    def add(self, cluster: Cluster, members: list[Seen], document: Document) -> None:
        self.documents[cluster.id], self.members[cluster.id] = document, members
        for name in cluster.weaker:
            self.redirects.setdefault(name, cluster.id)


@dataclass(frozen=True)
class Sorted:
    """A dossier's sightings, sorted out once."""

    subject: str
    live: Mapping[str, list[Seen]]
    standings: Mapping[str, Mapping[str, Any]]
    rulings: Mapping[str, list[Ruling]]
    weights: Mapping[str, int]
    unsettled: int = 0  # of statements that may change which names are one
    floor: int = 0  # where the generation's revisions begin

    @property
    def kinds(self) -> list[str]:
        """Every kind of which something was ever stated."""
        return [kind for kind in self.weights if kind not in INTERNAL]

    def revision(self, kind: str) -> int:
        """Rises with every accepted statement that can change such an event: its kind, standings, rulings, renames.

        A card can be changed by every statement of its dossier.
        """
        if BY_NAME[kind].is_listing:
            return self.floor + sum(self.weights.values())
        return self.floor + sum(self.weights.get(name, 0) for name in (kind, "standing", "ruling")) + self.unsettled


def sort_out(subject: str, sightings: Iterable[Seen], floor: int = 0) -> Sorted:
    """Live statements by kind, what is known of parties, rulings, and the weights behind revisions."""
    live: dict[str, list[Seen]] = defaultdict(list)
    standings: dict[str, Mapping[str, Any]] = {}
    rulings: dict[str, list[Ruling]] = defaultdict(list)
    weights: dict[str, int] = defaultdict(int)
    unsettled = 0
    for seen in sightings:
        kind = seen["kind"]
        for stated in {kind, *seen.get("formerly", ())}:  # a kind that a record left may never weigh less
            weights[stated] += weight(seen)
            if stated == "legal-status":
                unsettled += unsettling(seen)
        if seen.get("absent"):
            continue
        said = seen.get("statement", {})
        if kind == "standing":
            standings[said["key"]] = said
        elif kind == "ruling":
            rulings[said["kind"]].append(Ruling(seen["id"], said["action"], frozenset(said["members"])))
        else:
            live[kind].append(seen)
    if known := renames(live.get("legal-status", ())):
        live = {kind: under_names_of_today(kind, seen, known) for kind, seen in live.items()}
    return Sorted(subject, live, standings, rulings, weights, unsettled, floor)


def events_of(dossier: Sorted, kind: str) -> Conclusions:
    """Every event of a kind, and the ids that lead to another."""
    concluded, revision = Conclusions(), dossier.revision(kind)
    for cluster in clusters(dossier.live.get(kind, ()), dossier.rulings.get(kind, ())):
        members = by_trust(cluster.members)
        concluded.add(cluster, members, event(dossier, cluster.id, members, revision))
    return concluded


def event(dossier: Sorted, name: str, members: list[Seen], revision: int) -> Document:
    """One event in the form in which it is published (``schemas.records.event.Event``)."""
    kind = BY_NAME[members[0]["kind"]]
    statement, disagreements = choose(members)
    occurred_on = statement.get(kind.counts_on or "") or (
        statement.get("released_on") if kind.name == "pledge" else None
    )
    if dossier.standings:
        for role in (kind.giver, kind.taker):
            if role and role in statement:
                statement[role] = [known(party, dossier.standings, occurred_on) for party in statement[role]]
    document = {
        "id": name,
        "kind": kind.name,
        "subject": dossier.subject,
        "revision": revision,
        "state": "current",
        "phase": max((seen["phase"] for seen in members), key=kind.phases.index),
        "statement": statement,
        "sources": [provenance(seen) for seen in members],
        "disagreements": disagreements,
        "received_at": newest(members),
        "synthetic": any(seen.get("synthetic") for seen in members),
    }
    if occurred_on:
        document["occurred_on"] = occurred_on
    return document


def known(party: dict[str, Any], standings: Mapping[str, Mapping[str, Any]], day: str | None) -> dict[str, Any]:
    """A party with what its own dossier knows; its size only by a list or numbers in force on that day."""
    standing = standings.get(party["key"])
    if standing is None:
        return party
    told = {
        name: standing[name]
        for name in ("credit_code", "party_type", "region")
        if standing.get(name) and party.get(name) in (None, "unknown")
    }
    if is_finer(standing.get("region"), party.get("region")):
        told["region"] = standing["region"]
    if party.get("sme", "unknown") == "unknown":
        for since, until, sme, by in standing.get("evidence", ()):
            if in_force(day, since, until):
                told |= {name: value for name, value in (("sme", sme), ("sme_on", since), ("sme_by", by)) if value}
                break
    return {**party, **told} if told else party


def provenance(seen: Seen) -> Document:
    """Where one of the statements comes from (``schemas.records.event.Provenance``)."""
    source, feed, record = seen["id"].split("|", 2)
    document = {
        "source": source,
        "feed": feed,
        "record": record,
        "url": seen.get("url", ""),
        "phase": seen["phase"],
        "received_at": seen["received_at"],
        "sequence": seen["sequence"],
        "synthetic": bool(seen.get("synthetic")),
    }
    if evidence := seen.get("evidence"):
        document["evidence"] = evidence
    return document


def newest(members: Iterable[Seen]) -> str:
    """When the newest of these statements was received: a function of the set, not of the clock."""
    return max(str(seen["received_at"]) for seen in members)
