"""The connectors as real processes that are started again when they end, with platforms, and a broker that may be stopped."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from connectors.poll.cursor import Cursor
from ops import run
from ops.bus import Admin, read_to_end
from ops.embedded import start_kafka
from ops.settings import ROOT, Settings
from ops.supervisor.parts import TONGDA
from schemas.records.raw import RawRecord
from schemas.records.source_status import SourceStatus
from schemas.topics import CURSOR, RAW, SOURCE_STATUS, TOPICS
from schemas.wire import load
from tests.connectors.platform import Platform, paged, rows

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

    def __init__(self, role: str, settings: Settings, environment: Mapping[str, str], log: Path) -> None:
        self.command = [*TONGDA, "run", role]
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
                    with suppress(subprocess.TimeoutExpired):
                        self._process.wait(20)
                    self._process.kill()
                    self._process.wait()
            self.exits.append(self._process.returncode)
            self._ending.wait(1)

    def end(self) -> None:
        self._ending.set()
        self._thread.join(45)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a health address; 0 when it does not answer."""
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
        """One check of /readyz; empty when it is not listed."""
        checks = json.loads(self.get("/readyz")[1] or "{}").get("checks", [])
        return next((one for one in checks if one["name"] == name), {})

    def measured(self, series: str) -> float | None:
        """One sample of /metrics."""
        lines = (line.rsplit(" ", 1) for line in self.get("/metrics")[1].splitlines() if line[:1] != "#")
        return next((float(value) for name, value in lines if name == series), None)

    @property
    def resident_bytes(self) -> float:
        return self.measured("process_resident_memory_bytes") or 0.0

    def events(self, name: str) -> list[dict[str, Any]]:
        """Lines of its log of this event."""
        lines = (json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{"))
        return [line for line in lines if line.get("event") == name]


def until(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.2)


class Broker:
    """A broker for one module, which may be stopped."""

    def __init__(self, home: Path) -> None:
        self.home, self.service = home, start_kafka(home, 0)
        self.address = self.service.address

    def start(self) -> None:
        self.service = start_kafka(self.home, int(self.address.rpartition(":")[2]))


class Near:
    """Two platforms whose lists a test may grow, and the connectors that poll them."""

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

    def command(self, *words: str, database: str = "") -> tuple[int, str]:
        """``tongda sources …`` in a process of its own; what a person decides needs the database of the audit trail."""
        command = [*TONGDA, "sources", *words]
        environment = {**self.connectors.environment, "TONGDA_SLOT": "operator", "TONGDA_LANG": "en"}
        environment |= {"TONGDA_DATABASE": database} if database else {}
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
