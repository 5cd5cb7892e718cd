"""Stored dossiers: what one partition keeps of its subjects, on pages; those touched last also at hand as objects.

Records of the state topic, their keys beginning with

    s|  a sighting, verbatim as it was received     [subject, id of the record]
    d|  what was published of an event or a listing [subject, its id]
    p|  what is known of a party                    [subject]
    q|  an enquiry about a party                    [subject, who asks]
    n|  a subject names a party                     [party, subject]
    t|  a party's profile, verbatim as received     [party, secrecy]

so that a subject with very many sightings writes no more for a new one than any other, and what a later release adds
to a sighting survives this one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from schemas.records.sighting import SIGHTING, Sighting
from schemas.topics import FOLD_STATE
from schemas.wire import decode, encode, load
from streams.dossier.dossier import Dossier
from streams.dossier.named_parties import NamedParties
from streams.dossier.packed_file import packed_pages
from streams.dossier.pages import Pages
from streams.dossier.party_profile import NOTHING_KNOWN, PartyProfile, party_of
from streams.dossier.publication import Published
from streams.dossier.unsorted import Unsorted
from streams.processor import Output

SIGHTED, PUBLISHED, KNOWN, ASKED, NAMED, TOLD = b"s|", b"d|", b"p|", b"q|", b"n|", b"t|"
LARGE = 64  # sightings from which a dossier is a large one: making it anew takes milliseconds
OPEN_AFTER_BATCH, OPEN_IN_RESTORE = 4 << 20, 256 << 10  # bytes of pages that were used last
MOST_SMALL, MOST_LARGE = 8_000, 200_000  # sightings of the dossiers at hand, about 3 kB each


class StoredDossiers:
    """The subjects of one partition. ``folder``: where the file of its pages lies; None: in memory."""

    def __init__(self, partition: int, folder: Path | None = None) -> None:
        self.partition, self._folder = partition, folder
        self.pages = Pages(packed_pages(folder))
        self.named = NamedParties(self.pages)
        self._unsorted: Unsorted | None = None
        self._records = self._bytes = 0
        self._small, self._large = AtHand(MOST_SMALL), AtHand(MOST_LARGE)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic; those of an earlier form, which a rebuild left without a value, are passed over."""
        kind = key[:2]
        if kind in (SIGHTED, PUBLISHED, KNOWN, ASKED, NAMED, TOLD):
            owner, *name = decode(key[2:])
            self._unsorted = self._unsorted or Unsorted(packed_pages(self._folder))
            self._unsorted.put(kind, owner, "".join(name), value)

    def restored(self) -> None:
        """All records were given: sort them into pages."""
        unsorted, self._unsorted = self._unsorted, None
        for group in unsorted.groups() if unsorted else ():
            for record in group:
                self._keep(*record)
            self.pages.close(OPEN_IN_RESTORE)

    def size(self) -> tuple[int, int]:
        """How many records it keeps, and the bytes of their values."""
        return self._records, self._bytes

    def close(self) -> None:
        """After a batch: keep what it did not touch last in little memory."""
        self.pages.close(OPEN_AFTER_BATCH)

    def dossier(self, subject: str) -> Dossier:
        """The subject's dossier, at hand or made anew."""
        at_hand = self._small.take(subject) or self._large.take(subject)
        return at_hand or Dossier(subject, (SIGHTING.decode(value) for _, value in self._of(SIGHTED, subject)))

    def keep_at_hand(self, dossier: Dossier) -> None:
        """Keep the object until others need the room. Small ones never push a large one out."""
        (self._small if len(dossier.sightings) < LARGE else self._large).put(dossier)

    def published(self, subject: str) -> PublishedOf:
        return PublishedOf(self.pages, subject)

    def party_profile(self, subject: str) -> PartyProfile:
        kept = self.pages.get(subject, KNOWN[:1].decode(), "")
        return load(PartyProfile, kept) if kept else NOTHING_KNOWN

    def askers(self, subject: str) -> list[str]:
        """Every subject that asked about this party, each once."""
        return [asking for asking, _ in self._of(ASKED, subject)]

    def put_sighting(self, subject: str, sighting: Sighting, value: bytes) -> Output:
        self._keep(SIGHTED, subject, sighting.id, value)
        return self._output(SIGHTED + encode([subject, sighting.id]), value)

    def put_published(self, subject: str, name: str, published: Published | None) -> Output:
        value = encode(published) if published else None
        self._keep(PUBLISHED, subject, name, value)
        return self._output(PUBLISHED + encode([subject, name]), value)

    def put_party_profile(self, subject: str, profile: PartyProfile) -> Output:
        value = encode(profile)
        self._keep(KNOWN, subject, "", value)
        return self._output(KNOWN + encode([subject]), value)

    def put_enquiry(self, subject: str, asking: str) -> Output | None:
        """An enquiry about a party; None if its subject asked before."""
        is_new = self._keep(ASKED, subject, asking, b"1") is None
        return self._output(ASKED + encode([subject, asking]), b"1") if is_new else None

    def put_named(self, party: str, subject: str) -> Output | None:
        """That a subject names a party; None if it did before."""
        is_new = self._keep(NAMED, party, subject, b"1") is None
        return self._output(NAMED + encode([party, subject]), b"1") if is_new else None

    def put_told(self, profile: Sighting, value: bytes) -> Output | None:
        """A party's profile; None if as new a one is known."""
        party = party_of(profile)
        if not self.named.is_news(party, profile):
            return None
        self._keep(TOLD, party, profile.secrecy, value)
        return self._output(TOLD + encode([party, profile.secrecy]), value)

    def _of(self, kind: bytes, owner: str) -> Iterable[tuple[str, bytes]]:
        return self.pages.of(owner, kind[:1].decode())

    def _keep(self, kind: bytes, owner: str, name: str, value: bytes | None) -> bytes | None:
        """Keep a record instead of what was there, which is given; None: keep nothing."""
        if kind == NAMED:
            before = self.named.name(owner, name, value)
        elif kind == TOLD:
            before = self.named.tell(owner, name, value)
        else:
            before = self.pages.put(owner, kind[:1].decode(), name, value)
        self._records += (value is not None) - (before is not None)
        self._bytes += len(value or b"") - len(before or b"")
        return before

    def _output(self, key: bytes, value: bytes | None) -> Output:
        return Output(FOLD_STATE.name, key, value, self.partition)


class AtHand:
    """The dossiers touched last, up to a number of sightings; the very last one in any case."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._dossiers: OrderedDict[str, Dossier] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._total = 0

    def take(self, subject: str) -> Dossier | None:
        dossier = self._dossiers.pop(subject, None)
        if dossier is not None:
            self._total -= self._sizes.pop(subject)
        return dossier

    def put(self, dossier: Dossier) -> None:
        self._dossiers[dossier.subject] = dossier
        self._sizes[dossier.subject] = len(dossier.sightings)
        self._total += len(dossier.sightings)
        while self._total > self.most and len(self._dossiers) > 1:
            self.take(next(iter(self._dossiers)))


class PublishedOf:
    """What was published of a subject, read as far as it is asked for."""

    def __init__(self, pages: Pages, subject: str) -> None:
        self._pages, self._subject = pages, subject

    def get(self, name: str) -> Published | None:
        value = self._pages.get(self._subject, PUBLISHED[:1].decode(), name)
        return load(Published, value) if value else None
