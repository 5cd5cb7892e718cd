"""Stored dossiers: what one partition keeps of its subjects, as bytes; the large ones also at hand as objects.

Records of the state topic, their keys beginning with

    s|  a sighting, verbatim as it was received     [subject, id of the record]
    d|  what was published of an event or a listing [subject, its id]
    p|  what is known of a party                    [subject]
    q|  an enquiry about a party                    [subject, who asks]
    n|  t|  whom subjects name, and what is known of them: ``streams.dossier.named_parties``

so that a subject with very many sightings writes no more for a new one than any other, and what a later release adds
to a sighting survives this one.
"""

from __future__ import annotations

from collections import OrderedDict

from schemas.records.sighting import SIGHTING, Sighting
from schemas.topics import FOLD_STATE
from schemas.wire import decode, encode, load
from streams.dossier.dossier import Dossier
from streams.dossier.enquiries import PREFIX as ENQUIRY
from streams.dossier.enquiries import Enquiries, state_key
from streams.dossier.named_parties import NAMED, TOLD, NamedParties, named_key, told_key
from streams.dossier.party_profile import NOTHING_KNOWN, PartyProfile
from streams.dossier.publication import Published
from streams.processor import Output

SIGHTED, PUBLISHED, KNOWN = b"s|", b"d|", b"p|"
LARGE = 64  # sightings from which a dossier is a large one: making it anew takes milliseconds
MOST_SMALL, MOST_LARGE = 8_000, 200_000  # sightings of the dossiers at hand, about 3 kB each


class StoredDossiers:
    """The subjects of one partition."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.enquiries, self.named = Enquiries(), NamedParties()
        self._sightings: dict[str, dict[str, bytes]] = {}
        self._published: dict[str, dict[str, bytes]] = {}
        self._party_profiles: dict[str, bytes] = {}
        self._small, self._large = AtHand(MOST_SMALL), AtHand(MOST_LARGE)

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state topic; those of an earlier form, which a rebuild left without a value, are passed over."""
        kind = key[:2]
        if kind == ENQUIRY:
            self.enquiries.restore(key, value)
        elif kind in (NAMED, TOLD):
            self.named.restore(key, value)
        elif kind == KNOWN:
            (subject,) = decode(key[2:])
            _set(self._party_profiles, subject, value)
        elif kind in (SIGHTED, PUBLISHED):
            subject, name = decode(key[2:])
            kept = self._sightings if kind == SIGHTED else self._published
            _set(kept.setdefault(subject, {}), name, value)

    def size(self) -> tuple[int, int]:
        """How many records it keeps, and the bytes of their values."""
        kept = [*self._sightings.values(), *self._published.values(), self._party_profiles]
        records, size = self.named.size()
        records += sum(map(len, kept)) + len(self.enquiries)
        size += sum(len(value) for each in kept for value in each.values()) + len(self.enquiries)
        return records, size

    def dossier(self, subject: str) -> Dossier:
        """The subject's dossier, at hand or made anew."""
        at_hand = self._small.take(subject) or self._large.take(subject)
        return at_hand or Dossier(subject, map(SIGHTING.decode, self._sightings.get(subject, {}).values()))

    def keep_at_hand(self, dossier: Dossier) -> None:
        """Keep the object until others need the room. Small ones never push a large one out."""
        (self._small if len(dossier.sightings) < LARGE else self._large).put(dossier)

    def published(self, subject: str) -> PublishedOf:
        return PublishedOf(self._published.get(subject, {}))

    def party_profile(self, subject: str) -> PartyProfile:
        kept = self._party_profiles.get(subject)
        return load(PartyProfile, kept) if kept else NOTHING_KNOWN

    def put_sighting(self, subject: str, sighting: Sighting, value: bytes) -> Output:
        self._sightings.setdefault(subject, {})[sighting.id] = value
        return self._output(SIGHTED + encode([subject, sighting.id]), value)

    def put_published(self, subject: str, name: str, published: Published | None) -> Output:
        value = encode(published) if published else None
        _set(self._published.setdefault(subject, {}), name, value)
        return self._output(PUBLISHED + encode([subject, name]), value)

    def put_party_profile(self, subject: str, profile: PartyProfile) -> Output:
        self._party_profiles[subject] = encode(profile)
        return self._output(KNOWN + encode([subject]), self._party_profiles[subject])

    def put_enquiry(self, subject: str, asking: str) -> Output:
        return self._output(state_key(subject, asking), b"1")

    def put_named(self, party: str, subject: str) -> Output:
        return self._output(named_key(party, subject), b"1")

    def put_told(self, profile: Sighting, value: bytes) -> Output:
        return self._output(told_key(profile), value)

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

    def __init__(self, kept: dict[str, bytes]) -> None:
        self._kept = kept

    def get(self, name: str) -> Published | None:
        value = self._kept.get(name)
        return load(Published, value) if value else None


def _set(kept: dict[str, bytes], name: str, value: bytes | None) -> None:
    if value is None:
        kept.pop(name, None)
    else:
        kept[name] = value
