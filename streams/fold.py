"""Fold 卷宗: a sighting goes into the dossier of its subject; what the dossier then says is published as a difference.

Keeps for each subject its dossier and an index of what was said of it (ids with revisions). The dossier is a function
of the set of sightings, and so is everything that is current: conclusions(dossier). What is no longer concluded is
published once more, as withdrawn or as a redirect; its contributions with ``live`` False.

Parties meet patents by a loop through tongda.sighting. A patent whose parties are not fully known sends each of them a
mention; the party's dossier answers every subject that mentioned it with a standing: type, code, place, lists it is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas.errors import Reject
from schemas.kinds import BY_NAME
from schemas.topics import CONTRIBUTION, DEMAND, EVENTS, FOLD_STATE, SIGHTING, SUPPLY, partition_of
from schemas.wire import decode, encode
from streams.choice import PROVINCE, by_trust, with_knowledge
from streams.conclude import INTERNAL, Document, Sorted, events_of, sort_out
from streams.contributions import key_of, spread
from streams.curate import cards_of
from streams.days import span
from streams.identity import Seen
from streams.masking import masked
from streams.verb import Context, Output, Record, cloud_event, dead_letter, floor_of

TOPIC = {**{name: topic.name for name, topic in EVENTS.items()}, "supply": SUPPLY.name, "demand": DEMAND.name}
KNOWING = ("party-status", "demand")  # kinds from which a party's standing is read
NO_TIME = "1985-04-01T00:00:00+08:00"  # of a mention: which of several statements asked first must not show
Kept = dict[str, Any]  # sightings by id; said, counted, asked, answered: what went out and at which revision


def fresh() -> Kept:
    return {"sightings": {}, "said": {}, "counted": {}, "asked": [], "answered": {}}


class Fold:
    """One partition of subjects (``streams.verb.Verb``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.kept: dict[bytes, bytes] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value

    def size(self) -> tuple[int, int]:
        return len(self.kept), sum(map(len, self.kept.values()))

    def apply(self, records: Sequence[Record]) -> list[Output]:
        """Every subject of the batch is concluded once, after all its sightings are in."""
        outputs: list[Output] = []
        touched: dict[bytes, tuple[Kept, list[Seen]]] = {}
        for record in records:
            try:
                seen = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("fold", record, reject))
                continue
            kept, new = touched.get(record.key) or (self.dossier(record.key), [])
            if not accepted(kept, seen):
                self.unchanged += 1
                continue
            self.understood += 1
            new.append(seen)
            touched[record.key] = kept, new
        for key, (kept, new) in touched.items():
            outputs += self.published(key.decode(), kept, self.kept.get(key))
            outputs += asked(key.decode(), kept, new)
            self.kept[key] = encode(kept)
            outputs.append(Output(FOLD_STATE.name, key, self.kept[key], self.partition))
        return outputs

    def dossier(self, key: bytes) -> Kept:
        stored = self.kept.get(key)
        return decode(stored) if stored else fresh()

    def published(self, subject: str, kept: Kept, stored: bytes | None) -> list[Output]:
        """What the dossier says now and did not say before; the index of what was said is brought up to date."""
        dossier = sort_out(subject, kept["sightings"].values(), floor_of(self.generation))
        now = Says(dossier)
        outputs = [
            announced(document)
            for name, document in now.documents.items()
            if kept["said"].get(name) != document["revision"]
        ]
        outputs += [
            self.counted(made)
            for key, made in now.contributions.items()
            if kept["counted"].get(key) != made["revision"]
        ]
        gone = kept["said"].keys() - now.documents.keys()
        uncounted = kept["counted"].keys() - now.contributions.keys()
        if gone or uncounted:  # rare: only then is the old dossier opened again, for its last words
            old = Says(sort_out(subject, decode(stored or encode(fresh()))["sightings"].values()))
            last_said = [old.documents[name] for name in sorted(gone)]
            last_counted = [old.contributions[key] for key in sorted(uncounted)]
            outputs += [announced(withdrawn(said, dossier.revision_of(said["kind"]))) for said in last_said]
            outputs += [self.counted(dead(made, dossier.revision_of(kind_behind(made)))) for made in last_counted]
        kept["said"] = {name: document["revision"] for name, document in now.documents.items()}
        kept["counted"] = {key: made["revision"] for key, made in now.contributions.items()}
        return outputs + answered(dossier, kept)

    def counted(self, made: Document) -> Output:
        return Output(
            CONTRIBUTION.name,
            key_of(made).encode(),
            encode(made),
            partition_of(made["indicator"], self.context.partitions),
        )


class Says:
    """Everything a dossier says: events, cards and redirects by id, contributions by key."""

    def __init__(self, dossier: Sorted) -> None:
        events = events_of(dossier)
        cards = cards_of(dossier, events)
        self.documents: dict[str, Document] = {**events.documents, **cards.documents}
        self.contributions: dict[str, Document] = {
            key_of(made): made
            for said in (events, cards)
            for document in said.documents.values()
            for made in spread(document, said.members[document["id"]])
        }
        for name, home in (events.redirects | cards.redirects).items():
            if name not in self.documents:
                self.documents[name] = {**self.documents[home], "id": name, "state": "merged", "merged_into": home}


def announced(document: Document) -> Output:
    """A public record with its CloudEvents headers."""
    topic = TOPIC[document["kind"]]
    return Output(
        topic,
        document["id"].encode(),
        encode(masked(document)),
        headers=cloud_event(topic, document["id"], document["revision"], document["received_at"]),
    )


def kind_behind(made: Document) -> str:
    """Of the event or card that makes this contribution."""
    return str(made["event"].partition(":")[0])


