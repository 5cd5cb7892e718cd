"""Publish: a page's rows as records of tongda.raw, with what is remembered of each, ready for one transaction."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from msgspec.structs import replace

from connectors.poll.cursor import Cursor, Remembered, memory_key
from connectors.poll.evidence import stamp
from connectors.poll.memory import Memory
from connectors.poll.pages import Origin
from connectors.read.page import Page, Row, Unreadable, encode_any, identity_of, is_another
from ops.bus import Outgoing
from schemas.records.base import Record
from schemas.records.dead_letter import DeadLetter
from schemas.records.evidence import Evidence
from schemas.records.raw import RawRecord, RowCounts, feed_key, record_key
from schemas.source.model import Source
from schemas.topics import CURSOR, DEAD_LETTER, RAW, partition_of
from schemas.traces import traceparent
from schemas.wire import encode, short_hash

NO_NOTICES: Mapping[str, Remembered] = MappingProxyType({})
NONE: Mapping[str, str] = MappingProxyType({})
MAX_ORIGINAL_BYTES = 256 << 10  # of a dead letter; the whole lies in the evidence


class Entry(NamedTuple):
    """What one row changes: at most one record to write, and what is remembered under its name."""

    record: Outgoing | None
    name: str
    remembered: Remembered
    rows: RowCounts = RowCounts()  # one new or one changed row, which no other poll will find again


@dataclass
class Batch:
    """What one page changes: records to write and to remember, and what became of its rows."""

    entries: list[Entry] = field(default_factory=list)
    rows: RowCounts = field(default_factory=RowCounts)
    refused: list[Unreadable] = field(default_factory=list)

    @property
    def news(self) -> bool:
        """Some row is new or changed."""
        return bool(self.rows.new or self.rows.changed)


@dataclass(frozen=True)
class Publication:
    """Makes the records of one feed. Pure: what is to be written is returned, never sent. ``trace``: the poll's id."""

    source: Source
    feed_id: str
    partitions: int
    trace: str = ""

    @property
    def lease(self) -> int:
        """The partition whose owner may write this feed."""
        return partition_of(feed_key(self.source.id, self.feed_id), self.partitions)

    def weigh(
        self,
        page: Page,
        origin: Origin,
        memory: Memory,
        notices: Mapping[str, Remembered] = NO_NOTICES,
        refused_of: Mapping[str, str] = NONE,
        *,
        released: bool = False,
    ) -> Batch:
        """Each row of a page against the memory. Unchanged rows give no record; a row that names other patents under
        the same key is refused, unless a person let it pass. ``refused_of``: what a refusal is of, by its name."""
        feed, refused = self.source.feeds[self.feed_id], list(page.refused)
        batch, pending = Batch(refused=refused), dict[str, Remembered]()
        results = dict.fromkeys(("new", "changed", "unchanged", "rejected"), 0)
        for row in page.rows:
            result, remembered = memory.weigh(row.key, row.digest, pending)
            if result != "unchanged":
                known = pending.get(row.key) or memory.records.get(row.key)
                identity = identity_of(feed, row.content)
                if known is not None and is_another(identity, known.identity) and not released:
                    refused.append(_conflict(row))
                    continue
                remembered = replace(remembered, identity=identity or (known.identity if known else ""))
            results[result] += 1
            if result != "unchanged":
                record, counted = self.raw(row, origin, remembered.sequence), RowCounts(read=1, **{result: 1})
                batch.entries.append(Entry(record, row.key, remembered, counted))
            elif remembered != memory.records.get(row.key) and row.key not in pending:
                batch.entries.append(Entry(None, row.key, remembered))
            else:
                continue
            pending[row.key] = remembered
        for refusal in refused:
            results["rejected"] += 1
            if remembered_refusal := memory.refuse(refusal.name, pending, refused_of.get(refusal.name, "")):
                pending[refusal.name] = remembered_refusal
                batch.entries.append(Entry(self.letter(refusal, origin), refusal.name, remembered_refusal))
        batch.entries += [Entry(None, name, remembered) for name, remembered in notices.items()]
        batch.rows = RowCounts(read=page.read, **results)
        return batch

    def raw(self, row: Row, origin: Origin, sequence: int) -> Outgoing:
        record = RawRecord(
            source=self.source.id,
            feed=self.feed_id,
            record=row.key,
            sequence=sequence,
            fetched_at=stamp(origin.received_at),
            url=row.url or origin.url,
            evidence=Evidence(sha256=row.sha256 or origin.sha256, pointer=row.pointer),
            content=row.content,
        )
        return self._keyed(RAW.name, record.key, record)

    def absent(self, name: str, known: Remembered, origin: Origin) -> Outgoing:
        """The source no longer shows this record; the evidence is the answer that did not."""
        record = RawRecord(
            source=self.source.id,
            feed=self.feed_id,
            record=name,
            sequence=known.sequence,
            fetched_at=stamp(origin.received_at),
            url=origin.url,
            evidence=Evidence(sha256=origin.sha256, pointer=""),
            content={},
            absent=True,
        )
        return self._keyed(RAW.name, record.key, record)

    def letter(self, refusal: Unreadable, origin: Origin) -> Outgoing:
        """What was refused, with its bytes. The same refusal met twice is one letter."""
        original, encoding = _text(refusal.original[:MAX_ORIGINAL_BYTES])
        letter = DeadLetter(
            id=short_hash("poll", record_key(self.source.id, self.feed_id, refusal.name)),
            stage="poll",
            reason=refusal.reason,
            message=refusal.message[:500],
            source=self.source.id,
            feed=self.feed_id,
            record=refusal.name,
            original=original,
            original_encoding=encoding,
            evidence=Evidence(sha256=origin.sha256, pointer=refusal.pointer),
            received_at=stamp(origin.received_at),
        )
        return self._keyed(DEAD_LETTER.name, letter.topic_key, letter)

    def lift(self, names: Iterable[str]) -> list[Outgoing]:
        """Nulls that close the letters of refusals and take them out of the memory: the same one is a letter anew."""
        letters = (f"poll|{record_key(self.source.id, self.feed_id, name)}".encode() for name in names)
        closed = [Outgoing(DEAD_LETTER.name, key, None, partition_of(key, self.partitions)) for key in letters]
        forgotten = (memory_key(self.source.id, self.feed_id, name) for name in names)
        return [*closed, *(Outgoing(CURSOR.name, key, None, self.lease) for key in forgotten)]

    def remember(self, name: str, remembered: Remembered) -> Outgoing:
        key = memory_key(self.source.id, self.feed_id, name)
        return Outgoing(CURSOR.name, key, encode(remembered), self.lease)

    def cursor(self, cursor: Cursor) -> Outgoing:
        return Outgoing(CURSOR.name, feed_key(self.source.id, self.feed_id).encode(), encode(cursor), self.lease)

    def transactions(
        self, batch: Batch, cursor: Cursor, limit: int
    ) -> Iterator[tuple[list[Outgoing], dict[str, Remembered]]]:
        """The batch in transactions of about ``limit`` records: a record and its memory in one, the cursor in each.

        A record and its place in ``total_rows`` are in one transaction too: a poll that ends between two of them leaves
        totals that account for what it published. The last one counts the whole page.
        """
        counted = RowCounts()
        for start in range(0, len(batch.entries), limit):
            entries = batch.entries[start : start + limit]
            counted = sum((entry.rows for entry in entries), counted)
            is_last = start + limit >= len(batch.entries)
            total = cursor.total_rows + (batch.rows if is_last else counted)
            records = [entry.record for entry in entries if entry.record]
            memory = [self.remember(entry.name, entry.remembered) for entry in entries]
            changes = {entry.name: entry.remembered for entry in entries}
            moved = self.cursor(replace(cursor, total_rows=total))
            yield [*records, *memory, moved], changes

    def _keyed(self, topic: str, key: str, value: Record) -> Outgoing:
        headers = (traceparent(self.trace, key),) if self.trace else ()
        return Outgoing(topic, key.encode(), encode(value), partition_of(key, self.partitions), headers)


def _conflict(row: Row) -> Unreadable:
    message = f"the key {row.key[:80]} stood for other patents; the record that is known stays as it was"
    return Unreadable(row.pointer, "identity_conflict", message, encode_any(row.content))


def _text(data: bytes) -> tuple[str, Literal["utf-8", "base64"]]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(data).decode("ascii"), "base64"
