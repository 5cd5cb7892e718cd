"""The readers that we ship, against a running hub: killed ten times each of them ends equal to it, and proves a figure.

All languages share one hub and run side by side. The hub says when a reader dies: after so many blocks of its answers were sent, and
up to 50 ms later, so that deaths fall into requests, into writing and between both.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ops.bus import Incoming
from ops.embedded.service import free_port
from ops.settings import Settings
from ops.sources import load_sources
from schemas import topics
from schemas.errors import Unreachable
from schemas.records.raw import RowCounts
from schemas.wire import decode
from sinks.portal.secrecy import KEY_HOLDER, shown_topics
from sinks.store import keys
from sinks.store.database import Database
from sinks.webhooks.dispatcher import Dispatcher
from sinks.webhooks.queue import Queue
from sinks.webhooks.sender import Sender
from sinks.webhooks.signature import headers
from sinks.webhooks.subscriptions import Subscriptions
from streams.processor import Context
from tests.hub import Hub
from tests.payloads import outgoing, raw_records
from tests.sinks.conftest import Feeder, Portal, Served
from tests.sinks.examples import a_transfer
from tests.sinks.portal.examples import a_status
from tests.sinks.portal.readers import LANGUAGES, Copied, Language, Reader

pytestmark = pytest.mark.timeout(1200)  # on a new machine Go compiles its library first: 50 s of CPU
TOPICS = [topic.name for topic in shown_topics(KEY_HOLDER)]
KILLS, STEPS, MOST_STEPS = 10, 12, 24  # some runs end before their death comes; what is new is fed in steps
FIGURE = ("tongda.transfer.v1", "tongda.statistic.v1")
ENDS_SECONDS = 240.0


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_what_the_readers_of_a_language_need_is_here(language: Language) -> None:
    if language.missing:
        pytest.skip(f"{', '.join(language.missing)} is missing: the {language.name} readers were not tried")


HERE = [language for language in LANGUAGES if not language.missing]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the readers of every language that runs here were built."""
    folder = tmp_path_factory.mktemp("readers")
    for language in HERE:
        Reader(language, folder, folder, "").build()
    return folder


@pytest.fixture
def readers(db: Database, built: Path, tmp_path: Path) -> list[Reader]:
    """Of every language that runs here, each with a key of its own."""
    return [Reader(language, built, tmp_path, keys.make(db, language.name, "shared")) for language in HERE]


