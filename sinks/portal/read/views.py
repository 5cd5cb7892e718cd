"""Views: question → named query → answer; pages and API get their answers here and nowhere else, so they cannot differ."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ops.evidence import EvidenceStore
from ops.peers import Peer
from schemas.errors import NotFound
from schemas.fields.date import CHINA
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.source_status import SourceStatus
from sinks.desk.submissions import Desk
from sinks.figures import reconciliation, release, revisions
from sinks.figures.cells import Cell
from sinks.figures.derived import DerivedCell
from sinks.figures.reconciliation import PUBLISHED, Reconciled
from sinks.figures.release import FigureRelease
from sinks.mail.addresses import Addresses, new_key
from sinks.mail.follows import Follows
from sinks.portal import records
from sinks.portal.errors import FieldError, Gone, Moved, QueryInvalid
from sinks.portal.match.match import Match
from sinks.portal.match.matcher import Suggestion
from sinks.portal.match.prospects import Prospect
from sinks.portal.read import (
    changes,
    derived,
    dossiers,
    feeds,
    gone,
    listings,
    matches,
    money,
    observations,
    operations,
    registrations,
    snapshots,
    statistics,
    stored,
    targets,
    whole_lists,
)
from sinks.portal.read.answers import (
    Changes,
    Counters,
    Events,
    OrganisationDossier,
    Page,
    PatentDossier,
    Results,
    Revision,
    Sources,
)
from sinks.portal.read.besides import Besides, besides
from sinks.portal.read.cursors import cut, read_cursor, write_cursor
from sinks.portal.read.deals import Deal, deals
from sinks.portal.read.feeds import FeedPage, NamedFilter
from sinks.portal.read.figure_answers import (
    CellValue,
    Explanation,
    Indicator,
    RevisionLog,
    Statistics,
    Targets,
    TargetSet,
)
from sinks.portal.read.filters import (
    EVERY_RECORD,
    ChangeFilter,
    DerivedFilter,
    EventFilter,
    FigureFilter,
    GoneFilter,
    MatchFilter,
    Paged,
    RecordFilter,
    RevisionFilter,
)
from sinks.portal.read.observations import Observation, ObservationFilter
from sinks.portal.read.operations import Operations
from sinks.portal.read.registrations import Registration
from sinks.portal.read.stored import event_asked, need_kind, one
from sinks.portal.read.versions import Version
from sinks.portal.search.facets import SHOWN_STATES
from sinks.portal.search.filter import ListingFilter
from sinks.portal.search.follow import Follower
from sinks.portal.search.index import Found
from sinks.portal.secrecy import KEY_HOLDER, PUBLIC, Reader, shows_event
from sinks.store import keys
from sinks.store.database import Database, Snapshot
from sinks.webhooks.subscriptions import Subscriptions

ORGANISATION = re.compile(r"org:.*|[0-9a-f]{20}")  # its id, which a page writes without the kind
MOST_CELLS = 1_000_000  # of one question; all areas, months and values of two dimensions are fewer
TOMBSTONE_DAYS = 30  # for so long a withdrawn listing says why


class Views:
    """Answers from the store, as one reader may have them: everybody, until ``read_by`` says who it is.

    Every method is one database snapshot; blocking, to be called from a worker thread. Raises KeyNeeded (401), NotFound
    (404), Moved (a merged id or another form of a number: 308), Gone (410), QueryInvalid (400), Unreachable (503).
    """

    def __init__(
        self,
        database: Database,
        follower: Follower,
        evidence: EvidenceStore,
        plans: Sequence[targets.Plan],
        today: Callable[[], date],
        peers: Callable[[], tuple[Peer, ...]] = tuple,
        now: Callable[[], datetime] = lambda: datetime.now(CHINA),
        addresses: Addresses | None = None,
    ) -> None:
        """``addresses``: with the key that seals those of mail; without it a key that nobody else has."""
        self._database, self._follower, self._evidence = database, follower, evidence
        self._plans, self._today, self._peers = plans, today, peers
        self._reader: Reader = PUBLIC
        self.desk = Desk(database, now)
        self.follows = Follows(database, addresses or Addresses(new_key()), now)

    def reader(self, key: str) -> Reader | None:
        """Who reads with this key; None: it is unknown or revoked."""
        with self._database.snapshot() as db:
            return keys.scope_of(db, key)

    def read_by(self, reader: Reader) -> Views:
        """The same views as this reader may have them."""
        if reader == self._reader:
            return self
        views = copy(self)
        views._reader = reader
        return views

    def webhooks_of(self, key: str) -> Subscriptions:
        """What the holder of this key does with webhooks."""
        return Subscriptions(self._database, key)

    @property
    def read_as(self) -> Reader:
        """Who reads."""
        return self._reader

    @property
    def today(self) -> date:
        """China's day."""
        return self._today()

    @property
    def newest_change(self) -> int:
        """The newest change of the store that the indexes hold with everything before it."""
        return max(self._follower.newest.values(), default=0)

    @contextmanager
    def one_version(self) -> Iterator[Version]:
        """Everything that is asked inside is of one state of the store: this one."""
        with self._database.snapshot() as db:
            (stored,) = db.rows("version")
            yield Version(indexed=self._follower.indexed, today=self._today(), **stored)

    def search(self, filter: ListingFilter) -> Results:
        """Listings that match, with the exact total and the counts of every facet."""
        after = read_cursor(filter, int, int, str)
        found = self._follower.index.search(filter, after)
        with self._database.snapshot() as db:
            return Results(
                items=listings.by_id(db, found.ids, self._reader),
                next=write_cursor(filter, found.last) if found.last else None,
                as_of=stored.as_of(db),
                total=found.total,
                facets=listings.facets(found, filter),
                hints=found.hints,
                on_offer=found.on_offer,
            )

    def deals(self, events: Iterable[Event], *, whole: bool) -> tuple[Deal, ...]:
        """A page of events, those of one registration or recordal in one row."""
        with self._database.snapshot() as db:
            return deals(db, self._follower.events, events, self._reader, whole=whole)

    def titles(self, events: Iterable[Event]) -> dict[str, str]:
        """What the patents of these events are called, by number."""
        numbers = {number for event in events for number in getattr(event.statement, "patents", ())}
        with self._database.snapshot() as db:
            return dossiers.titles(db, numbers)

    def before(self, filter: ListingFilter) -> ListingFilter | None:
        """The page of a search before this one; None on the first."""
        after = read_cursor(filter, int, int, str)
        if after is None:
            return None
        place = self._follower.index.before(filter, after)
        return replace(filter, cursor=write_cursor(filter, place) if place else None)

    def besides(self, q: str) -> Besides:
        """What the words of a search find that is no listing."""
        with self._database.snapshot() as db:
            return besides(db, self._follower, q, self._reader)

    def search_events(self, filter: ListingFilter) -> tuple[Events, Found]:
        """Events that match, those with the words in their title first, then the newest; and how many of each kind there are."""
        after = read_cursor(filter, int, int, str)
        found = self._follower.events.search(filter, after)
        with self._database.snapshot() as db:
            rows = {row["value"]["id"]: row for row in db.rows("events_by_id", ids=list(found.ids))}
            return Events(
                items=records.events([rows[id] for id in found.ids if id in rows], self._reader),
                total=found.total,
                as_of=stored.as_of(db),
                next=write_cursor(filter, found.last) if found.last else None,
            ), found

    def whole_search(self, filter: ListingFilter) -> Iterator[Listing]:
        """All listings that match, at one moment."""
        return whole_lists.all_listings(self._database, self._follower.index, filter, self._reader)

    def gone_listings(self, filter: GoneFilter) -> Results:
        """Listings that went away, in the order in which they went."""
        with self._database.snapshot() as db:
            found = gone.page(db, filter)
            return Results(items=(), deleted=found.deleted, total=found.total, next=found.next, as_of=stored.as_of(db))

    def listing(self, id: str) -> Listing:
        """One listing. A merged one raises Moved; one that was withdrawn long ago, or taken down, Gone."""
        with self._database.snapshot() as db:
            found = listings.one_listing(db, id, self._reader)
        if found.state == "merged" and found.merged_into:
            raise Moved(found.id, found.merged_into)
        received = datetime.fromisoformat(found.received_at).date()
        if found.state == "withdrawn" and received < self._today() - timedelta(days=TOMBSTONE_DAYS):
            raise Gone(f"{id} was withdrawn more than {TOMBSTONE_DAYS} days ago")
        return found

    def listing_revisions(self, id: str) -> Page[Revision]:
        """Everything this listing ever said, oldest first."""
        with self._database.snapshot() as db:
            return changes.revisions(db, "listing", id, self._reader)

    def matches(self, filter: MatchFilter) -> Page[Match]:
        """Needs and offers that fit, the best first: of one listing, or of one organisation's."""
        with self._database.snapshot() as db:
            return matches.page(db, self._follower.index, filter, self._reader)

    def suggestions(self, listing: Listing) -> tuple[Suggestion, ...]:
        """What fits this listing, with its reasons."""
        with self._database.snapshot() as db:
            return matches.of_listing(db, self._follower.index, listing, self._reader)

    def firms(self, listing: Listing) -> tuple[Prospect, ...]:
        """The firms whose own patents lean to this offer."""
        with self._database.snapshot() as db:
            return matches.firms(db, self._follower.events, listing, self._reader)

    def newest(self, kind: str, limit: int = 6) -> tuple[Listing, ...]:
        """The newest listings in the default results."""
        with self._database.snapshot() as db:
            rows = db.rows("newest_listings", kind=kind, states=list(SHOWN_STATES), limit=limit)
            return records.listings(rows, self._reader)

    def in_sitemap(self, kind: str, digit: str) -> tuple[listings.InSitemap, ...]:
        """Listings on offer, a part of them by the first digit of their hash."""
        with self._database.snapshot() as db:
            return listings.in_sitemap(db, kind, digit)

    def counters(self) -> Counters:
        """Listings by state and events by kind."""
        with self._database.snapshot() as db:
            return listings.counters(db, self._reader)

    def events(self, filter: EventFilter) -> Events:
        """Events of one kind, the newest by the date that counts first, undated ones last."""
        occurred, id = read_cursor(filter, str, str) or (None, None)
        need_kind(filter.kind, self._reader)
        asked = event_asked(filter)
        with self._database.snapshot() as db:
            rows = db.rows("events_page", **asked, occurred=occurred, id=id, limit=filter.limit + 1)
            total = db.rows("events_total", **asked)[0]["total"]
            more = len(rows) > filter.limit
            rows = rows[: filter.limit]
            return Events(
                items=records.events(rows, self._reader),
                total=total,
                as_of=stored.as_of(db),
                next=write_cursor(filter, [rows[-1]["occurred"], rows[-1]["id"]]) if more else None,
            )

    def gone_events(self, filter: GoneFilter) -> Events:
        """Events that went away, in the order in which they went."""
        for kind in filter.kinds:
            need_kind(kind, self._reader)
        with self._database.snapshot() as db:
            found = gone.page(db, filter)
            return Events(items=(), deleted=found.deleted, total=found.total, next=found.next, as_of=stored.as_of(db))

    def whole_events(self, filter: EventFilter) -> Iterator[Event]:
        """All events that a question finds, at one moment."""
        return whole_lists.all_events(self._database, filter, self._reader)

    def event(self, kind: str, id: str) -> Event:
        """One event. A merged one raises Moved, one taken down Gone."""
        full = self._event_id(kind, id)
        with self._database.snapshot() as db:
            row = one(db, "event", full, db.rows("event_by_id", id=full, kind=kind))
            found = records.event(row["value"], self._reader)
        if found.state == "merged" and found.merged_into:
            raise Moved(found.id, found.merged_into)
        return found

    def registration(self, kind: str, number: str) -> Registration:
        """A pledge, a licence or a contract as a whole, by its number."""
        with self._database.snapshot() as db:
            return registrations.registration(db, kind, number, self._reader)

    def event_revisions(self, kind: str, id: str) -> Page[Revision]:
        """Everything the hub ever held about this event, oldest first."""
        full = self._event_id(kind, id)
        with self._database.snapshot() as db:
            return changes.revisions(db, "event", full, self._reader)

    def patent(self, number: str) -> PatentDossier:
        """Everything about one patent, by any form of its number: another than the canonical one raises Moved."""
        canonical = dossiers.canonical_number(number)
        if canonical != number:
            raise Moved(number, canonical)
        with self._database.snapshot() as db:
            return dossiers.patent(db, canonical, stored.as_of(db), self._reader)

    def organisation(self, id: str) -> OrganisationDossier:
        """One organisation's listings and deals. Its credit code, its name or a former one raises Moved."""
        with self._database.snapshot() as db:
            if not ORGANISATION.fullmatch(id):
                raise Moved(id, dossiers.organisation_named(db, id, self._reader))
            return dossiers.organisation(db, id if ":" in id else f"org:{id}", stored.as_of(db), self._reader)

    def indicators(self, page: Paged | None = None, as_of: str | None = None) -> Page[Indicator]:
        """Every figure that has a point; ``page``: a part of them, ``as_of``: those that had one at that instant."""
        with self._database.snapshot() as db:
            found = statistics.indicators(db, self._reader, as_of)
            items, following = cut(found, page) if page else (found, None)
            return Page[Indicator](items=items, next=following, total=len(found), as_of=as_of or stored.as_of(db))

    def indicator(self, name: str, as_of: str | None = None) -> Indicator:
        """One of them; of which nothing was published at an instant, without a value. Raises NotFound."""
        found = {each.indicator: each for each in self.indicators(as_of=as_of).items}
        if name in found:
            return found[name]
        if as_of:
            return self.indicator(name).model_copy(update={"latest": None, "periods": None})
        raise NotFound(f"no indicator {name}")

    @property
    def last_month(self) -> str:
        """The newest month that is over."""
        return self.last_month_at(None)

    def last_month_at(self, as_of: str | None) -> str:
        """The newest month that was over at an instant, or is now."""
        before = self.day_at(as_of).replace(day=1) - timedelta(days=1)
        return before.isoformat()[:7]

    def day_at(self, as_of: str | None) -> date:
        """China's day at an instant, but none that is still to come; today without one."""
        today = self._today()
        return min(today, datetime.fromisoformat(as_of).astimezone(CHINA).date()) if as_of else today

    def statistics(self, filter: FigureFilter, known: Indicator | None = None) -> Statistics:
        """Cells of one indicator: published points, or recounted from contributions where no point is published.

        ``known``: the indicator, when the caller has it already; a page asks dozens of questions about a few.
        """
        indicator = known or self.indicator(filter.indicator)
        with self._database.snapshot() as db:
            return statistics.answer(db, indicator, self._over(filter), self._reader)

    def _over(self, filter: FigureFilter) -> FigureFilter:
        """A question about ends of periods reaches as far as the last month that is over: later ends are not known."""
        if filter.accumulation != "end":
            return filter
        last = self.last_month_at(filter.as_of)
        asked = filter.end_period or last
        is_years = len(asked) == len(filter.start_period or "") == 4
        newest = last if not is_years else last[:4] if last[5:] == "12" else str(int(last[:4]) - 1)
        return replace(filter, end_period=min(asked, newest, key=lambda period: f"{period}-12"[:7]))

    def whole_statistics(self, filter: FigureFilter) -> tuple[Indicator, Iterator[CellValue]]:
        """Every cell of one question, and the figure."""
        indicator = self.indicator(filter.indicator)
        return indicator, iter(self.statistics(replace(filter, limit=MOST_CELLS, cursor=None), indicator).items)

    def observations(self, indicator: Indicator, filter: ObservationFilter) -> tuple[Observation, ...]:
        """Published points of one figure as SDMX has them."""
        with self._database.snapshot() as db:
            return observations.observations(db, indicator, filter, self._reader)

    def explain(self, filter: FigureFilter) -> Explanation:
        """One cell down to the bytes: the recounted value must equal the published one."""
        indicator = self.indicator(filter.indicator)
        with self._database.snapshot() as db:
            return statistics.explain(db, indicator, self._over(filter), self._evidence, self._reader)

    def feed_of_listings(self, filter: ListingFilter) -> FeedPage:
        """What changed of a search in the listings, the newest first."""
        with self._database.snapshot() as db:
            return feeds.of_listings(db, self._follower.index, filter, self._reader)

    def feed_of_events(self, filter: EventFilter) -> FeedPage:
        """What changed of the events of one kind."""
        with self._database.snapshot() as db:
            return feeds.of_events(db, filter, self._reader)

    def feed_of_patent(self, filter: NamedFilter) -> FeedPage:
        """What changed of one patent, by its canonical number: another form raises Moved."""
        with self._database.snapshot() as db:
            self.patent(filter.name)
            return feeds.of_patent(db, filter, self._reader)

    def feed_of_organisation(self, filter: NamedFilter) -> tuple[str, FeedPage]:
        """What changed of one organisation, and its name. Its credit code, its name or a former one raises Moved."""
        with self._database.snapshot() as db:
            found = self.organisation(filter.name).organisation
            return found.name, feeds.of_organisation(db, replace(filter, name=found.id), self._reader)

    def feed_of_figure(self, filter: FigureFilter) -> tuple[Indicator, FeedPage]:
        """What changed of the published points of one figure."""
        indicator = self.indicator(filter.indicator)
        with self._database.snapshot() as db:
            return indicator, feeds.of_figure(db, indicator, filter, self._reader)

    def reconciled(self, indicator: str) -> list[Reconciled]:
        """What offices published of a figure, in the newest month of which they did, beside what is counted."""
        if indicator not in PUBLISHED.values():
            return []
        with self._database.snapshot() as db:
            found = reconciliation.reconciled(db, indicator)
        return [one for one in found if one.period == found[0].period]

    def releases(self) -> Page[FigureRelease]:
        """Every release of figures that an office signed, the newest first."""
        with self._database.snapshot() as db:
            found = release.listed(db)
            return Page[FigureRelease](items=tuple(found), total=len(found), as_of=stored.as_of(db))

    def release(self, id: str) -> FigureRelease:
        """One release: what it holds and who signed it."""
        with self._database.snapshot() as db:
            return release.named(db, id)

    def release_cells(self, found: FigureRelease) -> list[Cell]:
        """Its cells, read again, those of money as everybody had them then. Raises Refused: they are not what was signed."""
        with self._database.snapshot() as db:
            return money.of_release(db, release.reproduced(db, found), found.made_at, self._reader)

    def derived(self, filter: DerivedFilter) -> Page[DerivedCell]:
        """Shares and differences of two figures in one period, with both sides."""
        with self._database.snapshot() as db:
            known = {each.indicator: each for each in statistics.indicators(db, self._reader, filter.as_of)}
            found = derived.derived(db, known, filter, self._reader)
            items, following = cut(found, filter)
            at = filter.as_of or stored.as_of(db)
            return Page[DerivedCell](items=items, next=following, total=len(found), as_of=at)

    def revisions(self, filter: RevisionFilter) -> RevisionLog:
        """Figures of periods that were over and were revised between two moments, the newest revision first.

        Without a key those of money are the changes from one vintage to another.
        """
        asked = revisions.Narrowed(filter.indicator, filter.area, filter.period, filter.totals)
        with self._database.snapshot() as db:
            since, until = revisions.moment(db, filter.since), revisions.moment(db, filter.until)
            if why := revisions.unfit(since, until):
                raise QueryInvalid([FieldError(name="until", message=why)])
            told = revisions.log(db, since, until, asked)
            found = money.of_revisions(db, told, since.at, until.at, self._reader)
            items, following = cut(found, filter)
            return RevisionLog(
                items=items,
                next=following,
                total=len(found),
                as_of=stored.as_of(db),
                since=since,
                until=until,
                causes=revisions.by_cause(found),
            )

    def targets(self, page: Paged | None = None, as_of: str | None = None) -> Targets:
        """Every plan with its goals as they stand today, or as they stood at an instant."""
        with self._database.snapshot() as db:
            sets = self._measured(db, self._reader, as_of)
            items, following = cut(sets, page) if page else (sets, None)
            return Targets(items=items, next=following, total=len(sets), as_of=as_of or stored.as_of(db))

    def _measured(self, db: Snapshot, reader: Reader, as_of: str | None = None) -> tuple[TargetSet, ...]:
        return tuple(targets.measure(db, plan, self.day_at(as_of), reader, as_of) for plan in self._plans)

    def sources(self, page: Paged | None = None) -> Sources:
        """How every feed fares."""
        with self._database.snapshot() as db:
            found = [records.record(SourceStatus, row["value"]) for row in db.rows("source_statuses")]
            items, following = cut(found, page) if page else (tuple(found), None)
            return Sources(items=items, next=following, total=len(found), as_of=stored.as_of(db))

    def operations(self) -> Operations:
        """What must be 0, what waits, what is stored, which processes answer."""
        peers = self._peers()
        with self._database.snapshot() as db:
            return operations.operations(db, peers, stored.as_of(db))

    def measure(self) -> None:
        """Set the gauges that the store's rows decide: the equations, and the targets as they stand: metrics are the hub's own."""
        with self._database.snapshot() as db:
            operations.measure(db)
            for plan in self._measured(db, KEY_HOLDER):
                for target in plan.targets:
                    targets.publish(target)

    def changes(self, filter: ChangeFilter) -> Changes:
        """Changes of some topics in the hub's order; the last sequence of a page is the ``after`` of the next."""
        with self._database.snapshot() as db:
            return changes.page(db, filter, self._reader)

    def snapshot_of(self, topic: str, filter: RecordFilter = EVERY_RECORD) -> Iterator[bytes]:
        """Everything that stands on a topic, as lines; errors come with the first of them."""
        return snapshots.lines(self._database, topic, self._reader, filter)

    def snapshot_parts(self, topic: str, filter: RecordFilter = EVERY_RECORD) -> Generator[Any, None, None]:
        """The same as values: the head, then lists of some records."""
        return snapshots.parts(self._database, topic, self._reader, filter)

    def last_change(self, *topics: str) -> tuple[str, int]:
        """The store's epoch and the newest change of these topics."""
        with self._database.snapshot() as db:
            return changes.last(db, topics, self._reader)

    def change_before(self, topics: Sequence[str], since: str) -> int:
        """The change after which everything comes that was committed at this instant or later."""
        with self._database.snapshot() as db:
            return changes.before_instant(db, topics, since, self._reader)

    def _event_id(self, kind: str, id: str) -> str:
        """The whole id. Another kind's id is nothing under this one, and what is not shown is nothing to a reader."""
        need_kind(kind, self._reader)
        full = id if ":" in id else f"{kind}:{id}"
        if not full.startswith(f"{kind}:") or not shows_event(full, self._reader):
            raise NotFound(f"nothing is called {full}")
        return full
