"""Fold 卷宗: a sighting goes into the dossier of its subject; what the dossier then says is published as a difference.

Keeps for each subject its dossier and an index of what was said of it, kind by kind. The dossier is a function of the
set of sightings, and so is everything that is current. Only kinds whose revision rose are concluded again: equal
revisions say the same. What is no longer concluded is published once more, as withdrawn or as a redirect; its
contributions with ``live`` False. A contribution is published when more than its revision changed.

Who asked about a party (``streams/standing.py``) is kept beside its dossier, one state record a mention: a bank that
takes thousands of patents as security is no larger a dossier for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.errors import Reject
from schemas.kinds import BY_NAME
from schemas.topics import CONTRIBUTION, DEMAND, EVENTS, FOLD_STATE, SUPPLY, partition_of
from schemas.wire import decode, digest, encode
from streams.conclude import INTERNAL, Conclusions, Document, Sorted, events_of, sort_out
from streams.contributions import key_of, spread
from streams.curate import cards_of
from streams.identity import Seen
from streams.masking import masked, may_name_a_person
from streams.standing import Askers, answers, asked, is_asker, known_of, state_of
from streams.processor import Context, Output, Record, cloud_event, dead_letter, floor_of

TOPIC = {**{name: topic.name for name, topic in EVENTS.items()}, "supply": SUPPLY.name, "demand": DEMAND.name}
NEEDED = ("id", "subject", "kind", "sequence", "definition", "received_at")  # of a sighting
Kept = dict[
    str, Any
]  # sightings by id; said: what went out, by kind; asked: parties; answered: rank of the last standing


def fresh() -> Kept:
    return {"sightings": {}, "said": {}, "asked": [], "answered": 0}


class Touched(NamedTuple):
    """A dossier on its way through a batch: the statements taken in, and who newly asks about this party."""

    kept: Kept
    new: list[Seen]
    mentions: list[Seen]


class Fold:
    """One partition of subjects (``streams.processor.Processor``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.kept: dict[bytes, bytes] = {}
        self.askers = Askers()

    def restore(self, key: bytes, value: bytes | None) -> None:
        if is_asker(key):
            self.askers.restore(key, value)
        elif value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value

    def size(self) -> tuple[int, int]:
        return len(self.kept), sum(map(len, self.kept.values()))

    def apply(self, records: Sequence[Record]) -> list[Output]:
        """Every subject of the batch is concluded once, after all its sightings are in."""
        outputs: list[Output] = []
        touched: dict[bytes, Touched] = {}
        for record in records:
            try:
                seen = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("fold", record, reject))
                continue
            work = touched.get(record.key)
            if work is None:
                work = touched[record.key] = Touched(self.dossier(record.key), [], [])
            is_mention = seen["kind"] == "mention"
            if not (self.askers.accepted(record.key, seen) if is_mention else accepted(work.kept, seen)):
                self.unchanged += 1
                continue
            self.understood += 1
            (work.mentions if is_mention else work.new).append(seen)
        for key, work in touched.items():
            outputs += self.concluded(key, work)
        return outputs

    def dossier(self, key: bytes) -> Kept:
        stored = self.kept.get(key)
        return decode(stored) if stored else fresh()

    def concluded(self, key: bytes, work: Touched) -> list[Output]:
        """What one subject's new statements and askers give, its state included."""
        subject, kept = key.decode(), work.kept
        asking = [mention["statement"]["subject"] for mention in work.mentions]
        outputs = [self.stored(state_of(subject, one), b"1") for one in asking]
        known = known_of(subject, kept["sightings"].values())
        outputs += answers(known, asking if known.rank == kept["answered"] else self.askers.of(key))
        if work.new:
            outputs += self.published(subject, kept, self.kept.get(key))
            outputs += asked(subject, kept["asked"], work.new)
            kept["answered"] = known.rank
            self.kept[key] = encode(kept)
            outputs.append(self.stored(key, self.kept[key]))
        return outputs

    def published(self, subject: str, kept: Kept, stored: bytes | None) -> list[Output]:
        """What the dossier says now and did not say before; the index of what was said is brought up to date."""
        dossier = sort_out(subject, kept["sightings"].values(), floor_of(self.generation))
        now, old, index, outputs = Says(dossier), None, kept["said"], list[Output]()
        for kind in dossier.kinds:
            revision, before = dossier.revision(kind), index.get(kind, SILENT)
            if revision == before["revision"]:
                continue
            documents, contributions = now.of(kind)
            marks = {key: mark(made) for key, made in contributions.items()}
            outputs += map(announced, documents.values())
            changed = (key for key in marks if before["counted"].get(key) != marks[key])
            outputs += [self.counted(contributions[key]) for key in changed]
            gone = sorted(set(before["ids"]) - documents.keys())
            uncounted = sorted(before["counted"].keys() - marks.keys())
            if gone or uncounted:  # rare: only then is the old dossier opened again, for its last words
                old = old or Says(sort_out(subject, decode(stored or encode(fresh()))["sightings"].values()))
                last_said, last_counted = old.of(kind)
                outputs += [announced(withdrawn(last_said[name], revision)) for name in gone]
                outputs += [self.counted(dead(last_counted[key], revision)) for key in uncounted]
            index[kind] = {"revision": revision, "ids": list(documents), "counted": marks}
        return outputs

    def counted(self, made: Document) -> Output:
        place = partition_of(made["indicator"], self.context.partitions)
        return Output(CONTRIBUTION.name, key_of(made).encode(), encode(made), place)

    def stored(self, key: bytes, value: bytes) -> Output:
        return Output(FOLD_STATE.name, key, value, self.partition)


