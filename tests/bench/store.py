"""Store: how many records of the topics one core puts into the tables, the database's part included."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from ops.bus import Incoming
from ops.embedded import start_postgres
from ops.garbage import collect_seldom
from ops.settings import Settings
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.run import LONGEST_BATCH_RECORDS
from sinks.store.store import Store
from tests.bench.line import Line
from tests.bench.page import written
from tests.bench.quiet import spent
from tests.bench.run import Run

AIM = 10_000.0  # documents a second, which 5,000 raw records a second become at the least
METHOD = (
    "what the stages make of {:,} records of a world, all topics in turn, in batches of {:,}; CPU of the store and of all "
    "processes of PostgreSQL"
)


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    records = in_turn(written(settings, run.scale.patents_before))
    for size in (LONGEST_BATCH_RECORDS, LONGEST_BATCH_RECORDS // 10):
        ours, theirs = seconds(settings.model_copy(update={"home": settings.home / str(size)}), records, size)
        method = METHOD.format(len(records), size)
        yield Line("store", f"batches of {size:,}, a core", len(records) / (ours + theirs), "records/s", method, AIM)
        yield Line("store", f"batches of {size:,}, store", 1e6 * ours / len(records), "us/record", method)
        yield Line("store", f"batches of {size:,}, PostgreSQL", 1e6 * theirs / len(records), "us/record", method)


def in_turn(records: Sequence[Incoming]) -> list[Incoming]:
    """As they would come while the store is behind: a part of every partition at a time."""
    last = {(record.topic, record.partition): record.offset + 1 for record in records}
    return sorted(records, key=lambda record: record.offset / last[record.topic, record.partition])


def seconds(settings: Settings, records: Sequence[Incoming], size: int) -> tuple[float, float]:
    """CPU of this process and of PostgreSQL's."""
    postgres = start_postgres(settings.home, 0)
    database = Database(postgres.url, role="bench", statement_seconds=60)
    try:
        migrate(database)
        store = Store(database)
        store.claim(sorted({(record.topic, record.partition) for record in records}))
        collect_seldom()
        ours, theirs = time.process_time(), sum(spent(postgres.process.pid).values())
        for begin in range(0, len(records), size):
            assert store.write(records[begin : begin + size]).gap == 0
        return time.process_time() - ours, sum(spent(postgres.process.pid).values()) - theirs
    finally:
        database.close()
        postgres.stop()
