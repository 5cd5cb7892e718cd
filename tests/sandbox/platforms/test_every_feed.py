"""Every feed of every shipped definition, polled from its stand-in: proved complete, and a second poll finds no change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.http.client import HttpClient
from ops.sandbox.platforms.keys import Keys
from ops.sandbox.platforms.platforms import Platforms, today
from ops.sandbox.stories.simulation import Origin
from ops.settings import ROOT
from ops.sources import OWN_SOURCE, load_sources
from schemas.source.model import Source
from tests.connectors.conftest import client
from tests.connectors.platform import Bench

__all__ = ["client"]
SOURCES = {name: each for name, each in load_sources(ROOT / "connectors" / "sources").items() if name != OWN_SOURCE}
FEEDS = [(source, feed) for source, definition in SOURCES.items() for feed in definition.feeds]


@dataclass
class StandIns:
    """The definitions at the addresses of their stand-ins, and the key of each that wants one."""

    sources: dict[str, Source]
    keys: Keys


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    world = Origin(3, 800, today())  # of fewer patents, the rarest feeds have no row on some days
    platforms = Platforms(tmp_path_factory.mktemp("world"), world, 0)
    platforms.open()
    bases = platforms.listen()["sources"]
    sources = {
        name: source.model_copy(
            update={"access": source.access.model_copy(update={"base": bases[name]}), "synthetic": True}
        )
        for name, source in SOURCES.items()
    }
    yield StandIns(sources, platforms.keys)
    platforms.close()


@pytest.mark.parametrize(("source", "feed"), FEEDS)
def test_a_feed_is_read_whole_and_once(
    stand_ins: StandIns, tmp_path: Path, client: HttpClient, source: str, feed: str
) -> None:
    bench = Bench(tmp_path, stand_ins.sources[source], client, feed, secret=stand_ins.keys.__getitem__)
    first, second = bench.poll(), bench.poll()
    assert (first.outcome.verdict, first.outcome.state, first.outcome.reason) == ("complete", "ok", "")
    assert first.rows.new > 0 and first.rows.gap == 0
    assert (second.outcome.state, second.rows.new, second.rows.changed) == ("ok", 0, 0)
    assert len(bench.raw()) == len(set(bench.keys()))
