"""Fold 归卷: a sighting goes into the dossier of its subject; what changes in what it says is published.

A dossier is a function of the set of sightings, and so is everything that is current. Every subject of a batch is
resolved once, after all its sightings are in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas import topics
from schemas.errors import Reject
from schemas.records.sighting import SIGHTING, Sighting
from schemas.wire import encode
from streams.dossier.dossier import Dossier
from streams.dossier.enquiries import enquiry
from streams.dossier.party_profile import answers, party_profile
from streams.dossier.publication import Publication
from streams.dossier.relations import MOST_DECIDING
from streams.dossier.stored import StoredDossiers
from streams.processor import Context, InputRecord, Output, dead_letter, floor_of


class Touched:
    """A subject on its way through a batch: its sightings taken in, whom to ask, and who newly asks about it."""

    def __init__(self) -> None:
        self.dossier: Dossier | None = None
        self.news: dict[str, tuple[Sighting, bytes]] = {}
        self.asking: dict[str, None] = {}  # parties about whom the subject asks
        self.askers: list[str] = []


class Fold:
    """One partition of subjects (``streams.processor.Processor``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.stored = StoredDossiers(partition)

    def restore(self, key: bytes, value: bytes | None) -> None:
        self.stored.restore(key, value)

    def size(self) -> tuple[int, int]:
        return self.stored.size()

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        outputs: list[Output] = []
        touched: dict[str, Touched] = {}
        for record in records:
            try:
                sighting = opened(record)
            except Reject as reject:
                outputs.append(dead_letter("fold", record, reject))
                continue
            work = touched.setdefault(sighting.subject, Touched())
            if self.accept(sighting, record.value or b"", work):
                self.understood += 1
            else:
                self.unchanged += 1
        for subject, work in touched.items():
            outputs += self.resolved(subject, work)
        return outputs

    def accept(self, sighting: Sighting, value: bytes, work: Touched) -> bool:
        """Put a sighting where it belongs; False if it says nothing new."""
        subject = sighting.subject
        if sighting.kind == "enquiry":
            if sighting.absent or not self.stored.enquiries.accept(subject, sighting.statement.subject):
                return False
            work.askers.append(sighting.statement.subject)
            return True
        if work.dossier is None:
            work.dossier = self.stored.dossier(subject)
        if not work.dossier.accepts(sighting):
            return False
        work.asking |= dict.fromkeys(work.dossier.put(sighting))
        work.news[sighting.id] = (sighting, value)
        return True

    def resolved(self, subject: str, work: Touched) -> Iterator[Output]:
        """What one subject's new sightings and askers give, its state included."""
        stored, dossier = self.stored, work.dossier
        yield from (stored.put_enquiry(subject, asker) for asker in work.askers)
        if dossier is not None and work.news:
            yield from self.published(dossier)
            yield from (sent(enquiry(subject, key)) for key in work.asking)
            yield from (stored.put_sighting(subject, *news) for news in work.news.values())
        if dossier is not None:
            stored.keep_at_hand(dossier)
        yield from self.answered(subject, dossier if work.news else None, work.askers)

    def published(self, dossier: Dossier) -> Iterator[Output]:
        """What the dossier says now and did not say before."""
        before = self.stored.published(dossier.subject)
        publication = Publication(dossier, before, floor_of(self.generation), self.context.partitions)
        yield from publication.outputs()
        for name, published in publication.after.items():
            yield self.stored.put_published(dossier.subject, name, published)

    def answered(self, subject: str, dossier: Dossier | None, askers: Sequence[str]) -> Iterator[Output]:
        """What is known of a party: to everybody who ever asked when it changed, else to those who ask now."""
        before = now = self.stored.party_profile(subject)
        if dossier is not None and (rank := dossier.rank()) != before.rank:
            now = party_profile(dossier.describing[:MOST_DECIDING], rank, dossier.newest)
            yield self.stored.put_party_profile(subject, now)
        if now.rank:
            everybody = self.stored.enquiries.of(subject)
            asking = askers if now.says_what(before) else everybody
            yield from map(sent, answers(subject, now, before, asking))


def opened(record: InputRecord) -> Sighting:
    """The sighting. Raises ``Reject``: json_invalid, kind_unknown, record_shape."""
    sighting = SIGHTING.decode(record.value or b"")
    if sighting.subject.encode() != record.key:
        raise Reject("record_shape", f"a sighting of {sighting.subject[:80]!r} stands under the key of another subject")
    if sighting.statement is None and not sighting.absent:
        raise Reject("record_shape", "a sighting that is not absent has a statement")
    return sighting


def sent(sighting: Sighting) -> Output:
    """A sighting of the hub's own, on its way to another dossier."""
    return Output(topics.SIGHTING.name, sighting.subject.encode(), encode(sighting))
