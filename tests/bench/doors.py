"""Doors: rows of a snapshot and messages of a webhook that one core gives away, PostgreSQL's part included."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from ops.bus import Incoming
from ops.embedded import start_postgres
from ops.settings import Settings
from schemas.wire import encode
from sinks.portal.read import snapshots
from sinks.store import keys
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import Store
from sinks.webhooks.dispatcher import Dispatcher
from sinks.webhooks.queue import Queue
from sinks.webhooks.sender import Sender
from sinks.webhooks.subscriptions import Subscriptions
from tests.bench.line import Line
from tests.bench.quiet import spent
from tests.bench.run import Run
from tests.sinks.examples import a_transfer

TOPIC = "tongda.transfer.v1"
ROWS_AIM, DELIVERIES_AIM = 50_000.0, 2_000.0
RECEIVER = Path(__file__).parent / "receiver.py"


def measure(settings: Settings, run: Run) -> Iterator[Line]:
    number = run.scale.dossiers // 10
    postgres = start_postgres(settings.home, 0)
    database = Database(postgres.url, role="bench", size=4, statement_seconds=60)

    def cost(work: Callable[[], object]) -> float:
        """CPU of this process and of PostgreSQL's."""
        ours, theirs = time.process_time(), sum(spent(postgres.process.pid).values())
        work()
        return time.process_time() - ours + sum(spent(postgres.process.pid).values()) - theirs

    try:
        migrate(database)
        store = Store(database)
        store.claim([(TOPIC, 0)])
        for begin in range(0, number, 1000):
            store.write([transfer(at) for at in range(begin, min(begin + 1000, number))])
        method = f"the snapshot of {number:,} transfers, read to its end; CPU of the portal's code and of PostgreSQL"
        seconds = cost(lambda: sum(map(len, snapshots.lines(database, TOPIC, "public"))))
        yield Line("doors", "rows of a snapshot, a core", number / seconds, "rows/s", method, ROWS_AIM)
        sent = min(number, 5_000)
        method = f"{sent:,} messages to one receiver in a process of its own; CPU of the sender and of PostgreSQL"
        seconds = cost(lambda: deliver(database, number - sent))
        yield Line("doors", "deliveries of webhooks, a core", sent / seconds, "1/s", method, DELIVERIES_AIM)
    finally:
        database.close()
        postgres.stop()


def transfer(at: int) -> Incoming:
    id = f"transfer:{at:020d}"
    return Incoming(TOPIC, 0, at, id.encode(), encode(replace(a_transfer(), id=id)), (), 1_700_000_000_000)


def deliver(database: Database, after: int) -> None:
    """Every change after this one, to a receiver that answers at once."""
    form = keys.KEY.fullmatch(keys.make(database, "bench", "shared"))
    assert form
    held = Subscriptions(database, form[1])
    with subprocess.Popen([sys.executable, RECEIVER], stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout
        place = receiver.stdout.readline().strip()
        try:
            made = held.make(f"http://{place}/", (TOPIC,), after)
            assert made
            asyncio.run(rounds(database, place))
            assert {each.state for each in held.deliveries(made.webhook.id, limit=10_000)} == {"delivered"}
        finally:
            receiver.terminate()


async def rounds(database: Database, place: str) -> None:
    sender = Sender({place})
    dispatcher = Dispatcher(Queue(database), sender)
    try:
        while await dispatcher.round():
            await dispatcher.drain()
    finally:
        await sender.close()
