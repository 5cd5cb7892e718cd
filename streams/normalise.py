"""Normalise 解读: raw records → sightings, one for each subject; what a record no longer says becomes an absent mark.

Keeps for each record the rank of its last good statement, the subjects it spoke of, and as what it once spoke of them:
a kind that a record no longer states must weigh as much as ever, or the revision of its withdrawal would fall. A record that cannot be
understood is a dead letter, and its last good statement stands. Rulings of the desk (值班台) need no definition: they
become the hub's own ``ruling`` sightings of the subject they are about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from schemas.errors import Reject
from schemas.kinds.occurrence import Occurrence
from schemas.records.ruling import DESK, RULINGS, Ruling
from schemas.source.model import Source
from schemas.source.reading import Reader
from schemas.topics import NORMALISE_STATE, SIGHTING
from schemas.wire import decode, encode
from streams.verb import Context, Output, Record, dead_letter

NEEDED = ("source", "feed", "sequence", "fetched_at", "evidence")  # of a raw record, beside its content


class Kept(NamedTuple):
    """What is remembered of a record."""

    sequence: int = 0
    definition: int = 0
    spoken: Sequence[tuple[str, str, str]] = ()  # subject, kind, phase, as last spoken of
    formerly: Mapping[str, Sequence[str]] = MappingProxyType({})  # subject → kinds that are not stated any more


class Normalise:
    """One partition of records (``streams.verb.Verb``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.kept: dict[bytes, bytes] = {}
        self.readers: dict[tuple[str, str], tuple[Source, Reader]] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value

    def size(self) -> tuple[int, int]:
        return len(self.kept), sum(map(len, self.kept.values()))

    def apply(self, records: Sequence[Record]) -> list[Output]:
        outputs: list[Output] = []
        changed: set[bytes] = set()
        for record in records:
            try:
                said = self.sightings(record)
            except Reject as reject:
                outputs.append(dead_letter("normalise", record, reject))
                continue
            if said is None:
                self.unchanged += 1
                continue
            self.understood += 1
            changed.add(record.key)
            outputs += said
        outputs += [Output(NORMALISE_STATE.name, key, self.kept[key], self.partition) for key in changed]
        return outputs

    def sightings(self, record: Record) -> list[Output] | None:
        """What one raw record says now and no longer says; None when that is known. Raises ``Reject``."""
        raw = opened(record)
        if (raw["source"], raw["feed"]) == (DESK, RULINGS):
            return self.ruled(record, raw)
        source, reader = self.reader(raw["source"], raw["feed"])
        sequence, definition = int(raw["sequence"]), reader.feed.definition
        before = self.remembered(record.key)
        if (sequence, definition) <= before[:2]:
            return None
        now: dict[str, tuple[str, str, dict[str, Any]]] = {}
        if not raw.get("absent"):
            for kind, phase, statement in reader.read(raw["content"]).statements:
                said = statement.model_dump(mode="json", exclude_unset=True, exclude_none=True)
                for subject in subjects(statement):
                    now[subject] = (kind, phase, said)
        elif reader.feed.absence.means == "nothing":  # a page that vanished is not a fact that was withdrawn
            return None
        envelope = {
            "id": record.key.decode(),
            "sequence": sequence,
            "definition": definition,
            "authority": source.authority,
            "received_at": raw["fetched_at"],
            "url": raw["url"],
            "evidence": raw["evidence"],
            "synthetic": source.id in self.context.synthetic_sources,
        }
        spoken = [(subject, kind, phase) for subject, (kind, phase, _) in now.items()]
        former = former_kinds(before, spoken)
        outputs = [
            sighted(envelope, subject, kind, phase, formerly=former.get(subject), statement=said)
            for subject, (kind, phase, said) in now.items()
        ]
        outputs += [
            sighted(envelope, subject, kind, phase, formerly=former.get(subject), absent=True)
            for subject, kind, phase in before.spoken
            if subject not in now
        ]
        self.kept[record.key] = encode(tuple(Kept(sequence, definition, spoken, former)))
        return outputs

    def ruled(self, record: Record, raw: dict[str, Any]) -> list[Output] | None:
        """What a ruling says, or that it was undone; None when that is known. Raises ``Reject``."""
        before, sequence = self.remembered(record.key), int(raw["sequence"])
        if sequence <= before.sequence:
            return None
        envelope = {
            "id": f"hub|ruling|{raw['record']}",
            "sequence": sequence,
            "definition": 1,
            "authority": "register",
            "received_at": raw["fetched_at"],
            "url": raw["url"],
            "evidence": raw["evidence"],
            "synthetic": False,
        }
        spoken = before.spoken
        if raw.get("absent"):
            outputs = [sighted(envelope, subject, kind, phase, absent=True) for subject, kind, phase in spoken]
            spoken = []
        else:
            ruling = ruling_in(raw["content"])
            said = {"kind": ruling.kind, "action": ruling.action, "members": sorted(ruling.members)}
            outputs = [sighted(envelope, ruling.subject, "ruling", "", statement=said)]
            spoken = [(ruling.subject, "ruling", "")]
        self.kept[record.key] = encode(tuple(Kept(sequence, 1, spoken, {})))
        return outputs

    def remembered(self, key: bytes) -> Kept:
        kept = self.kept.get(key)
        return Kept(*decode(kept)) if kept else Kept()

    def reader(self, source_id: str, feed_id: str) -> tuple[Source, Reader]:
        """A feed's definition, made ready. Raises ``Reject`` for what nobody defined."""
        found = self.readers.get((source_id, feed_id))
        if found is None:
            source = self.context.sources.get(source_id)
            if source is None or feed_id not in source.feeds:
                raise Reject(
                    "source_unknown",
                    f"no definition for {source_id}/{feed_id}; known: {', '.join(self.context.sources)}",
                )
            found = self.readers[source_id, feed_id] = (source, Reader(source.feeds[feed_id]))
        return found


def opened(record: Record) -> dict[str, Any]:
    """The raw record, as far as its form can be trusted. Raises ``Reject``."""
    try:
        raw = decode(record.value or b"")
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    if not isinstance(raw, dict) or not all(map(raw.get, NEEDED)) or not isinstance(raw.get("content"), dict):
        raise Reject("raw_record_shape", f"no raw record: {', '.join(NEEDED)}, content")
    return raw


def ruling_in(content: dict[str, Any]) -> Ruling:
    """The ruling, checked. Raises ``Reject``."""
    try:
        return Ruling.model_validate_json(encode(content))
    except ValidationError as error:
        first = error.errors()[0]
        raise Reject("ruling_shape", f"{'.'.join(map(str, first['loc']))} of a ruling: {first['msg']}") from None


def subjects(statement: Occurrence) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement.subjects()))


def former_kinds(before: Kept, spoken: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """By subject the kinds as which a record once spoke of it, and does not now."""
    now = {subject: kind for subject, kind, _ in spoken}
    once = {(subject, kind) for subject, kinds in before.formerly.items() for kind in kinds}
    once |= {(subject, kind) for subject, kind, _ in before.spoken}
    former: dict[str, list[str]] = {}
    for subject, kind in sorted(once):
        if now.get(subject) != kind:
            former.setdefault(subject, []).append(kind)
    return former


def sighted(
    envelope: dict[str, Any], subject: str, kind: str, phase: str, formerly: Sequence[str] | None = None, **more: Any
) -> Output:
    """One sighting, under its subject (``schemas.records.sighting.Sighting``)."""
    said = {**envelope, "subject": subject, "kind": kind, "phase": phase, **more}
    return Output(SIGHTING.name, subject.encode(), encode(said | ({"formerly": formerly} if formerly else {})))
