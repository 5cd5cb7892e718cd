"""Filter → named query → model: the one place where pages and API get their answers, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ops.evidence import EvidenceStore
from ops.peers import Peer
from schemas.errors import HubError, NotFound
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.raw import SourceStatus
from schemas.topics import TOPICS
from sinks.portal import dossiers, operations, statistics, targets
from sinks.portal.cursors import read_cursor, write_cursor
from sinks.portal.filters import (
    FACETS,
    SHOWN_STATES,
    ChangeFilter,
    EventFilter,
    Filter,
    ListingFilter,
    QueryInvalid,
    StatisticFilter,
)
from sinks.portal.follow import Follower
from sinks.portal.index import Found
from sinks.portal.models import (
    Change,
    Counters,
    Explanation,
    Facet,
    FacetValue,
    Indicator,
    Operations,
    OrganisationDossier,
    Page,
    PatentDossier,
    Results,
    Revision,
    Sources,
    Statistics,
    Targets,
    TargetSet,
)
from sinks.store.database import Database, Row, Snapshot, queries
from sinks.store.families import FAMILIES

FACET_VALUES = 20
TOMBSTONE_DAYS = 30  # a withdrawn card says why for so long
PUBLIC_TOPICS = {topic.name for topic in TOPICS if topic.is_public}


class Moved(HubError):
    """What was asked for has another name now (308)."""

    code = "T4100"

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new
        super().__init__(f"{old} is {new}")


class Gone(HubError):
    """It was here and has been taken down, or was withdrawn long ago (410)."""

    code = "T4101"


class Views:
    """Answers from the store. Every method is one database snapshot; blocking, to be called from a worker thread.

    Raises NotFound (404), Moved (a merged id or another form of a number: 308), Gone (410), QueryInvalid (422),
    Unreachable (503).
    """

    def __init__(
        self,
        database: Database,
        follower: Follower,
        evidence: EvidenceStore,
        plans: Sequence[targets.Plan],
        today: Callable[[], date],
        peers: Callable[[], tuple[Peer, ...]] = tuple,
    ) -> None:
        self._database, self._follower, self._evidence = database, follower, evidence
        self._plans, self._today, self._peers = plans, today, peers

    def search(self, filter: ListingFilter) -> Results:
        """Listings that match, with the exact total and the counts of every facet."""
        after = read_cursor(filter, int, int, str)
        found = self._follower.index.search(filter, after)
        with self._database.snapshot() as db:
            held = {row["value"]["id"]: row["value"] for row in db.rows("listings_by_id", ids=list(found.ids))}
            return Results(
                items=tuple(Listing.model_validate(held[id]) for id in found.ids if id in held),
                next=write_cursor(filter, found.last) if found.last else None,
                as_of=_as_of(db),
                total=found.total,
                facets=_facets(found, filter),
                hints=found.query.hints,
            )

    def listing(self, id: str) -> Listing:
        """One card. A merged one raises Moved; one that was withdrawn long ago, or taken down, Gone."""
        with self._database.snapshot() as db:
            row = _held(db, "listing", id, db.rows("listings_by_id", ids=[id]))
        card = Listing.model_validate(_unmoved(row["value"]))
        if card.state == "withdrawn" and _day(card.received_at) < self._today() - timedelta(days=TOMBSTONE_DAYS):
            raise Gone(f"{id} was withdrawn more than {TOMBSTONE_DAYS} days ago")
        return card

    def listings(self, ids: Sequence[str]) -> tuple[Listing, ...]:
        """Cards in the order asked for; those that are not there are left out."""
        with self._database.snapshot() as db:
            held = {row["value"]["id"]: row["value"] for row in db.rows("listings_by_id", ids=list(ids))}
        return tuple(Listing.model_validate(held[id]) for id in ids if id in held)

    def listing_revisions(self, id: str) -> Page[Revision]:
        """Everything this card ever said, oldest first."""
        return self._revisions("listing", id)

    def newest(self, kind: str, limit: int = 6) -> tuple[Listing, ...]:
        """The newest cards in the default results."""
        with self._database.snapshot() as db:
            rows = db.rows("newest_listings", kind=kind, states=list(SHOWN_STATES), limit=limit)
        return tuple(Listing.model_validate(row["value"]) for row in rows)

    def counters(self) -> Counters:
        """Listings by state and events by kind."""
        with self._database.snapshot() as db:
            listings, events = db.rows("listing_counts"), db.rows("event_counts")
            return Counters(
                supply={row["state"]: row["number"] for row in listings if row["kind"] == "supply"},
                demand={row["state"]: row["number"] for row in listings if row["kind"] == "demand"},
                events={row["kind"]: row["number"] for row in events},
                as_of=_as_of(db),
                synthetic=any(row["synthetic"] for row in (*listings, *events)),
            )

    def events(self, filter: EventFilter) -> Page[Event]:
        """Events of one kind, the newest by the date that counts first, undated ones last."""
        occurred, id = read_cursor(filter, str, str) or (None, None)
        asked = filter.model_dump(exclude={"cursor", "limit"})
        with self._database.snapshot() as db:
            rows = db.rows("events_page", **asked, occurred=occurred, id=id, limit=filter.limit + 1)
            total = _one(db.rows("events_total", **asked), "")["total"]
            more = len(rows) > filter.limit
            rows = rows[: filter.limit]
            return Page[Event](
                items=tuple(Event.model_validate(row["value"]) for row in rows),
                total=total,
                as_of=_as_of(db),
                next=write_cursor(filter, [rows[-1]["occurred"], rows[-1]["id"]]) if more else None,
            )

    def event(self, kind: str, id: str) -> Event:
        """One event. A merged one raises Moved, one taken down Gone."""
        full = id if ":" in id else f"{kind}:{id}"
        with self._database.snapshot() as db:
            row = _held(db, "event", full, db.rows("event_by_id", kind=kind, id=full))
        return Event.model_validate(_unmoved(row["value"]))

    def event_revisions(self, kind: str, id: str) -> Page[Revision]:
        """Everything the hub ever held about this event, oldest first."""
        return self._revisions("event", id if ":" in id else f"{kind}:{id}")

    def patent(self, number: str) -> PatentDossier:
        """Everything about one patent, by any form of its number: another than the canonical one raises Moved."""
        canonical = dossiers.canonical_number(number)
        if canonical != number:
            raise Moved(number, canonical)
        with self._database.snapshot() as db:
            return dossiers.patent(db, canonical, _as_of(db))

    def organisation(self, id: str) -> OrganisationDossier:
        """One organisation's listings and deals."""
        with self._database.snapshot() as db:
            return dossiers.organisation(db, id if ":" in id else f"org:{id}", _as_of(db))

    def indicators(self) -> Page[Indicator]:
        """Every figure that can be asked for."""
        with self._database.snapshot() as db:
            return statistics.indicators(db, _as_of(db))

    def indicator(self, name: str) -> Indicator:
        """One of them."""
        found = {each.indicator: each for each in self.indicators().items}
        if name not in found:
            raise NotFound(f"no indicator {name}")
        return found[name]

    @property
    def last_month(self) -> str:
        """The newest month that is over."""
        before = self._today().replace(day=1) - timedelta(days=1)
        return before.isoformat()[:7]

    def statistics(self, filter: StatisticFilter, known: Indicator | None = None) -> Statistics:
        """Cells of one indicator: published points, or recounted from contributions where no point is published.

        ``known``: the indicator, when whoever asks has it already; a page asks dozens of questions about a few.
        """
        indicator = known or self.indicator(filter.indicator)
        with self._database.snapshot() as db:
            return statistics.answer(db, indicator, filter)

    def explain(self, filter: StatisticFilter) -> Explanation:
        """One cell down to the bytes: the recounted value must equal the published one."""
        indicator = self.indicator(filter.indicator)
        with self._database.snapshot() as db:
            return statistics.explain(db, indicator, filter, self._evidence)

    def targets(self) -> Targets:
        """Every plan with its goals as they stand today."""
        with self._database.snapshot() as db:
            sets = self._measured(db)
            return Targets(items=sets, total=len(sets), as_of=_as_of(db))

    def _measured(self, db: Snapshot) -> tuple[TargetSet, ...]:
        return tuple(targets.measure(db, plan, self._today()) for plan in self._plans)

    def sources(self, filter: Filter | None = None) -> Sources:
        """How every feed fares."""
        with self._database.snapshot() as db:
            items = tuple(SourceStatus.model_validate(row["value"]) for row in db.rows("source_statuses"))
            return Sources(items=items, total=len(items), as_of=_as_of(db))

    def operations(self) -> Operations:
        """What must be 0, what waits, what is held, who answers."""
        peers = self._peers()
        with self._database.snapshot() as db:
            return operations.operations(db, peers, _as_of(db))

    def measure(self) -> None:
        """Set the gauges that the store's rows decide: the equations, and the targets as their page shows them."""
        with self._database.snapshot() as db:
            operations.measure(db)
            for plan in self._measured(db):
                for target in plan.targets:
                    targets.tell(target)

    def changes(self, filter: ChangeFilter) -> Page[Change]:
        """Changes of one topic in the hub's order; the last sequence of a page is the ``after`` of the next."""
        table = table_of(filter.topic)
        asked = {"topic": filter.topic, "after": filter.after}
        with self._database.snapshot() as db:
            rows = db.fetch(_for(table, "changes"), {**asked, "limit": filter.limit})
            total = db.fetch(_for(table, "changes_total"), asked)[0]["total"]
            items = tuple(change(row) for row in rows)
            more = str(items[-1].sequence) if len(items) == filter.limit else None
            return Page[Change](items=items, next=more, total=total, as_of=_as_of(db))

    def last_change(self, topic: str) -> tuple[str, int]:
        """The store's epoch and the newest change of a topic."""
        with self._database.snapshot() as db:
            newest = db.fetch(_for(table_of(topic), "last_change"), {"topic": topic})[0]["sequence"]
            return str(_one(db.rows("hub_state"), "")["epoch"]), int(newest)

    def _revisions(self, table: str, id: str) -> Page[Revision]:
        with self._database.snapshot() as db:
            rows = db.fetch(_for(table, "revisions"), {"id": id})
            if not rows:
                raise NotFound(f"nothing is called {id}")
            items = tuple(
                Revision(revision=row["revision"], recorded_at=instant(row["recorded_at"]), value=row["value"])
                for row in rows
            )
            return Page[Revision](items=items, total=len(items), as_of=_as_of(db))


