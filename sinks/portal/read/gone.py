"""Gone: what was withdrawn, merged or taken down since an instant, for those who keep a copy of a list."""

from __future__ import annotations

from typing import NamedTuple

from sinks.portal.read.answers import Tombstone
from sinks.portal.read.cursors import read_cursor, write_cursor
from sinks.portal.read.filters import GoneFilter
from sinks.portal.read.stored import instant
from sinks.store.database import Snapshot
from sinks.store.statements import of_table


class Gone(NamedTuple):
    """One page of tombstones, how many there are in all, and the cursor of the next page."""

    deleted: tuple[Tombstone, ...]
    total: int
    next: str | None


def page(db: Snapshot, filter: GoneFilter) -> Gone:
    """In the order in which they went; what came back since is not among them."""
    (after,) = read_cursor(filter, int) or (0,)
    asked = {"kinds": list(filter.kinds), "since": filter.since, "after": after}
    rows = db.fetch(of_table("gone", filter.table), {**asked, "limit": filter.limit + 1})
    total = db.fetch(of_table("gone_total", filter.table), asked)[0]["total"]
    shown = rows[: filter.limit]
    deleted = tuple(
        Tombstone(
            id=row["id"],
            revision=row["revision"],
            state=row["state"],
            reason=row["reason"],
            merged_into=row["merged_into"],
            gone_at=instant(row["recorded_at"]),
        )
        for row in shown
    )
    return Gone(deleted, total, write_cursor(filter, [shown[-1]["sequence"]]) if len(rows) > filter.limit else None)
