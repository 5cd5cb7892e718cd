"""The edges as subjects: connectors that poll a changing platform, the store, and the portal with a live stream."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from urllib.error import URLError
from urllib.request import Request, urlopen

from ops.bus import Admin, Outgoing, Writer
from ops.embedded.service import free_port
from ops.evidence import EvidenceStore
from ops.settings import Settings
from schemas import topics, wire
from schemas.records.raw import RawRecord
from sinks.store.compare import compare
from sinks.store.database import Database
from sinks.store.migrate import migrate
from tests.connectors.platform import Platform, paged
from tests.databases import create_database
from tests.live.lives import Life
from tests.live.outside import Outside
from tests.live.subject import DRAINED, Subject
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_listing, a_transfer

DEFINITION = """
id: hn_test
name: 测试平台
authority: provincial
access: {base: "https://test.example.invalid", ok: {at: /code, in: [200]}}
feeds:
  deals:
    kind: transfer
    phase: noticed
    request: {path: /api/deals, query: {pageSize: "10"}}
    paging: {style: page, parameter: pageNo, total: /data/total, proof: [total_each_page, first_page_again]}
    records: /data/list
    key: /id
"""
POLL_STEPS = (
    "request.before",
    "headers.after",
    "body.partial",
    "body.after",
    "evidence.partial",
    "evidence.after",
    "begin.after",
    "raw.partial",
    "cursor.after",
    "commit.before",
    "commit.after",
    "prove.after",
)
TRANSFER = "tongda.transfer.v1"


class PollSubject(Subject):
    """The connectors. Every row of the platform changes before each life; a version that was never polled is no loss."""

    role = "connectors"
    points = (*(f"poll.{step}" for step in POLL_STEPS), "file.partial", "file.rename.before", DRAINED)
    survived = ("raise",)  # of which one poll ends
    grace_seconds = 5.0  # it never stops polling
    rows = 35

    def __init__(self, settings: Settings, name: str = "connectors") -> None:
        super().__init__(settings, name)
        self.version = 0
        self.platform = Platform(lambda path, query, n: paged(self.shown(), query))
        self.platform.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client was killed
        folder = self.settings.home / "sources" / "hn_test"
        folder.mkdir(parents=True)
        (folder / "source.yml").write_text(DEFINITION, encoding="utf-8")
        self.settings = self.settings.model_copy(
            update={
                "sources": folder.parent,
                "sandbox_every_seconds": 0.3,
                "source_bases": {"hn_test": self.platform.base},
            }
        )
        with Admin(self.settings) as admin:
            admin.apply(topics.TOPICS)
        self.outside = Outside(self.settings, [topics.RAW.name])
        self.evidence = EvidenceStore(self.settings.evidence)

    def shown(self) -> list[dict[str, str]]:
        """The platform's list now."""
        return [
            {"id": f"r{number:03d}", "专利号": f"2020{number:08d}", "版本": str(self.version)}
            for number in range(self.rows)
        ]

    def feed(self) -> None:
        self.version += 1

    def settled(self) -> bool:
        newest = self.outside.look().newest(topics.RAW.name)
        return len(newest) == self.rows and all(
            wire.load(RawRecord, value).content["版本"] == str(self.version) for value in newest.values() if value
        )

    def wrong(self) -> list[str]:
        differences, published = [], defaultdict[str, list[tuple[int, int]]](list)
        for one in self.outside.records[topics.RAW.name]:
            record = wire.load(RawRecord, one.value or b"")
            published[record.record].append((record.sequence, int(record.content["版本"])))
            if record.evidence is None or not self.evidence.get(record.evidence.sha256):
                differences.append(f"{record.record} {record.sequence}: its evidence is not there")
        for name, states in published.items():
            sequences, versions = [sequence for sequence, _ in states], [version for _, version in states]
            if sequences != list(range(1, len(states) + 1)) or any(a >= b for a, b in itertools.pairwise(versions)):
                differences.append(f"{name}: published as (sequence, version) {states}")
        return differences

    def close(self) -> None:
        super().close()
        self.platform.close()
        self.outside.close()