def withdrawn(document: Document, revision: int) -> Document:
    """The last words about something that is no longer concluded."""
    ended = {name: value for name, value in document.items() if name not in ("merged_into", "state_event")}
    ended |= {"state": "withdrawn", "revision": revision}
    return ended | ({"state_reason": "absent"} if BY_NAME[document["kind"]].is_listing else {})


def dead(made: Document, revision: int) -> Document:
    """What an event no longer adds, under its old key: the guard by revision must live on."""
    ended = {name: value for name, value in made.items() if name != "amount"}
    return ended | {"live": False, "revision": revision}


def opened(record: Record) -> Seen:
    """The sighting, as far as its form can be trusted. Raises ``Reject``."""
    try:
        seen = decode(record.value or b"")
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    if not isinstance(seen, dict) or not all(
        seen.get(name) for name in ("id", "subject", "kind", "sequence", "definition", "received_at")
    ):
        raise Reject("sighting_shape", "no sighting: id, subject, kind, sequence, definition, received_at")
    if seen["kind"] not in BY_NAME and seen["kind"] not in INTERNAL:
        raise Reject("kind_unknown", f"{seen['kind']!r} is no kind")
    return seen


def accepted(kept: Kept, seen: Seen) -> bool:
    """Put a statement into its dossier, unless one of equal or higher rank of the same record is there."""
    there = kept["sightings"].get(seen["id"])
    if there and (there["sequence"], there["definition"]) >= (seen["sequence"], seen["definition"]):
        return False
    kept["sightings"][seen["id"]] = seen
    return True


def asked(subject: str, kept: Kept, new: Iterable[Seen]) -> list[Output]:
    """Mentions to the parties of a patent or contract about whom something is not known; each is asked once.

    They follow from what is accepted, not from what is concluded: the size of a batch must not decide who is asked.
    """
    if subject.startswith("party:"):
        return []
    outputs = []
    for seen in new:
        for party in parties_of(seen):
            if party["key"] not in kept["asked"] and is_unknown(party):
                kept["asked"].append(party["key"])
                said = {"subject": subject, "key": party["key"]}
                name, asked_of = f"{subject}/{party['key']}", f"party:{party['key']}"
                outputs.append(internal("mention", name, asked_of, 1, NO_TIME, statement=said))
    return outputs


def parties_of(seen: Seen) -> list[dict[str, Any]]:
    """Everybody whom a statement names in a role."""
    if seen["kind"] in INTERNAL or seen.get("absent"):
        return []
    kind = BY_NAME[seen["kind"]]
    return [party for role in (kind.giver, kind.taker) if role for party in seen["statement"].get(role, ())]


def is_unknown(party: Mapping[str, Any]) -> bool:
    """A person is asked nothing; of a university only the place can be missing."""
    kind = party.get("party_type", "unknown")
    if kind == "individual":
        return False
    return (
        party.get("region") in (None, PROVINCE)
        or kind == "unknown"
        or (kind == "enterprise" and party.get("sme", "unknown") == "unknown")
    )


def answered(dossier: Sorted, kept: Kept) -> list[Output]:
    """Standings to every subject that mentioned this party, when what is known has changed since the last answer."""
    mentions = (
        [seen for seen in kept["sightings"].values() if seen["kind"] == "mention"]
        if dossier.subject.startswith("party:")
        else []
    )
    sequence = sum(dossier.weights.get(kind, 0) for kind in KNOWING)
    if not mentions or not sequence:
        return []
    knowing = [seen for seen in kept["sightings"].values() if seen["kind"] in KNOWING]
    received_at = max(seen["received_at"] for seen in knowing)
    standing = standing_of(dossier)
    outputs = []
    for mention in mentions:
        asking = mention["statement"]["subject"]
        if kept["answered"].get(asking) != sequence:
            kept["answered"][asking] = sequence
            said = {"statement": standing} if standing else {"absent": True}
            outputs.append(internal("standing", dossier.subject, asking, sequence, received_at, **said))
    return outputs


def standing_of(dossier: Sorted) -> dict[str, Any] | None:
    """What lists and postings say of this party; None when they no longer say anything.

    ``evidence`` of its size: since, until, yes or no, by what; lists first, so that no number outdoes them.
    """
    party: dict[str, Any] = {}
    lists, sizes = [], []
    for seen in by_trust([seen for kind in KNOWING for seen in dossier.live.get(kind, ())]):
        said = seen["statement"]
        named = said[BY_NAME[seen["kind"]].giver or ""][0]
        party = with_knowledge(party, named)
        if said.get("means_sme") and seen["phase"] == "listed":
            lists.append([said.get("valid_from"), said.get("valid_until"), "yes", said["list_name"]])
        if named.get("sme", "unknown") != "unknown":
            sizes.append([named.get("sme_on"), said.get("valid_until"), named["sme"], named.get("sme_by")])
    if not party:
        return None
    told = {name: party[name] for name in ("key", "credit_code", "party_type", "region") if party.get(name)}
    return {**told, "evidence": [*sorted(lists, key=encode), *sorted(sizes, key=newest_first)]}


def newest_first(size: list[str | None]) -> tuple[int, bytes]:
    """Of two statements of size the newer counts; an undated one comes last."""
    return (-span(size[0])[0] if size[0] else 0, encode(size))


def internal(kind: str, name: str, subject: str, sequence: int, received_at: str, **more: Any) -> Output:
    """A sighting of the hub's own, on its way to another dossier."""
    return Output(
        SIGHTING.name,
        subject.encode(),
        encode(
            {
                "id": f"hub|{kind}|{name}",
                "subject": subject,
                "kind": kind,
                "phase": "",
                "sequence": sequence,
                "definition": 1,
                "authority": "register",
                "received_at": received_at,
                **more,
            }
        ),
    )
