"""Snapshots: everything that stands on a topic at one moment, as lines of JSON, and from where changes, stream and Kafka go on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from schemas import topics
from schemas.contract.records import address
from schemas.errors import NotFound
from schemas.wire import encode
from sinks.portal.read import changes
from sinks.portal.read.filters import EVERY_RECORD, RecordFilter
from sinks.portal.read.matching import check, matches
from sinks.portal.read.stored import as_of
from sinks.portal.secrecy import KEY_HOLDER, Reader, shown_topics
from sinks.store.database import Database, Snapshot
from sinks.store.statements import of_table

ROWS = 500  # read and sent at a time: what a snapshot holds in memory
CONSUMER = "store"  # whose offsets the tables are at


def known_topic(topic: str) -> str:
    """A topic that may be followed, by some with a key alone. Raises NotFound."""
    if topic not in {each.name for each in shown_topics(KEY_HOLDER)}:
        raise NotFound(f"{topic[:60]!r} is no public topic; /api/v1/topics lists them")
    return topic


def parts(
    database: Database, topic: str, reader: Reader, filter: RecordFilter = EVERY_RECORD
) -> Generator[Any, None, None]:
    """The head, then lists of some of the records that the filter holds, one for each key.

    One transaction that reads one state of the database, for as long as the reader takes them; the server ends it when none
    is taken for some seconds. Raises NotFound, KeyNeeded, QueryInvalid, Unreachable with the first.
    """
    table = changes.table_of(known_topic(topic), reader)
    check((topic,), filter)
    with database.moment() as db:
        yield head(db, topic, reader, filter)
        rows = db.stream(of_table("standing", table), size=ROWS, topic=topic)
        while some := [*islice(rows, ROWS)]:
            records = [
                {"key": row["id"], "revision": row["revision"], "value": changes.shown(row["value"], reader)}
                for row in some
            ]
            if held := [each for each in records if matches(each["value"], filter)]:
                yield held


def lines(database: Database, topic: str, reader: Reader, filter: RecordFilter = EVERY_RECORD) -> Iterator[bytes]:
    """``head``, one line for each key, ``end`` with their number: without it the snapshot is not whole. Blocks of some lines."""
    with closing(parts(database, topic, reader, filter)) as found:
        yield _line({"head": next(found)})
        number = 0
        for some in found:
            number += len(some)
            yield b"".join(map(_line, some))
    yield _line({"end": {"records": number}})


def head(db: Snapshot, topic: str, reader: Reader, filter: RecordFilter) -> dict[str, Any]:
    """What it is of, and the place after it in the changes, the stream and the partitions."""
    epoch, newest = changes.last(db, (topic,), reader)
    stands = db.rows("positions", consumer=CONSUMER)
    return {
        "topic": topic,
        "schema": address(topics.named(topic)),
        "as_of": as_of(db),
        "epoch": epoch,
        "sequence": newest,
        "changes": "/api/v1/changes?" + urlencode([("topic", topic), *filter.query, ("after", newest)]),
        "last_event_id": f"{epoch}-{newest}",
        "offsets": {str(row["partition"]): row["position"] for row in stands if row["topic"] == topic},
    }


def _line(value: dict[str, Any]) -> bytes:
    return encode(value) + b"\n"