SILENT: Document = {"revision": 0, "ids": (), "counted": {}}  # of a kind of which nothing was said yet


class Said(NamedTuple):
    """What a dossier says of one kind: events or cards and redirects by id, contributions by key."""

    documents: dict[str, Document]
    contributions: dict[str, Document]


class Says:
    """What a dossier says, kind by kind, as far as it is asked."""

    def __init__(self, dossier: Sorted) -> None:
        self.dossier = dossier
        self.events: dict[str, Conclusions] = {}

    def of(self, kind: str) -> Said:
        concluded = self.concluded(kind)
        documents = dict(concluded.documents)
        for name, home in concluded.redirects.items():
            if name not in documents:
                documents[name] = {**documents[home], "id": name, "state": "merged", "merged_into": home}
        contributions = {
            key_of(made): made
            for name, document in concluded.documents.items()
            for made in spread(document, concluded.members[name])
        }
        return Said(documents, contributions)

    def concluded(self, kind: str) -> Conclusions:
        if kind not in self.events:
            self.events[kind] = (
                cards_of(self.dossier, kind, self.history() if kind == "supply" else ())
                if BY_NAME[kind].is_listing
                else events_of(self.dossier, kind)
            )
        return self.events[kind]

    def history(self) -> list[Document]:
        """All that happened to a patent: its card shows what became of it."""
        kinds = (kind for kind in self.dossier.live if not BY_NAME[kind].is_listing)
        return [event for kind in kinds for event in self.concluded(kind).documents.values()]


def announced(document: Document) -> Output:
    """A public record with its CloudEvents headers."""
    topic, name, value = TOPIC[document["kind"]], document["id"], encode(document)
    if may_name_a_person(value):
        value = encode(masked(document))
    headers = cloud_event(topic, name, document["revision"], document["received_at"])
    return Output(topic, name.encode(), value, headers=headers)


def mark(made: Document) -> str:
    """By which a contribution is known again: everything but its revision, which rises without a change too."""
    return digest({**made, "revision": 0})[:16]


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
    if not isinstance(seen, dict) or not all(map(seen.get, NEEDED)):
        raise Reject("sighting_shape", f"no sighting: {', '.join(NEEDED)}")
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
