"""The near end while its far ends are away: broker frozen or stopped, disk full, platform made anew.

Nothing is acknowledged that was not written, platforms are asked no more than what can be kept, and everything goes on
by itself.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from connectors.cursor import Cursor
from connectors.evidence import ROOM_BYTES
from ops import run
from ops.bus import Admin, read_to_end
from ops.embedded import Service, start_kafka
from ops.embedded.postgres import create_database
from ops.sandbox.platforms import Platforms
from ops.sandbox.simulation import Origin
from ops.settings import ROOT, Settings
from ops.sources import load_sources
from schemas.errors import Reject
from schemas.raw_record import RawRecord, SourceStatus
from schemas.reading import Reader
from schemas.topics import CURSOR, RAW, SIGHTING, SOURCE_STATUS, TOPICS
from schemas.wire import decode, load
from sinks.store.database import Database
from sinks.store.letters import listed, replay
from sinks.store.migrate import migrate
from tests.connectors.platform import Platform, paged, rows

pytestmark = pytest.mark.live

DEFINITION = """
id: {id}
name: 测试平台
authority: provincial
access: {{base: "https://test.example.invalid", ok: {{at: /code, in: [200]}}}}
feeds:
  deals:
    kind: demand
    phase: open
    request: {{path: /api/deals, query: {{pageSize: "10"}}}}
    paging: {{style: page, parameter: pageNo, total: /data/total, proof: [total_each_page, first_page_again]}}
    records: /data/list
    key: /id
    absence: {{means: withdrawn}}
    fields: {{title: id, owner: id}}
    ignore: [专利号]
"""
NAMES = ("hn_one", "hn_two")


class Process:
    """A process of the hub that is started again when it ends, as ``tongda up`` does."""

    def __init__(self, module: str, settings: Settings, environment: Mapping[str, str], log: Path) -> None:
        self.command = [sys.executable, "-m", *module.split(), "run"]
        self.exits: list[int] = []
        self.settings, self.log = settings, log
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
            "TONGDA_PROFILE": "test",
            "TONGDA_HOME": str(settings.home),
            "TONGDA_KAFKA": settings.kafka,
            "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
            "TONGDA_SLOT": "one",
            "TONGDA_SESSION_TIMEOUT_SECONDS": "3",
            **environment,
        }
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._thread.start()

    def _supervise(self) -> None:
        while not self._ending.is_set():
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(self.command, env=self.environment, stderr=log, cwd=ROOT)
            while self._process.poll() is None:
                if self._ending.wait(0.1):
                    self._process.terminate()
                    self._process.wait(40)
            self.exits.append(self._process.returncode)
            self._ending.wait(1)

    def end(self) -> None:
        self._ending.set()
        self._thread.join(45)

    def ask(self, path: str) -> tuple[int, str]:
        """A health address; 0 when nobody answers."""
        address = run.read(self.settings.run, "connectors").get("health", "")
        try:
            with urlopen(address + path, timeout=2) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (OSError, ValueError):
            return 0, ""

    def check(self, name: str) -> dict[str, str]:
        """One check of /readyz; empty when it is not told."""
        checks = json.loads(self.ask("/readyz")[1] or "{}").get("checks", [])
        return next((one for one in checks if one["name"] == name), {})

    def measured(self, series: str) -> float | None:
        """One sample of /metrics."""
        lines = (line.rsplit(" ", 1) for line in self.ask("/metrics")[1].splitlines() if line[:1] != "#")
        return next((float(value) for name, value in lines if name == series), None)

    @property
    def resident_bytes(self) -> float:
        return self.measured("process_resident_memory_bytes") or 0.0

    def events(self, name: str) -> list[dict[str, Any]]:
        """Lines of its log of this event."""
        lines = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line for line in lines if line.get("event") == name]


def until(condition: Callable[[], bool], what: str, seconds: float = 45) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.2)


class Broker:
    """A broker of this module's own, which may be stopped."""

    def __init__(self, home: Path) -> None:
        self.home, self.service = home, start_kafka(home, 0)
        self.address = self.service.address

    def start(self) -> None:
        self.service = start_kafka(self.home, int(self.address.rpartition(":")[2]))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    own = Broker(tmp_path_factory.mktemp("broker"))
    yield own
    own.service.process.send_signal(signal.SIGCONT)
    own.service.stop()


