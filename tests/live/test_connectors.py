"""The connectors on a real broker: a poller that is killed between any two steps loses nothing and doubles nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bus import Admin, read_to_end
from ops.settings import Settings
from schemas.raw_record import RawRecord, SourceStatus
from schemas.topics import RAW, SOURCE_STATUS, TOPICS
from schemas.wire import load
from tests.connectors.platform import Platform, paged, rows

pytestmark = pytest.mark.live

DEFINITION = """
id: hn_test
name: 测试平台
authority: provincial
access: {base: "https://test.example.invalid", ok: {at: /code, in: [200]}}
feeds:
  deals:
    kind: transfer
    request: {path: /api/deals, query: {pageSize: "10"}}
    paging: {style: page, parameter: pageNo, total: /data/total, proof: [total_each_page, first_page_again]}
    records: /data/list
    key: /id
"""
STEPS = (
    "request.before",
    "headers.after",
    "body.after",
    "evidence.partial",
    "evidence.after",
    "begin.after",
    "raw.partial",
    "cursor.after",
    "commit.before",
    "commit.after",
    "prove.after",
)


@pytest.fixture
def platform() -> Iterator[Platform]:
    served = Platform(lambda path, query, n: paged(rows(1, 35), query))
    yield served
    served.close()


def start(settings: Settings, platform: Platform, sources: Path, failpoints: str = "") -> subprocess.Popen[bytes]:
    """A connectors process of its own."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")},
        "TONGDA_PROFILE": "test",
        "TONGDA_HOME": str(settings.home),
        "TONGDA_KAFKA": settings.kafka,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
        "TONGDA_SOURCES": str(sources),
        "TONGDA_SLOT": "connectors",
        "TONGDA_SOURCE_HN_TEST_BASE": platform.base,
        "TONGDA_SANDBOX_EVERY_SECONDS": "0.3",
        "TONGDA_FAILPOINTS": failpoints,
    }
    return subprocess.Popen([sys.executable, "-m", "connectors", "run"], env=environment)


def published(settings: Settings) -> list[tuple[str, int]]:
    return sorted(
        (record.record, record.sequence)
        for one in read_to_end(settings, RAW.name)
        if one.value and (record := load(RawRecord, one.value))
    )


def completions(settings: Settings) -> int:
    """Complete polls so far."""
    statuses = [load(SourceStatus, one.value) for one in read_to_end(settings, SOURCE_STATUS.name) if one.value]
    return sum(status.state == "ok" for status in statuses)


def test_a_poller_killed_between_any_two_steps_loses_and_doubles_nothing(
    fresh_settings: Settings, platform: Platform, tmp_path: Path
) -> None:
    folder = tmp_path / "sources" / "hn_test"
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(DEFINITION, encoding="utf-8")
    with Admin(fresh_settings) as admin:
        admin.apply(TOPICS)
    for hit, step in ((1, "commit.before"), *((2, step) for step in STEPS)):
        process = start(fresh_settings, platform, folder.parent, f"poll.{step}=kill@{hit}")
        assert process.wait(timeout=60) == -9, f"poll.{step} was not reached"
    before = completions(fresh_settings)
    process = start(fresh_settings, platform, folder.parent)
    try:
        deadline = time.monotonic() + 60
        while completions(fresh_settings) == before and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert published(fresh_settings) == [(row["id"], 1) for row in rows(1, 35)]
