"""Search: what a portal spends on the index of its listings when it starts, and on a query once it has it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from itertools import product

from ops.embedded import start_postgres
from ops.garbage import collect_seldom
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.wire import encode
from sinks.portal.search.filter import Chosen, ListingFilter, Sort
from sinks.portal.search.follow import Follower
from sinks.store.database import Database
from sinks.store.migrate import migrate
from streams.processor import Context
from tests.bench.line import Line, percentile
from tests.hub import Hub
from tests.payloads import outgoing, raw_records

LISTINGS, PATENTS = 100_000, 600
ABSTRACT = 130  # characters, as those of a patent office have on average
AIM_SECONDS, AIM_MS = 8.0, 10.0
BUILD = f"CPU of the process from its first look at the store until ready; {LISTINGS:,} listings, texts of the sandbox mixed"
QUERY = "CPU of one search with the exact counts of all facets and the 50 best; {} queries, none asked before"
SORTS: tuple[Sort, ...] = ("relevance", "newest", "price")
WORDS = ("", "装置", "传感器", "制备方法", "茶叶", "工程车辆", "复合材料 湖南", "检测 -装置", "2021")
CHOICES: tuple[Chosen, ...] = (
    {},
    {"kind": ("supply",)},
    {"area": ("430100", "430200")},
    {"industry": ("F1",), "price": ("negotiable",)},
)


def measure(settings: Settings) -> Iterator[Line]:
    postgres = start_postgres(settings.home, 0)
    database = Database(postgres.url, role="bench", statement_seconds=300)
    try:
        migrate(database)
        fill(database, settings)
        follower = Follower(database)
        collect_seldom()  # as a portal does
        started = time.process_time()
        follower.step()
        seconds = time.process_time() - started
    finally:
        database.close()
        postgres.stop()
    assert len(follower.index) == LISTINGS
    yield Line("search", f"index of {LISTINGS:,} listings", seconds, "s of CPU", BUILD, AIM_SECONDS)
    taken = list(times(follower))
    method = QUERY.format(len(taken))
    yield Line("search", "query, p50", percentile(taken, 0.50), "ms of CPU", method)
    yield Line("search", "query, p99", percentile(taken, 0.99), "ms of CPU", method, AIM_MS)


def fill(database: Database, settings: Settings) -> None:
    """The listings of a small world under new ids, each with the title of a second and the abstracts of others."""
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write(outgoing(record, settings.partitions) for record in raw_records(PATENTS)).run()
    shown = [value for topic in (topics.SUPPLY, topics.DEMAND) for value in hub.values(topic.name).values()]
    columns = ("id", "revision", "topic", "value", "sequence", "recorded_at")
    with database.transaction() as db:
        db.copy("listing", columns, rows(shown, random.Random(1)))


def rows(shown: Sequence[dict[str, object]], chance: random.Random) -> Iterator[tuple[object, ...]]:
    for number in range(1, LISTINGS + 1):
        base = chance.choice(shown)
        listing = {
            **base,
            "id": f"{base['kind']}:{number:020x}",
            "title": chance.choice(shown)["title"],
            "summary": "".join(str(each["summary"]) for each in chance.choices(shown, k=5))[:ABSTRACT],
        }
        yield listing["id"], 1, f"tongda.{base['kind']}.v1", encode(listing).decode(), number, "2026-06-01"


def times(follower: Follower) -> Iterator[float]:
    """Milliseconds of CPU for each query."""
    for words, choice, sort in product(WORDS, CHOICES, SORTS):
        filter = ListingFilter(q=words, include=dict(choice), sort=sort)
        started = time.process_time()
        follower.index.search(filter)
        yield 1000 * (time.process_time() - started)
