"""Candidates 待复核: pairs of events that may be one, and events whose records may be of several. A person rules (``review``).

Bounded: of each kind the newest events alone are looked at, by an index, and a page shows so many.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from schemas.kinds import KINDS
from schemas.records.event import Disagreement, Provenance
from schemas.records.raw import record_key
from sinks.store.database import Database

AMONG = 400  # newest events of each kind that are looked at
DAYS = 45  # between two reports of one deal: a contract is registered, and published by the gazette, weeks apart
MOST = 50  # of each on a page


class Pair(NamedTuple):
    """Two events of one kind about one subject, told by different platforms within ``DAYS``."""

    kind: str
    subject: str
    one: str
    other: str
    earlier: str
    later: str


class Doubtful(NamedTuple):
    """An event whose sources contradict each other. ``records``: what it rests on, as ``source|feed|record``."""

    id: str
    kind: str
    subject: str
    occurred_on: str | None
    records: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


def pairs(database: Database) -> list[Pair]:
    """Those whose later event is newest first."""
    with database.snapshot() as db:
        return db.read(Pair, "merge_candidates", kinds=_kinds(), among=AMONG, days=DAYS, most=MOST)


def doubtful(database: Database) -> list[Doubtful]:
    """The newest first."""
    with database.snapshot() as db:
        rows = db.rows("split_candidates", kinds=_kinds(), among=AMONG, most=MOST)
    return [_doubtful(row) for row in rows]


def _doubtful(row: dict[str, Any]) -> Doubtful:
    sources = msgspec.convert(row["sources"], tuple[Provenance, ...])
    return Doubtful(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        occurred_on=row["occurred_on"],
        records=tuple(record_key(each.source, each.feed, each.record) for each in sources),
        disagreements=msgspec.convert(row["disagreements"], tuple[Disagreement, ...]),
    )


def _kinds() -> list[str]:
    return [kind.name for kind in KINDS]
