"""Normalise 解读: raw records → sightings, one for each subject; a subject that a record no longer names gets an absent mark.

Keeps for each record the rank of its last good statement, the subjects that it described, and the kinds as which it
once described them: a kind that a record no longer states must weigh as much as ever, or the revision of its
withdrawal would fall. A record that cannot be understood is a dead letter, and its last good statement stands; a later
state that is understood closes the letter, by a null under the letter's key. Rulings of the desk (值班台) need no
definition: they become the hub's own ``ruling`` sightings of their subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from schemas.errors import Reject
from schemas.kinds.occurrence import Occurrence, Secrecy
from schemas.records.base import Record
from schemas.records.evidence import Evidence, public_address
from schemas.records.raw import RawRecord
from schemas.records.ruling import DESK, RULINGS, Ruling
from schemas.records.sighting import SIGHTINGS, RulingStatement, Sighting
from schemas.source.model import Feed, Source
from schemas.source.reading import Reader
from schemas.topics import NORMALISE_STATE, SIGHTING
from schemas.wire import encode, load
from streams.processor import Context, InputRecord, Output, dead_letter, superseded

# Of (subject, kind) pairs that a record left: a record whose key the platform uses again for ever stays small. A pair
# older than these is forgotten; should the record return to that subject, its withdrawal may repeat a revision.
MOST_LEFT = 1_000
LONGEST_KEY = 1_000  # bytes of a record's name: it stands in keys and indexes


class Described(NamedTuple):
    """One statement of a record by its place: the subject, the kind and the phase."""

    subject: str
    kind: str
    phase: str


class Remembered(Record, frozen=True):
    """What is kept of a record: the rank of its last good statement, what it described then, and what it left."""

    sequence: int = 0
    definition: int = 0
    described: tuple[Described, ...] = ()
    left: tuple[tuple[str, str], ...] = ()  # (subject, kind) pairs of earlier states, the latest last
    refused: bool = False  # a later state was refused, and its dead letter is open

    @property
    def rank(self) -> tuple[int, int]:
        return (self.sequence, self.definition)

    def followed_by(self, described: tuple[Described, ...]) -> tuple[tuple[str, str], ...]:
        """The pairs that are left when the record describes this now."""
        if not self.left and self.described in ((), described):  # as most records, which always describe the same
            return ()
        now = {(one.subject, one.kind) for one in described}
        before = (*self.left, *((one.subject, one.kind) for one in self.described))
        left = dict.fromkeys(reversed([pair for pair in before if pair not in now]))
        return tuple(reversed([*left][:MOST_LEFT]))


NEVER_SEEN = Remembered()


class Envelope(NamedTuple):
    """What all sightings of one raw record have in common."""

    id: str
    sequence: int
    definition: int
    authority: str
    received_at: str
    url: str
    evidence: Evidence
    secrecy: Secrecy = "public"
    synthetic: bool = False


class Origin(NamedTuple):
    """A feed's definition, made ready, and its platform."""

    source: Source
    feed: Feed
    reader: Reader