class Near:
    """Two platforms whose lists grow when told, and the connectors that poll them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.shown = settings, 35
        self.platforms = {name: Platform(lambda path, query, n: paged(rows(1, self.shown), query)) for name in NAMES}
        for name in NAMES:
            (folder / name).mkdir(parents=True)
            (folder / name / "source.yml").write_text(DEFINITION.format(id=name), encoding="utf-8")
        with Admin(settings) as admin:
            admin.apply(TOPICS)
        bases = {f"TONGDA_SOURCE_{name.upper()}_BASE": platform.base for name, platform in self.platforms.items()}
        self.connectors = Process(
            "connectors",
            settings,
            {
                "TONGDA_SOURCES": str(folder),
                "TONGDA_EVIDENCE": str(settings.evidence),
                "TONGDA_SANDBOX_EVERY_SECONDS": "0.5",
                **bases,
            },
            folder.parent / "connectors.log",
        )

    @property
    def requests(self) -> int:
        return sum(len(platform.requests) for platform in self.platforms.values())

    def published(self) -> Counter[tuple[str, str, int]]:
        found = (load(RawRecord, one.value) for one in read_to_end(self.settings, RAW.name) if one.value)
        return Counter((one.source, one.record, one.sequence) for one in found)

    def has_all(self) -> bool:
        return len(self.published()) == len(NAMES) * self.shown

    def statuses(self) -> dict[str, SourceStatus]:
        topic = read_to_end(self.settings, SOURCE_STATUS.name)
        return {status.source: status for one in topic if one.value and (status := load(SourceStatus, one.value))}

    def assert_exactly_once(self) -> None:
        """Every row once, and the cursors account for exactly what was published."""
        every = {(name, row["id"], 1): 1 for name in NAMES for row in rows(1, self.shown)}
        assert self.published() == every
        topic = [one for one in read_to_end(self.settings, CURSOR.name) if one.value and one.key.count(b"|") == 1]
        last = {one.key: load(Cursor, one.value) for one in topic if one.value}
        assert sum(cursor.total_rows.new for cursor in last.values()) == len(every)

    def evidence_files(self) -> int:
        return sum(1 for _ in self.settings.evidence.glob("*/*.zlib"))

    def command(self, *words: str) -> tuple[int, str]:
        """``tongda sources …`` in a process of its own."""
        command = [sys.executable, "-m", "connectors", "sources", *words]
        environment = {**self.connectors.environment, "TONGDA_SLOT": "operator", "TONGDA_LANG": "en"}
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def absent(self, source: str) -> int:
        found = (load(RawRecord, one.value) for one in read_to_end(self.settings, RAW.name) if one.value)
        return sum(one.absent for one in found if one.source == source)

    def end(self) -> None:
        self.connectors.end()
        for platform in self.platforms.values():
            platform.close()


@contextmanager
def a_near_end(broker: Broker, folder: Path, prefix: str, evidence: Path | None = None) -> Iterator[Near]:
    settings = Settings(
        profile="test",
        home=folder / "home",
        evidence=evidence or folder / "evidence",
        kafka=broker.address,
        topic_prefix=prefix,
    )
    settings.home.mkdir()
    near = Near(settings, folder / "sources")
    try:
        until(near.has_all, "all is published")
        yield near
    finally:
        near.end()


@pytest.mark.parametrize("how", ["frozen", "stopped"])
def test_while_the_broker_is_away_platforms_are_asked_no_more_and_nothing_is_lost(
    broker: Broker, tmp_path: Path, how: str
) -> None:
    with a_near_end(broker, tmp_path, f"{how}.") as near:
        until(lambda: near.connectors.check("kafka").get("status") == "ok", "the connectors are well")
        files, memory = near.evidence_files(), near.connectors.resident_bytes
        if how == "frozen":
            broker.service.process.send_signal(signal.SIGSTOP)
        else:
            broker.service.stop()
        near.shown = 60
        until(lambda: near.connectors.check("kafka").get("status") == "failed", "health says that Kafka is away")
        time.sleep(1)  # what was asked for arrives
        asked = near.requests
        time.sleep(6)
        grown = near.connectors.resident_bytes - memory
        held_back = near.requests - asked
        new_files = near.evidence_files() - files
        if how == "frozen":
            broker.service.process.send_signal(signal.SIGCONT)
        else:
            broker.start()
        until(near.has_all, "all that came meanwhile is published")
        near.assert_exactly_once()
    print(f"{how}: {held_back} requests in 6 s, {new_files} new evidence, +{grown / 2**20:.1f} MiB, exits {near.connectors.exits}")
    assert held_back == 0
    assert new_files <= len(NAMES) * 6  # the pages of one sweep of each list
    assert grown < 32 << 20


@contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own; needs root."""
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]).returncode:
        pytest.skip("no right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_poll_before_it_publishes_and_says_so(broker: Broker, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with a_small_disk(disk, "96m"), a_near_end(broker, tmp_path, "full.", disk) as near:
        filler = disk / "filler"
        filler.write_bytes(bytes((96 << 20) - ROOM_BYTES))
        until(lambda: near.connectors.check("evidence").get("status") == "failed", "health says that the disk is full")
        assert near.connectors.check("evidence")["detail"].startswith(f"disk full: {disk}, ")
        assert near.connectors.measured("tongda_evidence_full") == 1.0
        until(lambda: {s.state for s in near.statuses().values()} == {"paused"}, "the statuses say paused")
        assert {status.reason for status in near.statuses().values()} == {"disk_full"}
        asked, near.shown = near.requests, 60
        time.sleep(3)
        assert near.requests == asked
        assert len(near.published()) == len(NAMES) * 35
        filler.unlink()
        until(near.has_all, "all is published")
        until(lambda: {s.state for s in near.statuses().values()} == {"ok"}, "the statuses say ok")
        near.assert_exactly_once()
        assert near.connectors.exits == []


def test_what_is_held_waits_for_a_person_and_passes_once_when_released(broker: Broker, tmp_path: Path) -> None:
    with a_near_end(broker, tmp_path, "held.") as near:
        assert near.command("release", "hn_one", "deals")[0] == 5  # nothing is held
        near.shown = 10
        until(lambda: {s.state for s in near.statuses().values()} == {"held"}, "both feeds are held")
        assert [line.split("\t")[0] for line in near.command("held")[1].splitlines()[1:]] == [f"{name}|deals" for name in NAMES]
        code, said = near.command("release", "hn_one", "deals", "--reason", "confirmed by the platform")
        assert (code, said.split("\t")[:2]) == (0, ["hn_one|deals", "mass_absence"])
        until(lambda: near.absent("hn_one") == 25, "the absences of the one are published")
        time.sleep(2)
        assert (near.absent("hn_one"), near.absent("hn_two")) == (25, 0)
        assert near.statuses()["hn_two"].state == "held"


SOURCE, FEED = "hn_ip_service", "transfers"
OTHERS = ("hn_sme_service", "protection_centre_1", "cnipa_gazette", "cn_patent_navigation")
MENDED = {"patents": ("专利号", "专利编号"), "transferor": ("转让方", "出让单位"), "transferee": ("受让方", "受让单位")}


class Hub:
    """All stand-ins, connectors, normalise and the store, over definitions that may be mended."""

    def __init__(self, broker: Broker, database: Service, home: Path) -> None:
        self.settings = Settings(
            profile="test",
            home=home,
            kafka=broker.address,
            topic_prefix="anew.",
            slot="test",
            database=create_database(database.url, "anew"),
        )
        self.sources = home / "sources"
        shutil.copytree(ROOT / "connectors" / "sources", self.sources)
        with Admin(self.settings) as admin:
            admin.apply(TOPICS)
        self.store = Database(self.settings.database, role="tests", statement_seconds=60)
        migrate(self.store)
        self.platforms = Platforms(home / "world", Origin(3, 150, date(2026, 6, 1)), 0)
        self.platforms.open()
        bases = self.platforms.listen()["sources"]
        self.environment = {
            "TONGDA_SOURCES": str(self.sources),
            "TONGDA_DATABASE": self.settings.database,
            "TONGDA_STAGES": "normalise",
            "TONGDA_SANDBOX_EVERY_SECONDS": "1",
            **{f"TONGDA_SOURCE_{name.upper()}_BASE": base for name, base in bases.items()},
        }
        self.connectors, self.streams = self.start("connectors"), self.start("streams")
        self.keeper = self.start("sinks.store")

    def start(self, module: str) -> Process:
        return Process(module, self.settings, self.environment, self.settings.home / f"{module}.log")

    def mend(self) -> None:
        """Give the renamed columns both names, and start what reads definitions anew."""
        file = self.sources / SOURCE / "source.yml"
        head, feed, rest = file.read_text(encoding="utf-8").partition(f"  {FEED}:\n")
        for ours, (old, new) in MENDED.items():
            rest = rest.replace(f"      {ours}: {old}\n", f"      {ours}: [{old}, {new}]\n", 1)
        file.write_text(head + feed + rest, encoding="utf-8")
        self.connectors.end()
        self.streams.end()
        self.connectors, self.streams = self.start("connectors"), self.start("streams")

    def readable(self) -> set[str]:
        """Names of the records that today's definition understands; the world also has some that nobody can read."""
        reader = Reader(load_sources(self.sources)[SOURCE].feeds[FEED])
        found = set[str]()
        for record, row in self.platforms.shelves[SOURCE, FEED].rows.items():
            with suppress(Reject):
                reader.read(row)
                found.add(f"{SOURCE}|{FEED}|{record}")
        return found

    def sighted(self) -> Counter[tuple[str, str, int]]:
        """Record, subject and sequence of each sighting of the feed."""
        prefix = f"{SOURCE}|{FEED}|"
        said = [(decode(one.value), one.key.decode()) for one in read_to_end(self.settings, SIGHTING.name) if one.value]
        return Counter((one["id"], key, one["sequence"]) for one, key in said if one["id"].startswith(prefix))

    def open_letters(self) -> set[str]:
        return {row["record"] for row in listed(self.store, source=SOURCE, reason=None) if row["feed"] == FEED}

    def circuit(self, source: str) -> float | None:
        return self.connectors.measured(f'tongda_source_circuit_state{{source="{source}"}}')

    def told(self) -> dict[tuple[str, str], tuple[str, str]]:
        """State and reason of each feed on the status page."""
        topic = [load(SourceStatus, one.value) for one in read_to_end(self.settings, SOURCE_STATUS.name) if one.value]
        return {(status.source, status.feed): (status.state, status.reason) for status in topic}

    def end(self) -> None:
        for process in (self.connectors, self.streams, self.keeper):
            process.end()
        self.platforms.close()
        self.store.close()


@pytest.fixture
def hub(broker: Broker, database: Service, tmp_path: Path) -> Iterator[Hub]:
    started = Hub(broker, database, tmp_path)
    yield started
    started.end()


def test_a_platform_made_anew_opens_its_own_circuit_and_after_the_mending_everything_is_there_once(hub: Hub) -> None:
    records = set(hub.platforms.shelves[SOURCE, FEED].rows)
    until(lambda: {id for id, _, _ in hub.sighted()} == hub.readable(), "all is sighted")
    before, asked = hub.sighted(), dict(hub.platforms.requests)

    hub.platforms.faults.arm("columns_renamed", f"{SOURCE}/{FEED}", 10**6)
    until(lambda: hub.circuit(SOURCE) == 2.0, "the circuit is open")
    until(lambda: hub.open_letters() >= records, "every row is a dead letter")
    until(lambda: hub.told()[SOURCE, FEED] == ("paused", "circuit_rejects"), "the status says why")
    time.sleep(2)
    assert hub.told()[SOURCE, "supply"] == ("paused", "circuit_open")
    assert {state for (source, _), (state, _) in hub.told().items() if source in OTHERS} == {"ok"}
    assert [hub.circuit(source) for source in OTHERS] == [0.0] * len(OTHERS)
    assert all(hub.platforms.requests[source] > asked[source] for source in OTHERS[:2])
    assert [line["source"] for line in hub.connectors.events("source_paused")] == [SOURCE]
    assert hub.sighted() == before  # the last good statements stand

    hub.mend()
    until(lambda: hub.circuit(SOURCE) == 0.0, "the circuit is closed")
    for _ in range(2):
        replay(hub.store, hub.settings, [], source=SOURCE)
    after = before + Counter({(id, subject, sequence + 1): 1 for id, subject, sequence in before})
    until(lambda: hub.sighted() == after, "every record is sighted once more")
    time.sleep(2)
    assert hub.sighted() == after
    assert hub.told()[SOURCE, FEED] == ("ok", "")
