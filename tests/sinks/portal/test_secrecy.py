"""A record that is internal or sensitive is shown at no door; a new public kind is shown at all of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import ROOT
from schemas.kinds.occurrence import Secrecy
from schemas.topics import CONTRIBUTION, RAW, STATISTIC, Topic
from schemas.wire import short_hash
from sinks.portal.secrecy import shows, shows_event, shows_topic


@pytest.fixture
def found(read_model: str, tmp_path: Path) -> dict[str, list[str]]:
    """Where the marks of three kinds that this release does not know were read (``canary``)."""
    command = [sys.executable, "-m", "tests.sinks.portal.canary", read_model, str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def test_records_of_a_kind_are_shown_at_every_door_or_at_none(found: dict[str, list[str]]) -> None:
    assert found["confided"] == found["guarded"] == []
    short = short_hash("open-filing")
    id, at = f"open-filing:{short}", {path.partition("?")[0] for path in found["open-filing"]}
    assert at >= {
        "/api/v1/events/open-filing",
        f"/api/v1/events/open-filing/{id}",
        f"/api/v1/events/open-filing/{id}/revisions",
        "/api/v1/patents/202110123456.7",
        "/api/v1/statistics/transfers/explain",
        "/api/v1/changes",
        "/api/v1/stream",
        "/",
        "/screen",
        "/events",
        f"/event/open-filing/{short}",
        "/patent/202110123456.7",
        "/statistics/explanation",
    }
    assert f"/api/v1/events/transfer/{id}/revisions" not in at


@pytest.mark.parametrize(
    ("secrecy", "is_shown"), [("public", True), ("shared", True), ("internal", False), ("sensitive", False)]
)
def test_one_function_decides_by_the_class(secrecy: Secrecy, is_shown: bool) -> None:
    assert shows(secrecy) is is_shown
    assert shows_topic(Topic("tongda.new.v1", "id", "compact", "fold", secrecy)) is is_shown


def test_what_has_no_version_or_no_class_here_is_not_shown() -> None:
    assert [shows_topic(topic) for topic in (RAW, CONTRIBUTION, STATISTIC)] == [False, False, True]
    assert not shows_event("unheard-of:1")
