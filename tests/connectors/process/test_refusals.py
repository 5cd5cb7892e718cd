"""A definition that cannot be used is told on the status topic, in one row in place of its feeds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.commands.states import states
from connectors.http.client import HttpClient
from connectors.process.refusals import refusals
from ops.bus import Admin
from ops.decisions import paused
from ops.run import CHINA
from ops.settings import Settings
from ops.sources import Loaded
from schemas.errors import Misconfigured
from schemas.records.source_status import SourceStatus
from schemas.topics import PAUSE, SOURCE_STATUS, partition_of
from schemas.wire import load
from tests.connectors.platform import a_platform, a_source, paged
from tests.connectors.process.test_circuit import READS, deals
from tests.connectors.process.test_runner import Process, named

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=CHINA)
TOLD = ("broken|deals", "broken|offers", "mended|", "good|deals")


def test_a_refused_source_has_one_row_in_place_of_its_feeds_and_a_mended_one_loses_it() -> None:
    found = [one for number in range(4) for one in refusals({"broken": "T3011"}, TOLD, number, 4, NOW)]
    written = {one.key.decode(): one for one in found}
    assert len(written) == len(found)
    assert {key: one.value for key, one in written.items() if one.value is None} == dict.fromkeys(
        ("broken|deals", "broken|offers", "mended|")
    )
    status = load(SourceStatus, written["broken|"].value or b"")
    assert (status.source, status.feed, status.state, status.reason) == ("broken", "", "unusable", "T3011")
    assert [one.partition for one in found] == [partition_of(one.key, 4) for one in found]
    assert len(written) == 4


def test_a_process_tells_it_once_and_feeds_that_can_be_polled_again_at_once(tmp_path: Path, client: HttpClient) -> None:
    with a_platform(lambda path, query, n: paged(deals(15), query)) as platform:
        process = Process(tmp_path, client, {"mended": named(a_source(platform.base, **READS), "mended")})
        service = process.service
        service.refused = {"broken": "T3011"}
        service._take_statuses(("mended|", "broken|deals"))
        service._tell_refusals(process.lease)
        told = {one.key.decode(): one.value for one in process.log.records}
        assert set(told) == {"mended|", "broken|deals", "broken|"}
        assert (told["mended|"], told["broken|deals"]) == (None, None)
        service._tell_refusals(process.lease)
        assert len(process.log.records) == 3
        process.turn()
        assert process.statuses()["mended"].state == "waiting"  # before its poll, which may be due in hours
        process.turn()
        assert process.statuses()["mended"].state == "ok"


@pytest.mark.live
def test_the_list_of_sources_has_a_row_with_code_and_reason_and_shows_pauses_without_the_connectors(
    fresh_settings: Settings,
) -> None:
    with Admin(fresh_settings) as admin:
        admin.apply((PAUSE, SOURCE_STATUS))
    quiet, busy = (named(a_source("http://127.0.0.1:1"), name) for name in ("quiet", "busy"))
    paused(fresh_settings, quiet, "", NOW, "平台维护")
    error = Misconfigured("line 3: kind: is missing", code="T3011", next_step="tongda sources check broken")
    found = states(fresh_settings, Loaded({"quiet": quiet, "busy": busy}, {"broken": error}))
    assert [(one["source"], one["feed"], one["state"], one["reason"]) for one in found] == [
        ("broken", "", "unusable", "T3011 line 3: kind: is missing"),
        ("quiet", "deals", "paused", "by_person 平台维护"),
        ("busy", "deals", "waiting", ""),
    ]
