"""Operations 运行: what must be 0, what waits, what is stored, which processes answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from ops import telemetry
from ops.peers import Peer
from ops.telemetry import Sample
from schemas.figures import INDICATORS
from schemas.frozen import Frozen
from schemas.records.source_status import SourceStatus
from sinks.portal import records
from sinks.portal.read.answers import StatusAnswer
from sinks.store.database import Snapshot
from sinks.store.statements import of_table
from sinks.store.tables import REVISED, TABLE_OF

GAP, LAG = "tongda_conservation_gap_records", "tongda_consumer_lag_records"
METRICS = (GAP, LAG)  # what is asked of the other processes


class LetterCount(Frozen):
    """Dead letters of one stage, reason and platform: those that wait, and those that were replayed or given up."""

    stage: str
    reason: str
    source: str | None
    open: int
    closed: int
    newest_at: str


class Equation(Frozen):
    """Something that must be 0: ``name`` and ``place`` have words; anything else says that a record is unaccounted."""

    name: Literal["pages", "stage", "areas", "digest"]
    place: str
    gap: str

    @property
    def holds(self) -> bool:
        return Decimal(self.gap) == 0


class StoredTopic(Frozen):
    """What the store holds of one topic. ``digest``: the sum, free of order, of 60 bits of SHA-256(id|revision)."""

    topic: str
    position: int
    rows: int
    digest: str
    committed_at: str


class Process(Frozen):
    """One process of this machine, as it answers now."""

    role: str
    started_at: str
    answers: bool
    ready: bool


class Lag(Frozen):
    """Records of a topic that a group has not read yet."""

    group: str
    topic: str
    records: int


class Operations(Frozen):
    """What an operator looks at first."""

    feeds: tuple[StatusAnswer, ...]
    equations: tuple[Equation, ...]
    letters: tuple[LetterCount, ...]
    stored: tuple[StoredTopic, ...]
    processes: tuple[Process, ...]
    lags: tuple[Lag, ...]
    as_of: str | None


def operations(db: Snapshot, peers: Sequence[Peer], as_of: str | None) -> Operations:
    """One look at everything, from one snapshot of the store."""
    feeds = _feeds(db)
    samples = [sample for peer in peers for sample in peer.samples]
    letters = (
        LetterCount(**{**row, "newest_at": row["newest_at"].isoformat(timespec="seconds")})
        for row in db.rows("letter_counts")
    )
    processes = (
        Process(role=peer.role, started_at=peer.started_at, answers=peer.answers, ready=peer.ready) for peer in peers
    )
    lags = (
        Lag(group=sample.labels["group"], topic=sample.labels["topic"], records=int(sample.value))
        for sample in samples
        if sample.name == LAG
    )
    return Operations(
        feeds=feeds,
        equations=tuple(_equations(db, feeds, samples)),
        letters=tuple(letters),
        stored=tuple(_stored(db)),
        processes=tuple(processes),
        lags=tuple(lags),
        as_of=as_of,
    )


def _feeds(db: Snapshot) -> tuple[SourceStatus, ...]:
    return tuple(records.record(SourceStatus, row["value"]) for row in db.rows("source_statuses"))


def _equations(db: Snapshot, feeds: Sequence[SourceStatus], samples: Iterable[Sample]) -> Iterable[Equation]:
    """Rows of the connectors, records of each other process, areas of each figure."""
    yield Equation(name="pages", place="connectors", gap=str(sum(feed.total_rows.gap for feed in feeds)))
    for sample in samples:
        place = sample.labels.get("place", "")
        if sample.name == GAP and place not in ("pages", "feeds", "areas"):
            yield Equation(name=_name(place), place=place, gap=str(int(sample.value)))
    for place, gap in _area_gaps(db).items():
        yield Equation(name="areas", place=place, gap=f"{gap.normalize():f}")


def measure(db: Snapshot) -> None:
    """The equations that the store alone can answer, as gauges of the portal."""
    feeds = _feeds(db)
    telemetry.gauge(GAP, sum(feed.total_rows.gap for feed in feeds), place="feeds")
    telemetry.gauge(GAP, float(sum(abs(gap) for gap in _area_gaps(db).values())), place="areas")


def _area_gaps(db: Snapshot) -> dict[str, Decimal]:
    """Figure → its prefectures and 其他 less the province, for the figures whose areas add up."""
    summed = [indicator.id for indicator in INDICATORS if indicator.sums_over_areas]
    return {row["indicator"]: row["gap"] for row in db.rows("area_gaps", indicators=summed)}


def _name(place: str) -> Literal["digest", "stage"]:
    return "digest" if place == "digest" else "stage"


def _stored(db: Snapshot) -> Iterable[StoredTopic]:
    """Every topic whose things have revisions, with the digest that the store's audit compares each minute."""
    tables = {TABLE_OF[topic].name for topic in REVISED}
    counted = {row["topic"]: row for table in sorted(tables) for row in db.fetch(of_table("digest", table))}
    return (
        StoredTopic(
            topic=row["topic"],
            position=row["position"],
            rows=counted[row["topic"]]["number"],
            digest=f"{int(counted[row['topic']]['digest']):016x}",
            committed_at=row["committed_at"].isoformat(timespec="seconds"),
        )
        for row in db.rows("reached")
        if row["topic"] in counted
    )
