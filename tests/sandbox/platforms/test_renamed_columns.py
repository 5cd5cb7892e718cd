"""A stand-in renames its columns: its rows become dead letters until the definition is corrected and they are replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec import convert

from connectors.http.client import HttpClient
from connectors.process.circuit import circuit_of
from ops.sandbox.platforms.faults import NEW_NAMES
from ops.sandbox.platforms.platforms import Platforms, today
from ops.sandbox.stories.simulation import Origin
from ops.settings import ROOT
from ops.sources import load_sources
from schemas.errors import Reject
from schemas.records.dead_letter import DeadLetter
from schemas.source.model import Source
from schemas.source.reading import Reader
from schemas.topics import DEAD_LETTER, RAW, SIGHTING
from schemas.wire import decode
from sinks.operator.letters import put_back
from streams.processor import Context
from streams.stages import STAGES
from tests.connectors.conftest import client
from tests.connectors.platform import Bench
from tests.hub import Hub

__all__ = ["client"]
SOURCE, FEED = "hn_ip_service", "supply"


@pytest.fixture
def platforms(tmp_path: Path) -> Iterator[Platforms]:
    opened = Platforms(tmp_path / "world", Origin(3, 150, today()), 0)
    opened.open()
    yield opened
    opened.close()


def corrected(source: Source) -> Source:
    """The definition with both names for each renamed column."""
    feed = source.feeds[FEED]
    both = {ours: (name, NEW_NAMES[name]) if name in NEW_NAMES else name for ours, name in feed.fields.items()}
    return source.model_copy(update={"feeds": {**source.feeds, FEED: feed.model_copy(update={"fields": both})}})


class Chain:
    """Connectors and normalise in memory: the stage reads what a poll publishes."""

    def __init__(self, folder: Path, source: Source, client: HttpClient) -> None:
        self.bench = Bench(folder, source, client, FEED)
        self.hub = Hub(Context(4, {source.id: source}), STAGES[:1])
        self.read = 0

    def poll(self) -> None:
        self.bench.poll()
        new, self.read = self.bench.records[self.read :], len(self.bench.records)
        self.hub.write(one for one in new if one.topic == RAW.name)
        self.hub.run()

    def log(self, topic: str) -> list[tuple[str, dict[str, object]]]:
        return [
            (one.key.decode(), decode(one.value))
            for (name, _), log in self.hub.logs.items()
            for one in log
            if name == topic and one.value
        ]

    def sighted(self) -> Counter[tuple[object, str, object]]:
        return Counter((one["id"], subject, one["sequence"]) for subject, one in self.log(SIGHTING.name))

    def letters(self) -> dict[str, dict[str, object]]:
        return dict(self.log(DEAD_LETTER.name))

    def correct(self) -> None:
        """Restart the stage with the corrected definition and its state from the topic."""
        source = corrected(self.bench.source)
        before, self.bench.source = self.hub, source
        self.hub = Hub(Context(4, {source.id: source}), STAGES[:1])
        for partition in range(4):
            for one in before.logs[STAGES[0].keeps.name, partition]:
                self.hub.processors[STAGES[0].name, partition].restore(one.key, one.value)


def test_after_the_definition_is_corrected_every_record_of_a_redesigned_platform_is_there_once(
    platforms: Platforms, tmp_path: Path, client: HttpClient
) -> None:
    base = platforms.listen()["sources"][SOURCE]
    defined = load_sources(ROOT / "connectors" / "sources")[SOURCE]
    source = defined.model_copy(update={"access": defined.access.model_copy(update={"base": base}), "synthetic": True})
    path = Chain(tmp_path / "evidence", source, client)
    path.poll()
    rows = {one["record"]: one["content"] for one in path.bench.raw()}
    before, reader, readable = path.sighted(), Reader(source.feeds[FEED]), set[str]()
    for record, row in rows.items():
        with suppress(Reject):
            reader.read(row)
            readable.add(f"{SOURCE}|{FEED}|{record}")
    assert {id for id, _, _ in before} == readable and len(readable) > 30

    platforms.faults.arm("columns_renamed", f"{SOURCE}/{FEED}", 10**6)
    path.poll()
    assert circuit_of(source, {FEED: path.bench.cursor}).trips == {FEED: "rejects"}
    assert {key.rpartition("|")[2] for key in path.letters()} == set(rows)
    assert path.sighted() == before  # the last readable statements are kept
    assert platforms.faults.reached["columns_renamed"] > 0

    letters = path.letters()
    path.correct()
    path.poll()
    assert circuit_of(path.bench.source, {FEED: path.bench.cursor}).trips == {}
    for _ in range(2):
        path.hub.write(put_back(convert(letter, DeadLetter), 4) for letter in letters.values())
        path.hub.run()
    assert path.sighted() == Counter({(id, subject, int(str(sequence)) + 1): 1 for id, subject, sequence in before})
    assert {key.removeprefix("normalise|") for key in path.letters()} == {
        f"{SOURCE}|{FEED}|{id}" for id in rows
    } - readable
