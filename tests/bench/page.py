"""Page: what a portal spends on one page for people, from the request to its bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any

from ops.bus import Incoming
from ops.embedded import start_postgres
from ops.evidence import EvidenceStore
from ops.garbage import collect_seldom
from ops.settings import ROOT, Settings
from ops.sources import load_sources
from schemas.wire import decode, encode
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.serve import PLANS
from sinks.portal.show.look import Look
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import Store
from sinks.store.tables import TABLE_OF
from streams.processor import Context
from tests.bench.line import Line, percentile
from tests.bench.run import Run
from tests.hub import Hub
from tests.payloads import START, outgoing, raw_records

MOST_PATENTS, TIMES = 600, 15
LAST_MONTH = f"{START - timedelta(days=START.day):%Y-%m}"
AIM_MS = 15.0
KEPT = "CPU of the process for one request, half of {} take less; the store has not changed since the one before"
MADE = "the same, each after the store has written a figure anew"
ADDRESSES = {
    "home": "/",
    "figures": "/statistics",
    "a month": f"/statistics/monthly/{LAST_MONTH}",
    "listings": "/listings",
    "wall screen": "/screen",
}
Ask = Callable[[str], Coroutine[Any, Any, bytes]]


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    postgres = start_postgres(settings.home, 0)
    database = Database(postgres.url, role="bench", size=4, statement_seconds=60)
    try:
        migrate(database)
        store, records = Store(database), written(settings, min(MOST_PATENTS, run.scale.patents_before))
        store.claim(sorted({(record.topic, record.partition) for record in records}))
        store.write(records)
        follower = Follower(database)
        views = Views(database, follower, EvidenceStore(settings.evidence), load_plans(ROOT / PLANS), lambda: START)
        follower.step()
        collect_seldom()
        ask = client(create_app(views, follower, Pages(views, Look())))
        figure = next(record for record in records if record.topic == "tongda.statistic.v1")
        for name, address in ADDRESSES.items():
            asyncio.run(ask(address))
            kept = [milliseconds(ask, address) for _ in range(TIMES)]
            yield Line("page", f"{name}, kept", percentile(kept, 0.5), "ms of CPU", KEPT.format(TIMES), AIM_MS)
            made = []
            for _ in range(TIMES):
                figure = again(figure)
                store.write([figure])
                made.append(milliseconds(ask, address))
            yield Line("page", f"{name}, made anew", percentile(made, 0.5), "ms of CPU", MADE, AIM_MS)
    finally:
        database.close()
        postgres.stop()


def written(settings: Settings, patents: int) -> list[Incoming]:
    """What the stages make of a small world, as the store reads it."""
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write(outgoing(record, settings.partitions) for record in raw_records(patents)).run()
    return [record for (topic, _), log in hub.logs.items() if topic in TABLE_OF for record in log]


def again(figure: Incoming) -> Incoming:
    """The same figure with the next revision."""
    point = decode(figure.value or b"")
    return figure._replace(
        offset=figure.offset + 1_000_000, value=encode({**point, "revision": point["revision"] + 1_000})
    )


def milliseconds(ask: Ask, address: str) -> float:
    started = time.process_time()
    asyncio.run(ask(address))
    return 1000 * (time.process_time() - started)


def client(app: Any) -> Ask:
    """Asks the application as its server does, without a socket."""

    async def ask(address: str) -> bytes:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": address,
            "raw_path": address.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)
        assert sent[0]["status"] == 200, (address, sent[0])
        return b"".join(message.get("body", b"") for message in sent[1:])

    return ask
