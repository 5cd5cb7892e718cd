"""Evidence that cannot be written: nothing is read out of the answer, and the feed says why and goes on by itself."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.http.client import HttpClient
from connectors.http.messages import Answer, Failure
from connectors.poll.evidence import keep, shortage
from ops.evidence import EvidenceStore
from ops.run import CHINA
from tests.connectors.platform import Bench, a_platform, a_source, paged, rows
from tests.ops.metrics import sample

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=CHINA)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB; needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]).returncode:
        pytest.skip("no right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_poll_on_a_full_disk_publishes_nothing_and_the_next_with_room_everything(
    small_disk: Path, client: HttpClient
) -> None:
    def wide(path: str, query: dict[str, str], n: int) -> Any:
        """Pages that do not compress."""
        return paged([{**row, "正文": random.Random(row["id"]).randbytes(4000).hex()} for row in rows(1, 35)], query)

    with a_platform(wide) as platform:
        bench = Bench(small_disk / "evidence", a_source(platform.base), client)
        filler = small_disk / "filler"
        filler.write_bytes(bytes(180 << 10))
        failed = sample("tongda_evidence_writes_total", outcome="failed") or 0.0
        poll = bench.poll()
        assert (bench.cursor.state, bench.cursor.reason, bench.cursor.failures) == ("paused", "disk_full", 0)
        assert bench.cursor.detail.startswith(f"disk full: {small_disk / 'evidence'}, ")
        assert len(platform.requests) == 2 and bench.keys() == [row["id"] for row in rows(1, 10)]
        assert all(poll.tools.evidence.has(one["evidence"]["sha256"]) for one in bench.raw())
        assert sample("tongda_evidence_writes_total", outcome="failed") == failed + 1
        assert not list((small_disk / "evidence").rglob("*.part"))
        filler.unlink()
        bench.poll()
    assert (bench.cursor.state, sorted(bench.keys())) == ("ok", [row["id"] for row in rows(1, 35)])


def test_a_line_of_the_journal_that_was_cut_spoils_no_other(tmp_path: Path) -> None:
    store, journal = EvidenceStore(tmp_path), tmp_path / "journal-2026-11-24.ndjson"
    keep(store, Answer("http://one", b"one", NOW))
    with journal.open("ab") as file:
        file.write(b'{"sha256": "cut')
    keep(store, Answer("http://two", b"two", NOW))
    first, cut, second = journal.read_text().splitlines()
    assert (json.loads(first)["url"], cut, json.loads(second)["url"]) == ("http://one", '{"sha256": "cut', "http://two")


def test_other_faults_of_the_disk_end_the_process(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    with pytest.raises(OSError) as raised:
        keep(EvidenceStore(tmp_path / "evidence"), Answer("http://one", b"one", NOW))
    assert not isinstance(raised.value, Failure)


def test_a_small_disk_has_no_room_for_a_poll(small_disk: Path) -> None:
    assert shortage(small_disk).startswith(f"disk full: {small_disk}, ")
