"""Fold 归卷: a sighting goes into the dossier of its subject; what changes in what it says is published.

A dossier is a function of the set of sightings, and so is everything that is current. Every subject of a batch is
resolved once, after all its sightings are in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from schemas import topics
from schemas.errors import Reject
from schemas.records.sighting import SIGHTING, Sighting
from schemas.subjects import is_party
from schemas.wire import encode
from streams.dossier.dossier import Dossier
from streams.dossier.enquiries import enquiry, unknown_parties
from streams.dossier.named_parties import renewal
from streams.dossier.party_profile import answers, party_of, party_profile
from streams.dossier.publication import Publication
from streams.dossier.relations import MOST_DECIDING
from streams.dossier.stored import StoredDossiers
from streams.processor import Context, InputRecord, Output, dead_letter, floor_of

MOST_RENEWED: Final = 4_000  # subjects that one batch resolves again because of profiles


class Touched:
    """A subject on its way through a batch: its sightings, and the enquiries and profiles that are new to it."""

    __slots__ = ("dossier", "news", "askers", "profiled")

    def __init__(self) -> None:
        self.dossier: Dossier | None = None
        self.news: dict[str, tuple[Sighting, bytes]] = {}
        self.askers: list[str] = []
        self.profiled: dict[str, None] = {}


class Batch:
    """What the records of a batch touch.

    ``renewed``: parties whose profiles changed, each with the subject after which those that name it are to be resolved
    again.
    """

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.touched: dict[str, Touched] = {}
        self.renewed: dict[str, str] = {}

    def touch(self, subject: str) -> Touched:
        touched = self.touched.get(subject)
        if touched is None:
            touched = self.touched[subject] = Touched()
        return touched


class Fold:
    """One partition of subjects (``streams.processor.Processor``)."""

    def __init__(self, partition: int, context: Context) -> None:
        self.partition, self.context = partition, context
        self.understood = self.unchanged = 0
        self.generation = context.generation
        self.stored = StoredDossiers(partition, context.pages)
        self.accepting = {"enquiry": self.asked, "profile": self.told, "renewal": self.renew}

    def restore(self, key: bytes, value: bytes | None) -> None:
        self.stored.restore(key, value)

    def restored(self) -> None:
        self.stored.restored()

    def size(self) -> tuple[int, int]:
        return self.stored.size()

    def apply(self, records: Sequence[InputRecord]) -> list[Output]:
        batch = Batch()
        for record in records:
            try:
                sighting = opened(record)
            except Reject as reject:
                batch.outputs.append(dead_letter("fold", record, reject))
                continue
            accept = self.accepting.get(sighting.kind, self.sighted)
            if accept(sighting, record.value or b"", batch):
                self.understood += 1
            else:
                self.unchanged += 1
        self.touch_renewed(batch)
        for subject, touched in batch.touched.items():
            batch.outputs += self.resolved(subject, touched)
        self.stored.close()
        return batch.outputs

    def sighted(self, sighting: Sighting, value: bytes, batch: Batch) -> bool:
        """Put a source's statement into the dossier of its subject; False if it says nothing new."""
        subject, touched = sighting.subject, batch.touch(sighting.subject)
        if touched.dossier is None:
            touched.dossier = self.stored.dossier(subject)
        if not touched.dossier.accepts(sighting):
            return False
        touched.dossier.put(sighting)
        touched.news[sighting.id] = (sighting, value)
        named = self.stored.named
        for party in unknown_parties(sighting):
            if output := self.stored.put_named(party, subject):
                batch.outputs.append(output)
                if named.is_new(party):
                    batch.outputs.append(sent(enquiry(subject, party)))
                if named.rank(party):
                    touched.profiled[party] = None
        return True

    def asked(self, sighting: Sighting, value: bytes, batch: Batch) -> bool:
        """A subject enquires about a party of this partition."""
        output = None if sighting.absent else self.stored.put_enquiry(sighting.subject, sighting.statement.subject)
        if output is None:
            return False
        batch.outputs.append(output)
        batch.touch(sighting.subject).askers.append(sighting.statement.subject)
        return True

    def told(self, sighting: Sighting, value: bytes, batch: Batch) -> bool:
        """The answer to an enquiry: every subject of this partition that names the party is to be resolved again."""
        output = self.stored.put_told(sighting, value)
        if output is None:
            return False
        batch.outputs.append(output)
        batch.renewed[party_of(sighting)] = ""
        return True

    def renew(self, sighting: Sighting, value: bytes, batch: Batch) -> bool:
        """Go on with those subjects, unless the profile has changed again since."""
        if sighting.absent or sighting.sequence != self.stored.named.rank(sighting.statement.key):
            return False
        batch.renewed.setdefault(sighting.statement.key, sighting.statement.after)
        return True

    def touch_renewed(self, batch: Batch) -> None:
        """Touch the subjects that name a party whose profile changed; for those beyond the number send a renewal."""
        named, most = self.stored.named, MOST_RENEWED
        for party, after in batch.renewed.items():
            subjects = named.naming(party, after, most)
            most -= len(subjects)
            for subject in subjects:
                batch.touch(subject).profiled[party] = None
            last = subjects[-1] if subjects else after
            if following := named.naming(party, last, 1):
                batch.outputs.append(sent(renewal(party, following[0], last, named.rank(party))))

    def resolved(self, subject: str, touched: Touched) -> Iterator[Output]:
        """What one subject's new sightings, profiles and askers give, its state included."""
        stored, dossier = self.stored, touched.dossier
        if touched.profiled:
            dossier = dossier or stored.dossier(subject)
            for party in touched.profiled:
                dossier.profile_changed(party)
        if dossier is not None:
            if touched.news or touched.profiled:
                yield from self.published(dossier)
                yield from (stored.put_sighting(subject, *news) for news in touched.news.values())
            stored.keep_at_hand(dossier)
        yield from self.answered(subject, dossier if touched.news else None, touched.askers)

    def published(self, dossier: Dossier) -> Iterator[Output]:
        """What the dossier says now and did not say before."""
        named, subject = self.stored.named, dossier.subject
        publication = Publication(
            dossier,
            self.stored.published(subject),
            named.profiles(subject),
            floor_of(self.generation) + named.clock,
            self.context.partitions,
        )
        yield from publication.outputs()
        for name, published in publication.after.items():
            yield self.stored.put_published(subject, name, published)

    def answered(self, subject: str, dossier: Dossier | None, askers: Sequence[str]) -> Iterator[Output]:
        """The profile of a party: to every subject that ever enquired when it changed, else to those that enquire now."""
        if not is_party(subject):
            return
        before = now = self.stored.party_profile(subject)
        if dossier is not None and (rank := dossier.rank()) != before.rank:
            now = party_profile(dossier.describing[:MOST_DECIDING], rank, dossier.newest)
            yield self.stored.put_party_profile(subject, now)
        if now.rank:
            asking = askers if now.says_what(before) else self.stored.askers(subject)
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
