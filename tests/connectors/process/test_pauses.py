"""A person pauses a platform or a feed: every process obeys, over restarts, until it is resumed."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest

from connectors.http.client import HttpClient
from connectors.process.pauses import Pauses
from connectors.process.schedule import is_due
from ops.bus import Admin
from ops.decisions import paused, pauses, resumed
from ops.run import CHINA
from ops.settings import Settings
from schemas.errors import NotFound, Refused
from schemas.records.pause import Pause
from schemas.topics import PAUSE
from tests.connectors.platform import a_platform, a_source, paged
from tests.connectors.process.test_circuit import READS, deals
from tests.connectors.process.test_runner import Process, named
from tests.ops.metrics import sample

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=CHINA)


def a_pause(source: str, feed: str = "") -> Pause:
    return Pause(source=source, feed=feed, paused_at="2026-11-30T09:30:00+08:00", reason="维护")


def test_a_paused_platform_is_not_asked_and_says_so_while_the_others_are_polled(
    tmp_path: Path, client: HttpClient
) -> None:
    with a_platform(lambda path, query, n: paged(deals(15), query)) as platform:
        quiet, busy = (named(a_source(platform.base, **READS), name) for name in ("quiet", "busy"))
        process = Process(tmp_path, client, {"quiet": quiet, "busy": busy})
        process.service.pauses.in_force["quiet|"] = a_pause("quiet")
        process.turn()
        process.turn()
        found = {name: (one.state, one.reason, one.next_poll_at) for name, one in process.statuses().items()}
        assert found["quiet"] == ("paused", "by_person", None)
        assert found["busy"][:2] == ("ok", "")
        assert process.lease.holding_of("quiet", "deals").cursors == {}  # type: ignore[union-attr]
        assert sample("tongda_feed_paused", source="quiet", feed="deals") == 1
        del process.service.pauses.in_force["quiet|"]
        process.turn()
        process.turn()
    assert process.statuses()["quiet"].state == "ok"
    assert sample("tongda_feed_paused", source="quiet", feed="deals") == 0


def test_a_poll_under_way_ends_at_its_next_request_and_is_due_again_once_it_may_go_on(
    tmp_path: Path, client: HttpClient
) -> None:
    def reply(path: str, query: dict[str, str], number: int) -> object:
        if number == 2:
            process.service.pauses.in_force["quiet|deals"] = a_pause("quiet", "deals")
        return paged(deals(45), query)

    with a_platform(reply) as platform:
        process = Process(tmp_path, client, {"quiet": named(a_source(platform.base, **READS), "quiet")})
        process.turn()
        assert len(platform.requests) == 2
        status = process.statuses()["quiet"]
        assert (status.state, status.reason, status.verdict) == ("paused", "by_person", "unknown")
        assert is_due(process.cursor("quiet"), NOW)
        process.service.pauses.in_force.clear()
        process.turn()
        process.turn()
    assert (process.statuses()["quiet"].state, process.cursor("quiet").total_rows.new) == ("ok", 45)


@pytest.mark.live
def test_a_pause_is_known_to_a_process_that_starts_later_and_its_end_to_one_that_runs(fresh_settings: Settings) -> None:
    source = a_source("http://127.0.0.1:1")
    with Admin(fresh_settings) as admin:
        admin.apply((PAUSE,))
    paused(fresh_settings, source, "", NOW, "平台维护")
    paused(fresh_settings, source, "deals", NOW, "")
    whole = Pause("hn_test", "", "2026-11-30T09:30:00.000+08:00", "平台维护")
    alone = Pause("hn_test", "deals", "2026-11-30T09:30:00.000+08:00", "")
    assert pauses(fresh_settings) == {"hn_test|": whole, "hn_test|deals": alone}
    process = Pauses(fresh_settings)
    process.open()
    try:
        assert (process.of("hn_test", "deals"), process.of("hn_test", "others")) == (alone, whole)
        assert resumed(fresh_settings, source, "deals") == [alone]
        with pytest.raises(Refused, match="paused as a whole") as refusal:
            resumed(fresh_settings, source, "deals")
        assert refusal.value.next_step == "tongda sources resume hn_test"
        assert resumed(fresh_settings, source, "") == [whole]
        deadline = time.monotonic() + 60
        while process.in_force and time.monotonic() < deadline:
            time.sleep(0.2)
            process.follow()
        assert (process.in_force, pauses(fresh_settings)) == ({}, {})
    finally:
        process.close()
    with pytest.raises(Refused, match="hn_test is not paused"):
        resumed(fresh_settings, source, "")
    with pytest.raises(NotFound, match="no feed of hn_test: 'deal'"):
        paused(fresh_settings, source, "deal", NOW, "")
