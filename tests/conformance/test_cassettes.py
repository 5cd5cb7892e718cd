"""Every cassette beside a definition, replayed through the real poll: the same verdict, the same rows, the same readings."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.commands.cassette import Cassette, file_of, replayed
from ops.settings import read_settings
from schemas.wire import load
from tests.definitions import shipped

FOLDER = read_settings({}).sources
SOURCES = shipped()
CASSETTES = sorted(FOLDER.glob("*/cassettes/*.json"))


@pytest.mark.parametrize("file", CASSETTES, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_a_cassette_gives_what_it_gave_when_it_was_recorded(file: Path) -> None:
    cassette = load(Cassette, file.read_bytes())
    assert file == file_of(FOLDER, cassette.source, cassette.feed)
    assert replayed(SOURCES[cassette.source], cassette) == cassette.found
    assert (cassette.found.unclaimed, cassette.found.read > 0) == ({}, True)


def test_there_are_cassettes_of_each_way_of_paging_over_http() -> None:
    """They stand for the ways of paging; which ones are recorded is nobody's duty."""
    styles = {SOURCES[file.parent.parent.name].feeds[file.stem].paging.style for file in CASSETTES}
    assert styles >= {"page", "offset", "cursor", "numbered_files"}
