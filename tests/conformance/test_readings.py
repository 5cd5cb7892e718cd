"""Every sample of every source reads to its kind, with nothing unclaimed and no record refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from connectors.commands.tryout import page_of
from connectors.read.page import Page
from schemas.kinds import BY_NAME
from schemas.records.base import json_schema
from schemas.source.reading import Reader
from schemas.wire import decode, encode
from tests.conformance.json_schema import complaints
from tests.definitions import shipped

FOLDER = Path(__file__).parents[2] / "connectors" / "sources"
SOURCES = shipped()
SAMPLES = sorted(path for path in FOLDER.glob("*/samples/*") if path.suffix in (".json", ".zip", ".xlsx", ".csv"))


@cache
def page_in(sample: Path) -> Page:
    """What a sample holds: read once, looked at by several tests, changed by none."""
    return page_of(SOURCES[sample.parts[-3]], sample.stem, sample.name, sample.read_bytes())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_a_sample_reads_clean(sample: Path) -> None:
    feed = SOURCES[sample.parts[-3]].feeds[sample.stem]
    page = page_in(sample)
    reader = Reader(feed)
    assert page.rows and not page.refused
    for row in page.rows:
        reading = reader.read(row.content)
        assert reading.unclaimed == (), row.content
        assert all(
            kind in (feed.kind, *(() if feed.kind != "announcement" else (kind,))) for kind, _, _ in reading.statements
        )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_what_a_sample_states_is_whole(sample: Path) -> None:
    """Each statement has a phase and a subject of its kind, and the form that the kind's JSON Schema gives."""
    source = SOURCES[sample.parts[-3]]
    reader = Reader(source.feeds[sample.stem])
    page = page_in(sample)
    statements = [one for row in page.rows for one in reader.read(row.content).statements]
    assert statements
    for name, phase, said in statements:
        kind = BY_NAME[name]
        assert isinstance(said, kind) and phase in kind.phases
        assert all(subject.partition(":")[2] for subject in said.subjects()) and said.subjects()
        assert list(complaints(json_schema(kind), decode(encode(said)))) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_column_of_a_key_stands_in_a_sample(sample: Path) -> None:
    source = SOURCES[sample.parts[-3]]
    feed = source.feeds[sample.stem]
    page = page_in(sample)
    columns = {column for row in page.rows for column in row.content} | set(feed.html.cells if feed.html else ())
    names = [feed.key] if isinstance(feed.key, str) else feed.key
    assert {name.split("/")[1] if name.startswith("/") else name for name in names} <= columns
