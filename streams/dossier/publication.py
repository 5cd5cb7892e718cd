"""Publication: what a subject's events, listings and contributions say now and did not say before. Pure.

An event or a listing is published when its content changed (``schemas.records.content``), a contribution when more than
its revision changed. What is no longer resolved is published once more, as withdrawn or as a redirect; its
contributions with ``live`` False.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol, TypeVar

from msgspec.structs import replace

from schemas import topics
from schemas.kinds import BY_NAME, KINDS
from schemas.kinds.occurrence import Secrecy
from schemas.records.base import Record
from schemas.records.content import content_digest
from schemas.records.contribution import Contribution, mark
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.sighting import parties_of
from schemas.topics import CONTRIBUTION, Topic, partition_of
from schemas.wire import encode
from streams.dossier.clusters import Cluster
from streams.dossier.dossier import Changes, Dossier
from streams.dossier.history import History
from streams.dossier.listings import listing_of
from streams.dossier.masking import identified, masked, may_name_a_person
from streams.dossier.resolve import HUB, Profiles, event_of, readable
from streams.figures.contributions import spread
from streams.processor import Output, cloud_event

Document = TypeVar("Document", bound=Event | Listing)
TOPICS: Final[Mapping[str, Topic]] = {kind.name: topics.named(f"tongda.{kind.name}.v1") for kind in KINDS}
# Who may read a kind's topic.
READERS: Final[Mapping[str, Secrecy]] = {name: topic.secrecy for name, topic in TOPICS.items()}


class Published(Record, frozen=True):
    """What is kept of an event, a listing or a redirect that was published, by its id."""

    content: str = ""  # digest; empty: nothing went out, for its sightings are secret
    whole: str = ""  # digest of it with all sightings, where readers may not see them all
    area: str = ""  # of its contributions
    counted: dict[str, str] = {}  # indicator|distinct → mark of the contribution


class Before(Protocol):
    """What was published of a subject, by id."""

    def get(self, name: str) -> Published | None: ...


class Publication:
    """One subject's changes on their way out. ``before``: what is published of it, by id; ``after``: what changes there.

    ``floor``: what every revision has beside the dossier's part.
    """

    def __init__(self, dossier: Dossier, before: Before, profiles: Profiles, floor: int, partitions: int) -> None:
        self.dossier, self.before, self.profiles = dossier, before, profiles
        self.floor, self.partitions = floor, partitions
        self.after: dict[str, Published | None] = {}
        self._known: dict[tuple[Secrecy, str], Event | Listing | None] = {}

    def outputs(self) -> Iterator[Output]:
        """Everything to be written, events before the listings that show them."""
        changes = self.dossier.changes()
        events = [change for change in changes if not BY_NAME[change.kind].is_listing]
        for change in events:
            yield from self._of_kind(change)
        for kind, clusters in self.dossier.clusters.items():
            if BY_NAME[kind].is_listing:
                change = next((one for one in changes if one.kind == kind), Changes(kind, (), ()))
                if BY_NAME[kind].shows_history and self._bring_history_up_to_date(events):
                    change = change._replace(found=tuple(clusters.values()))
                yield from self._of_kind(change)

    def _bring_history_up_to_date(self, events: list[Changes]) -> bool:
        """The history that the listing shows: what changed, or all of it when it is needed for the first time.

        Says whether the listing has something new to show.
        """
        dossier = self.dossier
        if dossier.history is None:
            kinds = (kind for kind in dossier.clusters if not BY_NAME[kind].is_listing)
            found = (self._public(kind, each) for kind in kinds for each in dossier.clusters[kind].values())
            dossier.history = History(event for event in found if isinstance(event, Event))
        else:
            self._take_in(events, dossier.history)
        is_news, dossier.history.is_news = dossier.history.is_news, False
        return is_news

    def _take_in(self, events: list[Changes], history: History) -> None:
        for change in events:
            now: dict[str, Event | Listing | None] = dict.fromkeys(cluster.id for cluster in change.gone)
            now |= {cluster.id: self._public(change.kind, cluster) for cluster in change.found}
            for name, event in now.items():
                if isinstance(event, Event):
                    history.put(event)
                else:
                    history.drop(name)

    def _of_kind(self, change: Changes) -> Iterator[Output]:
        """What stands, what leads elsewhere, what is gone."""
        names: dict[str, Cluster] = {cluster.id: cluster for cluster in change.found}
        redirects: dict[str, Cluster] = {}
        for cluster in sorted(change.found, key=lambda cluster: cluster.id):
            for name in cluster.weaker:
                if name not in names:
                    redirects.setdefault(name, cluster)
        last = {name: cluster for cluster in change.gone for name in cluster.names}
        for name, cluster in names.items():
            yield from self._settled(change.kind, cluster, last.get(name))
        for name, cluster in redirects.items():
            yield from self._redirected(change.kind, name, cluster)
        for name in sorted(last.keys() - names.keys() - redirects.keys()) if last else ():
            yield from self._ended(change.kind, name, last[name])

    def _settled(self, kind: str, cluster: Cluster, last: Cluster | None) -> Iterator[Output]:
        """What stands: its new content, if it has one, and the contributions that changed with it."""
        before, document = self.before.get(cluster.id), self._public(kind, cluster)
        whole = document if document and self._is_open(kind, cluster) else self._resolved(kind, cluster, HUB)
        assert whole is not None, "the hub may know everything"
        authorities = [member.sighting.authority for member in cluster.members]
        content = content_digest(document, *authorities) if document else ""
        known = "" if whole is document else content_digest(whole, *authorities)
        if before and (before.content, before.whole) == (content, known):
            return
        if document and (before is None or before.content != content):
            yield public_record(document)
        elif not document and before and before.content and last:
            yield from self._taken_back(kind, cluster.id, last)
        yield from self._counted(whole, cluster, before, content, known)

    def _counted(
        self, whole: Event | Listing, cluster: Cluster, before: Published | None, content: str, known: str
    ) -> Iterator[Output]:
        """The contributions that changed or are no longer made."""
        made = spread(whole, [member.sighting for member in cluster.members])
        marks: dict[str, str] = {}
        counted = before.counted if before else {}
        for one in made:
            name, value = f"{one.indicator}|{one.distinct}", encode(one)
            marks[name] = mark(value, one.revision)
            if counted.get(name) != marks[name]:
                yield self._contribution(one, value)
        for name in sorted(counted.keys() - marks.keys()):
            yield self._no_longer_counted(whole.kind, cluster.id, name, before)
        area = made[0].dimensions["area"] if made else ""
        self.after[cluster.id] = Published(content, known, area, marks)

    def _redirected(self, kind: str, name: str, cluster: Cluster) -> Iterator[Output]:
        """A weaker id leads to the event that it now names; it is published again only when it leads elsewhere."""
        before, home = self.before.get(name), f"merged into {cluster.id}"
        if before and before.content == home:
            return
        if document := self._public(kind, cluster):
            yield public_record(replace(document, id=name, state="merged", merged_into=cluster.id))
        yield from self._uncounted(kind, name, before)
        self.after[name] = Published(home if document else "")

    def _ended(self, kind: str, name: str, last: Cluster) -> Iterator[Output]:
        """What is no longer resolved."""
        before = self.before.get(name)
        if before is None:
            return
        if before.content:
            yield from self._taken_back(kind, name, last)
        yield from self._uncounted(kind, name, before)
        self.after[name] = None

    def _taken_back(self, kind: str, name: str, last: Cluster) -> Iterator[Output]:
        """What stood under an id, as withdrawn."""
        if document := self._public(kind, last):
            yield public_record(withdrawn(replace(document, id=name), document.revision))

    def _uncounted(self, kind: str, name: str, before: Published | None) -> Iterator[Output]:
        if before:
            yield from (self._no_longer_counted(kind, name, each, before) for each in sorted(before.counted))

    def _no_longer_counted(self, kind: str, event: str, name: str, before: Published | None) -> Output:
        indicator, _, distinct = name.partition("|")
        gone = Contribution(
            indicator=indicator,
            distinct=distinct,
            event=event,
            revision=self.floor + self.dossier.revision(kind),
            live=False,
            dimensions={"area": before.area if before else ""},
            amount_missing=False,
            authority="",
            received_at=self.dossier.newest,
            synthetic=False,
        )
        return self._contribution(gone, encode(gone))

    def _contribution(self, contribution: Contribution, value: bytes) -> Output:
        place = partition_of(contribution.indicator, self.partitions)
        return Output(CONTRIBUTION.name, contribution.key.encode(), value, place)

    def _is_open(self, kind: str, cluster: Cluster) -> bool:
        """Every reader of the topic may know all that it rests on."""
        readers = READERS[kind]
        if len(readable(cluster.members, readers)) < len(cluster.members):
            return False
        named = [party for member in cluster.members for party in parties_of(member.sighting)]
        return self.profiles.are_open_to(readers, named)

    def _public(self, kind: str, cluster: Cluster) -> Event | Listing | None:
        return self._resolved(kind, cluster, READERS[kind])

    def _resolved(self, kind: str, cluster: Cluster, readers: Secrecy) -> Event | Listing | None:
        """What a cluster is for these readers; worked out once, also where a listing shows it."""
        if self.dossier.clusters[kind].get(cluster.id) is not cluster:
            return self._worked_out(kind, cluster, readers)
        if (readers, cluster.id) not in self._known:
            self._known[readers, cluster.id] = self._worked_out(kind, cluster, readers)
        return self._known[readers, cluster.id]

    def _worked_out(self, kind: str, cluster: Cluster, readers: Secrecy) -> Event | Listing | None:
        dossier, revision = self.dossier, self.floor + self.dossier.revision(kind)
        if not BY_NAME[kind].is_listing:
            return event_of(cluster, revision, self.profiles, readers)
        history = dossier.history or History()
        return listing_of(cluster, revision, self.profiles, readers, history, dossier.newest)


def public_record(document: Event | Listing) -> Output:
    """A public record with its CloudEvents headers."""
    document = identified(document)
    topic, name, value = TOPICS[document.kind].name, document.id, encode(document)
    if may_name_a_person(value):
        value = encode(masked(document))
    headers = cloud_event(topic, name, document.revision, document.received_at)
    return Output(topic, name.encode(), value, headers=headers)


def dead(contribution: Contribution, revision: int) -> Contribution:
    """What an event no longer adds, under its old key: the guard by revision must live on."""
    return replace(contribution, live=False, until=None, amount=None, revision=revision)


def withdrawn(document: Document, revision: int) -> Document:
    """The last record of something that is no longer resolved."""
    of_listing = {"state_reason": "absent", "state_event": None} if isinstance(document, Listing) else {}
    return replace(document, state="withdrawn", revision=revision, merged_into=None, **of_listing)
