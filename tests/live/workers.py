"""Workers of the trial stages as real processes, the records fed to them, and their results as a subscriber reads them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from ops.bus import Admin, Outgoing, Writer, read_to_end
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas import topics, wire
from schemas.records.position import POSITION, Position, Totals
from tests.live.trial import POISON, TRIAL, cell_of

SESSION_SECONDS = 2.0
KEYS = 80
TRIAL_ROLE = "trial"  # instead of a role of the hub


class Worker:
    """One process of the trial stages, or of one of the hub's roles. Each has a slot of its own; a restart keeps it."""

    def __init__(self, settings: Settings, slot: str = "a", failpoints: str = "", *, role: str = TRIAL_ROLE) -> None:
        self.home = settings.home / slot
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
            "TONGDA_PROFILE": "test",
            "TONGDA_KAFKA": settings.kafka,
            "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
            "TONGDA_HOME": str(self.home),
            "TONGDA_SLOT": slot,
            "TONGDA_FAILPOINTS": failpoints,
            "TONGDA_SESSION_TIMEOUT_SECONDS": str(settings.session_timeout_seconds),
            "TONGDA_BATCH_RECORDS": str(settings.batch_records),
            "TONGDA_SOURCES": str(settings.sources),
        }
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = (self.home / "worker.log").open("ab")
        command = [sys.executable, "-m", "tests.live.trial"] if role == TRIAL_ROLE else [*TONGDA, "run", role]
        self.process = subprocess.Popen(command, env=environment, stderr=self.log, stdout=self.log)

    def wait(self, seconds: float = 60) -> int:
        """Its exit code; negative: the signal that ended it."""
        return self.process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """Stop it in order; gives its exit code."""
        self.process.terminate()
        return self.wait()

    def health(self, path: str = "/readyz") -> int:
        """The status of a health address; 0 when it does not answer."""
        try:
            address = json.loads((self.home / "run" / "streams.json").read_text())["health"]
            return int(urlopen(address + path, timeout=2).status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError, ValueError):
            return 0

    def metrics(self) -> str:
        """Its metrics, as Prometheus reads them."""
        address = json.loads((self.home / "run" / "streams.json").read_text())["health"]
        return str(urlopen(address + "/metrics", timeout=5).read(), "utf-8")

    def reached(self) -> list[str]:
        """Lines of the failpoints that acted."""
        file = self.home / "failpoints.log"
        return [line for line in file.read_text().splitlines() if not line.endswith("passed")] if file.exists() else []

    def end(self) -> None:
        """End it in whatever state it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
        self.log.close()


class Feed:
    """Writes raw records for the trial stages and counts them."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.sent = settings, Counter[bytes]()
        with Admin(settings) as admin:
            admin.apply([*{t.name: t for stage in TRIAL for t in (stage.reads, stage.keeps, *stage.writes)}.values()])
        self.writer = Writer(settings, "trial.feed.0")
        self.writer.open()

    def send(self, count: int, value: bytes = b"") -> None:
        """More records, spread over the keys."""
        keys = [f"key{number % KEYS}".encode() for number in range(count)]
        partitions = self.settings.partitions
        self.writer.commit(
            [
                Outgoing(topics.RAW.name, key, value or f"{number}".encode(), topics.partition_of(key, partitions))
                for number, key in enumerate(keys)
            ]
        )
        if value != b"broken" and value not in POISON:
            self.sent.update(keys)

    @property
    def total(self) -> int:
        return self.sent.total()

    def close(self) -> None:
        self.writer.close()


def counted(settings: Settings) -> dict[bytes, int]:
    """The newest count of every cell."""
    return {record.key: int(record.value or b"0") for record in read_to_end(settings, topics.STATISTIC.name)}


def expected(feed: Feed) -> dict[bytes, int]:
    """The counts that ``ledger`` must have, from what was sent."""
    cells: Counter[bytes] = Counter()
    for key, number in feed.sent.items():
        cells[cell_of(key, topics.partition_of(key, feed.settings.partitions))] += number
    return dict(cells)


def numbered(settings: Settings) -> dict[bytes, list[int]]:
    """The numbers relay gave to each key, in the order of the topic."""
    numbers: dict[bytes, list[int]] = {}
    for record in read_to_end(settings, topics.SIGHTING.name):
        numbers.setdefault(record.key, []).append(wire.decode(record.value or b"")["number"])
    return numbers


def accounts(settings: Settings, state: str) -> Totals:
    """The sum of a stage's accounts over its partitions."""
    positions = (record for record in read_to_end(settings, state) if record.key == POSITION)
    last = {record.partition: Position.decode(record.value or b"").totals for record in positions}
    return Totals(*map(sum, zip(*last.values(), strict=True)))


def is_exact(feed: Feed) -> bool:
    """Nothing missing, nothing doubled, every key in order, every record accounted for."""
    settings = feed.settings
    return (
        counted(settings) == expected(feed)
        and numbered(settings) == {key: list(range(1, number + 1)) for key, number in feed.sent.items()}
        and all(accounts(settings, stage.keeps.name)[1:3] == (feed.total, feed.total) for stage in TRIAL)
    )


def until(condition: Callable[[], bool], seconds: float = 25, every: float = 0.2) -> bool:
    """The condition holds within this time."""
    deadline = time.monotonic() + seconds
    while not (held := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return held


def drained(feed: Feed) -> bool:
    """The ledger has counted at least what was sent."""
    return until(lambda: sum(counted(feed.settings).values()) >= feed.total)