def table_of(topic: str) -> str:
    """The table of a public topic. Raises QueryInvalid."""
    if topic not in PUBLIC_TOPICS:
        known = ", ".join(sorted(PUBLIC_TOPICS))
        raise QueryInvalid([{"name": "topic", "message": f"{topic[:60]!r} is no public topic; known: {known}"}])
    return FAMILIES[topic].table


def change(row: Row) -> Change:
    """One row of a revision table as subscribers see it."""
    return Change(
        sequence=row["sequence"],
        topic=row["topic"],
        key=row["id"],
        revision=row["revision"],
        value=row["value"],
        recorded_at=instant(row["recorded_at"]),
    )


def instant(at: datetime) -> str:
    """RFC 3339 with the database session's offset, +08:00."""
    return at.isoformat(timespec="microseconds")


def _as_of(db: Snapshot) -> str | None:
    at = _one(db.rows("hub_state"), "")["as_of"]
    return instant(at) if at else None


def _for(table: str, name: str) -> str:
    return queries()[name].replace("FAMILY", table)


def _one(rows: Sequence[Row], otherwise: str) -> Row:
    if not rows:
        raise NotFound(otherwise)
    return rows[0]


def _held(db: Snapshot, family: str, id: str, rows: Sequence[Row]) -> Row:
    """The row; without one, what once was here is Gone and what never was NotFound."""
    if not rows and db.fetch(_for(family, "revisions"), {"id": id}):
        raise Gone(f"{id} has been taken down")
    return _one(rows, f"nothing is called {id}")


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant).date()


def _unmoved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    if value.get("state") == "merged" and value.get("merged_into"):
        raise Moved(str(value["id"]), str(value["merged_into"]))
    return value


def _facets(found: Found, filter: ListingFilter) -> tuple[Facet, ...]:
    """The most frequent values of each facet, and whatever is chosen, even where it counts nothing."""
    facets = []
    for name in FACETS:
        include, exclude = filter.include.get(name, ()), filter.exclude.get(name, ())
        counts = {**dict.fromkeys((*include, *exclude), 0), **found.facets[name]}
        ordered = sorted(counts, key=lambda value: (-counts[value], value))
        chosen = {*include, *exclude}
        shown = [value for place, value in enumerate(ordered) if place < FACET_VALUES or value in chosen]
        facets.append(
            Facet(
                name=name,
                more=len(ordered) - len(shown),
                values=tuple(
                    FacetValue(value=value, count=counts[value], included=value in include, excluded=value in exclude)
                    for value in shown
                ),
            )
        )
    return tuple(facets)
