"""All stand-ins with connectors, normalise and the store, over definitions that a test may correct."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path

from ops.bus import Admin, read_to_end
from ops.embedded import Service
from ops.sandbox.platforms.platforms import Platforms, today
from ops.sandbox.stories.simulation import Origin
from ops.settings import ROOT, Settings
from ops.sources import load_sources
from schemas.errors import Reject
from schemas.records.source_status import SourceStatus
from schemas.source.reading import Reader
from schemas.topics import SIGHTING, SOURCE_STATUS, TOPICS
from schemas.wire import decode, load
from sinks.operator.letters import listed
from sinks.store.database import Database
from sinks.store.migrate import migrate
from tests.databases import create_database
from tests.live.near import Broker, Process

SOURCE, FEED = "hn_ip_service", "supply"
OTHERS = ("hn_sme_service", "protection_centre_1", "cnipa_gazette", "cn_patent_navigation")
CORRECTED = {"patents": ("专利号", "专利编号"), "title": ("成果名称", "名称")}


class Hub:
    """Stand-ins, and the processes that read them; ``sources`` is a copy of the definitions."""

    def __init__(self, broker: Broker, database: Service, home: Path) -> None:
        self.settings = Settings(
            profile="test",
            home=home,
            kafka=broker.address,
            topic_prefix="made-anew.",
            slot="test",
            database=create_database(database.url, "made_anew"),
        )
        self.sources = home / "sources"
        shutil.copytree(ROOT / "connectors" / "sources", self.sources)
        with Admin(self.settings) as admin:
            admin.apply(TOPICS)
        self.store = Database(self.settings.database, role="tests", statement_seconds=60)
        migrate(self.store)
        self.platforms = Platforms(home / "world", Origin(3, 150, today()), 0)
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
        self.store_process = self.start("store")

    def start(self, role: str) -> Process:
        return Process(role, self.settings, self.environment, self.settings.home / f"{role}.log")

    def correct(self) -> None:
        """Give the renamed columns both names, and restart the processes that read definitions."""
        file = self.sources / SOURCE / "source.yml"
        head, feed, rest = file.read_text(encoding="utf-8").partition(f"  {FEED}:\n")
        for ours, (old, new) in CORRECTED.items():
            rest = rest.replace(f"      {ours}: {old}\n", f"      {ours}: [{old}, {new}]\n", 1)
        file.write_text(head + feed + rest, encoding="utf-8")
        self.connectors.end()
        self.streams.end()
        self.connectors, self.streams = self.start("connectors"), self.start("streams")

    def readable(self) -> set[str]:
        """The records that the present definition can read; the world also has unreadable ones."""
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
        sightings = [
            (decode(one.value), one.key.decode()) for one in read_to_end(self.settings, SIGHTING.name) if one.value
        ]
        return Counter((one["id"], key, one["sequence"]) for one, key in sightings if one["id"].startswith(prefix))

    def open_letters(self) -> set[str]:
        return {each.record for each in listed(self.store, source=SOURCE, reason=None) if each.feed == FEED}

    def circuit(self, source: str) -> float | None:
        return self.connectors.measured(f'tongda_source_circuit_state{{source="{source}"}}')

    def states(self) -> dict[tuple[str, str], tuple[str, str]]:
        """State and reason of each feed on the status page."""
        topic = [load(SourceStatus, one.value) for one in read_to_end(self.settings, SOURCE_STATUS.name) if one.value]
        return {(status.source, status.feed): (status.state, status.reason) for status in topic}

    def end(self) -> None:
        for process in (self.connectors, self.streams, self.store_process):
            process.end()
        self.platforms.close()
        self.store.close()