class StoreSubject(Subject):
    """The store, over three families of rows that arrive one transaction after the other."""

    role = "store"
    points = ("sink.offsets.after", "sink.rows.partial", "sink.commit.before", "sink.commit.after", DRAINED)
    often = dict.fromkeys(points[:-1], 5)
    grace_seconds = 2.0

    def __init__(self, settings: Settings, name: str = "store") -> None:
        super().__init__(settings, name)
        self.settings = self.settings.model_copy(
            update={"database": create_database(settings.database, self.settings.topic_prefix[:-1])}
        )
        with Admin(self.settings) as admin:
            admin.apply(topics.TOPICS)
        self.writer = Writer(self.settings, "trial.feed.0")
        self.writer.open()
        self.database = Database(self.settings.database, role="tests", statement_seconds=60)
        migrate(self.database)
        self.round = self.written = 0

    def feed(self) -> None:
        """The older half of the transfers in a newer revision, and new listings."""
        self.round += 1
        events = [a_transfer(id=f"transfer:{n}", revision=self.round) for n in range(20)]
        listings = [a_listing(3 * self.round + n) for n in range(3)]
        written = [(TRANSFER, one) for one in events] + [(topics.SUPPLY.name, one) for one in listings]
        self.writer.commit(
            [
                Outgoing(
                    topic, one.id.encode(), wire.encode(one), topics.partition_of(one.id, self.settings.partitions)
                )
                for topic, one in written
            ]
        )
        self.written += len(written)

    def provoke(self, point: str, life: Life) -> None:
        """Keep writing records until the process has ended."""
        super().provoke(point, life)
        deadline = time.monotonic() + 30
        while point != DRAINED and life.process.poll() is None and time.monotonic() < deadline:
            self.feed()
            time.sleep(0.1)

    def revisions(self) -> int:
        with self.database.snapshot() as db:
            (row,) = db.fetch(
                "select (select count(*) from event_revision) + (select count(*) from listing_revision) as held"
            )
        return int(row["held"])

    def settled(self) -> bool:
        return self.revisions() >= self.written

    def wrong(self) -> list[str]:
        _, differences = compare(self.settings, self.database)
        if (held := self.revisions()) != self.written:
            differences.append(f"{self.written} revisions were written, {held} are held")
        return differences

    def close(self) -> None:
        super().close()
        self.writer.close()
        self.database.close()


class StreamSubject(Subject):
    """The portal's live stream, with a reader that reconnects with the last id it read."""

    role = "portal"
    points = ("sse.flush.before",)
    survived = ("raise",)  # of which one connection ends
    stopped = -15  # uvicorn, after it has shut down in order
    grace_seconds = 0.5
    changes = 6

    def __init__(self, settings: Settings, name: str = "portal") -> None:
        super().__init__(settings, name)
        url, port = create_database(settings.database, self.settings.topic_prefix[:-1]), free_port()
        self.settings = self.settings.model_copy(update={"database": url, "portal": f"127.0.0.1:{port}"})
        self.database = Database(url, role="tests")
        migrate(self.database)
        self.feeder = Feeder(self.database)
        with self.database.snapshot() as db:
            self.last = f"{db.rows('hub_state')[0]['epoch']}-0"
        self.fed: list[str] = []
        self.received: list[str] = []
        self.resets: list[str] = []
        self.stopping = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def feed(self) -> None:
        names = [f"transfer:{len(self.fed) + number}" for number in range(self.changes)]
        self.feeder.feed(*[a_transfer(id=name) for name in names])
        self.fed += names

    def read(self) -> None:
        """Read until stopped, reconnecting after every connection that ends."""
        address = f"http://{self.settings.portal}/api/v1/stream?topic={TRANSFER}"
        while not self.stopping.is_set():
            with (
                suppress(URLError, OSError, ValueError),
                urlopen(Request(address, headers={"Last-Event-ID": self.last}), timeout=2) as answer,
            ):
                self.listen(answer)
            time.sleep(0.05)

    def listen(self, lines: Iterable[bytes]) -> None:
        """One connection. An event is complete at its empty line."""
        event: dict[str, str] = {}
        for line in lines:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                event[name] = value
                continue
            if event.get("event") == "reset":
                self.resets.append(f"reset after {self.last}")
            elif event.get("event") == "change":
                self.received.append(json.loads(event["data"])["key"])
            self.last, event = event.get("id", self.last), {}

    def settled(self) -> bool:
        return len(self.received) >= len(self.fed)

    def wrong(self) -> list[str]:
        return self.resets + ([] if self.received == self.fed else [f"fed {self.fed}, received {self.received}"])

    def close(self) -> None:
        super().close()
        self.stopping.set()
        self.reader.join(5)
        self.database.close()


def edge_subjects(settings: Settings) -> Iterable[Subject]:
    """The processes before and after the stages."""
    yield from (PollSubject(settings), StoreSubject(settings), StreamSubject(settings))