class Deadly:
    """The portal as an ASGI application that kills a reader at a moment of its answers."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.doomed: dict[str, tuple[int, float, subprocess.Popen[bytes]]] = {}  # blocks and seconds, by key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        key = dict(scope.get("headers", ())).get(b"authorization", b"").decode().removeprefix("Bearer ")

        async def sent(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and key in self.doomed:
                blocks, seconds, process = self.doomed[key]
                self.doomed[key] = (blocks - 1, seconds, process)
                if blocks == 1:
                    asyncio.get_running_loop().call_later(seconds, process.kill)

        await self.app(scope, receive, sent)


@pytest.fixture
def deadly(portal: Portal) -> Iterator[tuple[str, Deadly]]:
    """Where it listens."""
    deadly = Deadly(portal.app)
    served = Served(lambda _: deadly)  # type: ignore[arg-type, return-value]
    yield served.url, deadly
    served.stop()


def history() -> list[Incoming]:
    """All that the stages write on topics that may be followed, for a small world."""
    settings = Settings(profile="test", slot="test", kafka="127.0.0.1:1")
    hub = Hub(Context(settings.partitions, load_sources(settings.sources)))
    hub.write([outgoing(record, settings.partitions) for record in raw_records(30)]).run()
    return [record for record in hub.history if record.topic in TOPICS]


def standing(portal: Portal, topic: str) -> Copied:
    """What the hub has, by its own view of the topic."""
    lines = b"".join(portal.views.read_by(KEY_HOLDER).snapshot_of(topic)).splitlines()
    return {one["key"]: (one["revision"], one["value"]) for one in map(decode, lines[1:-1])}


def write(feeder: Feeder, records: list[Incoming]) -> None:
    """Again where a machine that stands still lets a transaction run out, as the sink itself does."""
    for left in reversed(range(5)):
        try:
            feeder.store.write(records)
            return
        except Unreachable:
            if not left:
                raise


def unlike(readers: list[Reader], portal: Portal, topic: str) -> list[str]:
    """The languages whose copy is not what the hub has."""
    expected = standing(portal, topic)
    return [reader.language.name for reader in readers if reader.copied(topic) != expected]


def mirror_to_the_end(reader: Reader, hub: str, topics: Sequence[str]) -> None:
    """Again where the hub was busy: it says so with 503, and the reader with its end."""
    for _ in range(5):
        if reader.mirror(hub, topics).wait(timeout=ENDS_SECONDS) == 0:
            return
    raise AssertionError(f"{reader.language.name} does not come to an end")


def test_readers_killed_ten_times_end_equal_to_the_hub_and_prove_a_figure(
    readers: list[Reader], portal: Portal, feeder: Feeder, db: Database, deadly: tuple[str, Deadly]
) -> None:
    (hub, death), chance, records = deadly, random.Random(7), history()
    kills = {reader.key: -chance.randrange(3) for reader in readers}  # below 0: begins so many steps later
    for step in range(MOST_STEPS):
        if min(kills.values()) == KILLS and step > STEPS:
            break
        begin, end = (len(records) * at // STEPS for at in (step, step + 1))
        new = [feeder.record(each.topic, each.key.decode(), each.value) for each in records[begin:end]]
        gone = sorted({each.key.decode() for each in new if each.topic == topics.SUPPLY.name})[:1]
        new += [feeder.record(topics.SUPPLY.name, key, None) for key in gone]
        new += feeder.records(a_status(rows=RowCounts(read=step, new=step), revision=step + 1))
        for first in range(0, len(new), 100):
            write(feeder, new[first : first + 100])
        portal.follower.step()
        running = {reader.key: reader.mirror(hub, TOPICS) for reader in readers if 0 <= kills[reader.key] < KILLS}
        death.doomed = {
            key: (chance.randrange(1, len(TOPICS)), chance.uniform(0, 0.05), process)
            for key, process in running.items()
        }
        ended = {key: process.wait(timeout=ENDS_SECONDS) for key, process in running.items()}
        kills = {key: number + (ended.get(key) == -signal.SIGKILL or number < 0) for key, number in kills.items()}
    assert set(kills.values()) == {KILLS}
    death.doomed.clear()

    for reader in readers:
        mirror_to_the_end(reader, hub, TOPICS)
    for topic in TOPICS:
        assert unlike(readers, portal, topic) == [], topic
    counted = [reader.figure() for reader in readers]
    assert len(set(counted)) == 1 and len(counted[0].splitlines()) > 12
    assert all(published == own != "0" for _, published, own in (line.split() for line in counted[0].splitlines()[-1:]))

    with db.transaction() as restored:  # its numbers mean other changes now
        restored.rows("new_epoch")
        restored.execute("delete from event where id = (select min(id) from event where kind = 'transfer')")
    for reader in readers:
        mirror_to_the_end(reader, hub, FIGURE)
        assert not any(unlike([reader], portal, topic) for topic in FIGURE)
        assert differs(reader), "a lost transfer is noticed"


def differs(reader: Reader) -> bool:
    try:
        reader.figure()
    except subprocess.CalledProcessError as error:
        return error.returncode == 1
    return False


def test_receivers_take_what_the_hub_signed_and_nothing_else(
    readers: list[Reader], db: Database, feeder: Feeder
) -> None:
    with ExitStack() as stack:
        ports = {reader.key: free_port() for reader in readers}
        made, printed = {}, {}
        for reader in readers:
            form = keys.KEY.fullmatch(reader.key)
            assert form
            url = f"http://127.0.0.1:{ports[reader.key]}/hook"
            made[reader.key] = Subscriptions(db, form[1]).make(url, ("tongda.transfer.v1",))
            receiving = reader.receiving(ports[reader.key], made[reader.key].secret)
            printed[reader.key] = stack.enter_context(receiving)
        feeder.feed(*(a_transfer(id=f"transfer:{number:04d}") for number in range(3)))
        asyncio.run(rounds(db, {f"127.0.0.1:{port}" for port in ports.values()}))
        for reader in readers:
            secret = made[reader.key].secret
            assert [posted(ports[reader.key], secret, *lie) for lie in LIES] == [401] * len(LIES), reader.language.name
    for reader in readers:
        sent = Subscriptions(db).deliveries(made[reader.key].webhook.id, limit=10)
        assert {each.state for each in sent} == {"delivered"} and len(sent) == 3
        expected = sorted(f"{each.id} {each.record} {each.revision} {each.record_state}" for each in sent)
        assert sorted(printed[reader.key]) == expected, reader.language.name


BODY = b'{"type": "tongda.transfer.v1", "data": {"id": "transfer:1", "revision": 1, "state": "current"}}'
LIES = (
    (0, BODY.replace(b"current", b"taken_down")),  # not what was signed
    (-1000, BODY),  # a recording
    (1000, BODY),  # for later
    (0, b" " * 100_000),  # too much
)


def posted(port: int, secret: str, age: int, body: bytes) -> int:
    """The answer to a message that nobody may believe."""
    signed = headers([secret], "msg_1", int(time.time()) + age, BODY)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/hook", body, {**signed, "Content-Type": "application/json"})
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        return 401 if len(body) > 65_536 else 0  # it hung up rather than read all of it
    finally:
        connection.close()


async def rounds(database: Database, places: set[str]) -> None:
    sender = Sender(places, 60.0)
    dispatcher = Dispatcher(Queue(database), sender)
    try:
        while await dispatcher.round():
            await dispatcher.drain()
    finally:
        await sender.close()