class Normalise:
    """One partition of records (``streams.processor.Processor``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.kept: dict[bytes, bytes] = {}
        self.origins: dict[tuple[str, str], Origin] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value

    def restored(self) -> None:
        """It needs no more."""

    def size(self) -> tuple[int, int]:
        return len(self.kept), sum(map(len, self.kept.values()))

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        outputs: list[Output] = []
        changed: set[bytes] = set()
        for record in records:
            before = self.remembered(record.key)
            try:
                sightings = self.sightings(record, before)
            except Reject as reject:
                outputs.append(dead_letter("normalise", record, reject))
                if not before.refused:
                    changed.add(record.key)
                    self.kept[record.key] = encode(replace(before, refused=True))
                continue
            if sightings is None:
                self.unchanged += 1
                continue
            self.understood += 1
            changed.add(record.key)
            outputs += (Output(SIGHTING.name, one.subject.encode(), encode(one)) for one in sightings)
            if before.refused:
                outputs.append(superseded("normalise", record))
        outputs += [Output(NORMALISE_STATE.name, key, self.kept[key], self.partition) for key in changed]
        return outputs

    def sightings(self, record: InputRecord, before: Remembered) -> list[Sighting] | None:
        """The statements that one raw record now makes and no longer makes; None when they are held already. Raises ``Reject``."""
        raw = opened(record)
        if (raw.source, raw.feed) == (DESK, RULINGS):
            return self.ruled(record.key, raw, before)
        source, feed, reader = self.origin(raw.source, raw.feed)
        if (raw.sequence, feed.definition) <= before.rank:
            return None
        if raw.absent and feed.absence.means == "nothing":  # a page that vanished is not a fact that was withdrawn
            return None
        envelope = Envelope(
            record.key.decode(), raw.sequence, feed.definition, source.authority, raw.fetched_at,
            public_address(raw.url, raw.evidence), raw.evidence,
            secrecy=feed.secrecy, synthetic=source.id in self.context.synthetic_sources,
        )  # fmt: skip
        now: dict[Described, Occurrence] = {}
        for statement in () if raw.absent else reader.read(raw.content).statements:
            for subject in statement.said.subjects():
                now[Described(subject, statement.kind, statement.phase)] = statement.said
        return self.told(record.key, before, latest_of_each_subject(now), envelope)

    def ruled(self, key: bytes, raw: RawRecord, before: Remembered) -> list[Sighting] | None:
        """The statement of a ruling, or its withdrawal; None when it is held already. Raises ``Reject``."""
        if raw.sequence <= before.sequence:
            return None
        name = f"hub|ruling|{raw.record}"
        envelope = Envelope(name, raw.sequence, 1, "register", raw.fetched_at, raw.url, raw.evidence)
        if raw.absent:
            return self.told(key, before, {}, envelope)
        ruling = ruling_in(raw.content)
        said = RulingStatement(kind=ruling.kind, action=ruling.action, members=tuple(sorted(ruling.members)))
        return self.told(key, before, {Described(ruling.subject, "ruling", ""): said}, envelope)

    def told(
        self, key: bytes, before: Remembered, now: Mapping[Described, Record], envelope: Envelope
    ) -> list[Sighting]:
        """A sighting for each subject, and an absent mark for each that the record no longer describes."""
        described = tuple(now)
        left = before.followed_by(described)
        formerly: dict[str, tuple[str, ...]] = {}
        for subject, kind in sorted(left):
            formerly[subject] = (*formerly.get(subject, ()), kind)
        subjects = {one.subject for one in now}
        gone = [one for one in before.described if one.subject not in subjects]
        self.kept[key] = encode(Remembered(envelope.sequence, envelope.definition, described, left))
        said = [sighting(one, formerly, envelope, statement) for one, statement in now.items()]
        return said + [sighting(one, formerly, envelope, None) for one in gone]

    def remembered(self, key: bytes) -> Remembered:
        kept = self.kept.get(key)
        return load(Remembered, kept) if kept else NEVER_SEEN

    def origin(self, source_id: str, feed_id: str) -> Origin:
        """A feed's definition, made ready. Raises ``Reject`` for what nobody defined."""
        found = self.origins.get((source_id, feed_id))
        if found is None:
            source = self.context.sources.get(source_id)
            if source is None or feed_id not in source.feeds:
                raise Reject(
                    "source_unknown",
                    f"no definition for {source_id}/{feed_id}; known: {', '.join(self.context.sources)}",
                )
            feed = source.feeds[feed_id]
            found = self.origins[source_id, feed_id] = Origin(source, feed, Reader(feed))
        return found


def opened(record: InputRecord) -> RawRecord:
    """The raw record. Raises ``Reject``: json_invalid, raw_record_shape."""
    try:
        raw = load(RawRecord, record.value or b"")
    except msgspec.ValidationError as error:
        raise Reject("raw_record_shape", f"no raw record: {error}") from None
    except ValueError as error:
        raise Reject("json_invalid", f"not JSON: {error}") from None
    if not (raw.source and raw.feed and raw.sequence and raw.fetched_at):
        raise Reject("raw_record_shape", "no raw record: source, feed, sequence and fetched_at must say something")
    if len(record.key) > LONGEST_KEY:
        raise Reject("record_key_too_long", f"{len(record.key)} bytes; accepted: {LONGEST_KEY}")
    return raw


def ruling_in(content: Mapping[str, Any]) -> Ruling:
    """The ruling, checked. Raises ``Reject``."""
    try:
        return msgspec.convert(content, Ruling)
    except msgspec.ValidationError as error:
        raise Reject("ruling_shape", f"no ruling: {error}") from None


def latest_of_each_subject(now: Mapping[Described, Occurrence]) -> Mapping[Described, Occurrence]:
    """One statement a subject: of several in one record the last one holds."""
    if len(now) < 2:
        return now
    latest = {one.subject: (one, said) for one, said in now.items()}
    return dict(latest.values())


def sighting(
    one: Described, formerly: Mapping[str, tuple[str, ...]], envelope: Envelope, statement: Record | None
) -> Sighting:
    """One sighting of the kind's own class; absent without a statement."""
    return SIGHTINGS[one.kind](
        id=envelope.id,
        subject=one.subject,
        phase=one.phase,
        sequence=envelope.sequence,
        definition=envelope.definition,
        authority=envelope.authority,
        received_at=envelope.received_at,
        url=envelope.url,
        evidence=envelope.evidence,
        absent=statement is None,
        formerly=formerly.get(one.subject, ()),
        secrecy=envelope.secrecy,
        synthetic=envelope.synthetic,
        statement=statement,
    )
