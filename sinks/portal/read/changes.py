"""Changes: every revision of the topics that are shown, in the order of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas import topics
from schemas.errors import NotFound
from sinks.portal.errors import FieldError, KeyNeeded, QueryInvalid
from sinks.portal.read.answers import Change, Changes, Page, Revision, with_organisations
from sinks.portal.read.filters import ChangeFilter
from sinks.portal.read.stored import as_of, instant
from sinks.portal.secrecy import KEY_HOLDER, Reader, as_shown, shown_topics, shows_event, shows_topic
from sinks.store.database import Row, Snapshot
from sinks.store.statements import of_table
from sinks.store.tables import TABLE_OF


def table_of(topic: str, reader: Reader) -> str:
    """The table of a topic that this reader may follow. Raises QueryInvalid, KeyNeeded."""
    known = [each.name for each in shown_topics(KEY_HOLDER)]
    if topic not in known:
        message = f"{topic[:60]!r} is no public topic; known: {', '.join(sorted(known))}"
        raise QueryInvalid([FieldError(name="topic", message=message)])
    if not shows_topic(topics.named(topic), reader):
        raise KeyNeeded(f"{topic} is read with a key · 该主题凭密钥读取")
    return TABLE_OF[topic].name


def page(db: Snapshot, filter: ChangeFilter, reader: Reader) -> Changes:
    """Some changes in the order of the store; the last sequence of a page is the ``after`` of the next."""
    rows, total = [], 0
    for topic in filter.topics:
        table, asked = table_of(topic, reader), {"topic": topic, "after": filter.after}
        rows += db.fetch(of_table("changes", table), {**asked, "limit": filter.limit})
        total += db.fetch(of_table("changes_total", table), asked)[0]["total"]
    found = sorted(rows, key=lambda row: row["sequence"])[: filter.limit]
    items = tuple(change(row, reader) for row in found)
    more = str(items[-1].sequence) if len(items) == filter.limit else None
    return Changes(items=items, next=more, total=total, as_of=as_of(db), epoch=epoch_of(db))


def change(row: Row, reader: Reader) -> Change:
    """One row of a revision table as this subscriber may read it."""
    return Change(
        sequence=row["sequence"],
        topic=row["topic"],
        key=row["id"],
        revision=row["revision"],
        value=shown(row["value"], reader),
        recorded_at=instant(row["recorded_at"]),
    )


def last(db: Snapshot, topics: Sequence[str], reader: Reader) -> tuple[str, int]:
    """The store's epoch and the newest change of these topics."""
    newest = [db.fetch(of_table("last_change", table_of(topic, reader)), {"topic": topic}) for topic in topics]
    return epoch_of(db), max(int(rows[0]["sequence"]) for rows in newest)


def epoch_of(db: Snapshot) -> str:
    """Of the store: another one after a restore, whose sequences mean other changes."""
    return str(db.rows("hub_state")[0]["epoch"])


def revisions(db: Snapshot, table: str, id: str, reader: Reader) -> Page[Revision]:
    """Every revision of one event or listing, oldest first. Raises NotFound."""
    rows = db.fetch(of_table("revisions", table), {"id": id}) if shows_event(id, reader) else []
    if not rows:
        raise NotFound(f"nothing is called {id}")
    items = tuple(
        Revision(revision=row["revision"], recorded_at=instant(row["recorded_at"]), value=shown(row["value"], reader))
        for row in rows
    )
    return Page[Revision](items=items, total=len(items), as_of=as_of(db))


def shown(value: dict[str, Any] | None, reader: Reader) -> dict[str, Any] | None:
    """A stored value as this subscriber may read it, its parties with their organisation's id."""
    if value is None:
        return None
    seen = as_shown(value, reader)
    return {**seen, "statement": with_organisations(seen["statement"])} if "statement" in seen else seen
