"""Changes: every revision of the topics that are shown, in the order of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schemas import topics
from schemas.errors import NotFound
from sinks.portal.errors import FieldError, KeyNeeded, QueryInvalid
from sinks.portal.read.answers import Change, Changes, Page, Revision, with_organisations
from sinks.portal.read.filters import EVERY_RECORD, ChangeFilter, RecordFilter
from sinks.portal.read.matching import check, matches
from sinks.portal.read.stored import as_of, instant
from sinks.portal.secrecy import KEY_HOLDER, Reader, as_shown, shown_topics, shows_event, shows_topic
from sinks.store.database import Row, Snapshot
from sinks.store.statements import of_table
from sinks.store.tables import TABLE_OF

BLOCK = 200  # changes that are read at once for a filter
MOST_BLOCKS = 10  # of one page: whoever follows something rare gets a short page and the address of the next


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
    """Some changes in the order of the store; ``last`` of a page is the ``after`` of the next.

    With a filter a page looks at so many changes at most, and may have none of them. Raises QueryInvalid, KeyNeeded.
    """
    check(filter.topics, filter.records)
    tables = [(topic, table_of(topic, reader)) for topic in filter.topics]
    items, last, more = _found(db, tables, filter, reader)
    total = sum(db.fetch(of_table("changes_total", table), {"topic": topic})[0]["total"] for topic, table in tables)
    return Changes(
        items=tuple(items),
        next=str(last) if more else None,
        total=total,
        as_of=as_of(db),
        epoch=epoch_of(db),
        last=last,
    )


def _found(
    db: Snapshot, tables: Sequence[tuple[str, str]], filter: ChangeFilter, reader: Reader
) -> tuple[list[Change], int, bool]:
    """The items of one page, the change up to which was looked, and whether more may follow."""
    last, items = filter.after or before_instant(db, filter.topics, filter.since, reader), list[Change]()
    filtered = bool(filter.records.parts)
    block = BLOCK if filtered else filter.limit
    for _ in range(MOST_BLOCKS if filtered else 1):
        rows = _following(db, tables, last, block)
        for row in rows:
            last = row["sequence"]
            if found := change(row, reader, filter.records):
                items.append(found)
            if len(items) == filter.limit:
                return items, last, True
        if len(rows) < block:
            return items, max(last, _newest(db, filter.topics, reader)), False
    return items, last, True


def _following(db: Snapshot, tables: Sequence[tuple[str, str]], after: int, limit: int) -> list[Row]:
    """The next changes of all of these topics, in one order."""
    rows = [
        row
        for topic, table in tables
        for row in db.fetch(of_table("changes", table), {"topic": topic, "after": after, "limit": limit})
    ]
    return sorted(rows, key=lambda row: int(row["sequence"]))[:limit]


def change(row: Row, reader: Reader, filter: RecordFilter = EVERY_RECORD) -> Change | None:
    """One row of a revision table as this subscriber may read it; None: it was not in the filter, and is not now.

    Whoever holds what the filter held before this change holds what it holds after it.
    """
    value, former = shown(row["value"], reader), shown(row["former"], reader)
    is_in = matches(value, filter)
    if filter.parts and not is_in and not matches(former, filter):
        return None
    left = value is not None and not is_in
    return Change(
        sequence=row["sequence"],
        topic=row["topic"],
        key=row["id"],
        revision=row["revision"],
        value=None if left else value,
        recorded_at=instant(row["recorded_at"]),
        changed=changed_fields(former, value),
        left=left,
    )


def changed_fields(former: Mapping[str, Any] | None, value: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """The fields on which two shown revisions of a record differ, their number aside; None: one of them is not there."""
    if former is None or value is None:
        return None
    names = (former.keys() | value.keys()) - {"revision"}
    return tuple(sorted(name for name in names if former.get(name) != value.get(name)))


def before_instant(db: Snapshot, topics: Sequence[str], since: str | None, reader: Reader) -> int:
    """The sequence after which everything comes that was committed at this instant or later; None: after nothing.

    Everything after it is told, in order: of what a mirror holds it holds the newest.
    """
    if since is None:
        return 0
    asked = [(topic, table_of(topic, reader)) for topic in topics]
    found = [
        db.fetch(of_table("first_change_since", table), {"topic": topic, "since": since})[0]["sequence"]
        for topic, table in asked
    ]
    first = min((each for each in found if each is not None), default=None)
    return _newest(db, topics, reader) if first is None else int(first) - 1


def last(db: Snapshot, topics: Sequence[str], reader: Reader) -> tuple[str, int]:
    """The store's epoch and the newest change of these topics."""
    return epoch_of(db), _newest(db, topics, reader)


def _newest(db: Snapshot, topics: Sequence[str], reader: Reader) -> int:
    newest = [db.fetch(of_table("last_change", table_of(topic, reader)), {"topic": topic}) for topic in topics]
    return max(int(rows[0]["sequence"]) for rows in newest)


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
