"""Changes: every revision of a topic that is shown, in the order of the store."""

from __future__ import annotations

from schemas.errors import NotFound
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.answers import Change, Page, Revision
from sinks.portal.read.filters import ChangeFilter
from sinks.portal.read.stored import as_of, instant
from sinks.portal.secrecy import shown_topics, shows_event
from sinks.store.database import Row, Snapshot
from sinks.store.statements import of_table
from sinks.store.tables import TABLE_OF


def table_of(topic: str) -> str:
    """The table of a topic that is shown. Raises QueryInvalid."""
    known = [each.name for each in shown_topics()]
    if topic not in known:
        message = f"{topic[:60]!r} is no public topic; known: {', '.join(sorted(known))}"
        raise QueryInvalid([FieldError(name="topic", message=message)])
    return TABLE_OF[topic].name


def page(db: Snapshot, filter: ChangeFilter) -> Page[Change]:
    """Some changes of one topic; the last sequence of a page is the ``after`` of the next."""
    table = table_of(filter.topic)
    asked = {"topic": filter.topic, "after": filter.after}
    rows = db.fetch(of_table("changes", table), {**asked, "limit": filter.limit})
    total = db.fetch(of_table("changes_total", table), asked)[0]["total"]
    items = tuple(change(row) for row in rows)
    more = str(items[-1].sequence) if len(items) == filter.limit else None
    return Page[Change](items=items, next=more, total=total, as_of=as_of(db))


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


def last(db: Snapshot, topic: str) -> tuple[str, int]:
    """The store's epoch and the newest change of a topic."""
    newest = db.fetch(of_table("last_change", table_of(topic)), {"topic": topic})[0]["sequence"]
    return str(db.rows("hub_state")[0]["epoch"]), int(newest)


def revisions(db: Snapshot, table: str, id: str) -> Page[Revision]:
    """Every revision of one event or listing, oldest first. Raises NotFound."""
    rows = db.fetch(of_table("revisions", table), {"id": id}) if shows_event(id) else []
    if not rows:
        raise NotFound(f"nothing is called {id}")
    items = tuple(
        Revision(revision=row["revision"], recorded_at=instant(row["recorded_at"]), value=row["value"]) for row in rows
    )
    return Page[Revision](items=items, total=len(items), as_of=as_of(db))
