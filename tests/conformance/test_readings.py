"""Every sample of every source reads to its kind, with nothing unclaimed and no record refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.extract import json_page
from connectors.files import file_page
from ops.sources import load_sources
from schemas.reading import Reader
from schemas.wire import decode_foreign

FOLDER = Path(__file__).parents[2] / "connectors" / "sources"
SOURCES = load_sources(FOLDER)
SAMPLES = sorted(path for path in FOLDER.glob("*/samples/*") if path.suffix in (".json", ".zip", ".xlsx"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_a_sample_reads_clean(sample: Path) -> None:
    feed = SOURCES[sample.parts[-3]].feeds[sample.stem]
    body = sample.read_bytes()
    page = json_page(decode_foreign(body), feed) if sample.suffix == ".json" else file_page(sample.name, body, feed)
    reader = Reader(feed)
    assert page.rows
    for row in page.rows:
        reading = reader.read(row.content)
        assert reading.unclaimed == (), row.content
        assert all(
            kind in (feed.kind, *(() if feed.kind != "announcement" else (kind,))) for kind, _, _ in reading.statements
        )
