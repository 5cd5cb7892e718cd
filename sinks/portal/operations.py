"""Operations 运行: what must be 0, what waits, what is held, who answers: from the store and the other processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ops import telemetry
from ops.peers import Peer
from schemas.records.raw import SourceStatus
from sinks.portal.models import Equation, Held, Lag, Letters, Operations, Process
from sinks.store.database import Snapshot, queries
from sinks.store.families import FAMILIES, LETTER, STATUS

GAP, LAG = "tongda_conservation_gap_records", "tongda_consumer_lag_records"
METRICS = (GAP, LAG)  # what is asked of the other processes


def operations(db: Snapshot, peers: Sequence[Peer], as_of: str | None) -> Operations:
    """One look at everything, from one snapshot of the store."""
    feeds = tuple(SourceStatus.model_validate(row["value"]) for row in db.rows("source_statuses"))
    samples = [sample for peer in peers for sample in peer.samples]
    return Operations(
        feeds=feeds,
        equations=(
            Equation(name="pages", place="connectors", gap=str(sum(feed.total_rows.gap for feed in feeds))),
            *(
                Equation(name=_name(sample.labels["place"]), place=sample.labels["place"], gap=str(int(sample.value)))
                for sample in samples
                if sample.name == GAP and sample.labels.get("place") not in ("pages", "feeds", "areas")
            ),
            *(
                Equation(name="areas", place=row["indicator"], gap=f"{row['gap'].normalize():f}")
                for row in db.rows("area_gaps")
            ),
        ),
        letters=tuple(
            Letters(**{**row, "newest_at": row["newest_at"].isoformat(timespec="seconds")})
            for row in db.rows("letter_counts")
        ),
        held=tuple(_held(db)),
        processes=tuple(
            Process(role=peer.role, started_at=peer.started_at, answers=peer.answers, ready=peer.ready)
            for peer in peers
        ),
        lags=tuple(
            Lag(group=sample.labels["group"], topic=sample.labels["topic"], records=int(sample.value))
            for sample in samples
            if sample.name == LAG
        ),
        as_of=as_of,
    )


def measure(db: Snapshot) -> None:
    """The equations that the store alone can answer, as gauges of the portal."""
    feeds = [SourceStatus.model_validate(row["value"]) for row in db.rows("source_statuses")]
    telemetry.gauge(GAP, sum(feed.total_rows.gap for feed in feeds), place="feeds")
    telemetry.gauge(GAP, sum(abs(row["gap"]) for row in db.rows("area_gaps")), place="areas")


def _name(place: str) -> Literal["digest", "stage"]:
    return "digest" if place == "digest" else "stage"


def _held(db: Snapshot) -> Iterable[Held]:
    """Every topic whose things have revisions, with the digest that the store's audit compares each minute."""
    tables = {family.table for family in FAMILIES.values() if family not in (LETTER, STATUS)}
    told = {
        row["topic"]: row for table in sorted(tables) for row in db.fetch(queries()["digest"].replace("FAMILY", table))
    }
    return (
        Held(
            topic=row["topic"],
            position=row["position"],
            rows=told[row["topic"]]["number"],
            digest=f"{int(told[row['topic']]['digest']):016x}",
            committed_at=row["committed_at"].isoformat(timespec="seconds"),
        )
        for row in db.rows("reached")
        if row["topic"] in told
    )
