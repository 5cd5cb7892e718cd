"""The near end while its far ends are away: broker frozen or stopped, disk full, platform made anew.

Nothing is acknowledged that was not written, platforms are asked no more than what can be kept, and everything goes on
by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from connectors.poll.evidence import ROOM_BYTES
from ops.embedded import Service
from sinks.operator.letters import replay
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.trail import entries
from tests.databases import create_database
from tests.live.anew import FEED, OTHERS, SOURCE, Hub
from tests.live.near import NAMES, Broker, a_near_end, until

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    own = Broker(tmp_path_factory.mktemp("broker"))
    yield own
    own.service.process.send_signal(signal.SIGCONT)
    own.service.stop()


@pytest.mark.parametrize("how", ["frozen", "stopped"])
def test_while_the_broker_is_away_platforms_are_not_polled_and_nothing_is_lost(
    broker: Broker, tmp_path: Path, how: str
) -> None:
    with a_near_end(broker, tmp_path, f"{how}.") as near:
        until(lambda: near.connectors.check("kafka").get("status") == "ok", "the connectors are well")
        files, memory = near.evidence_files(), near.connectors.resident_bytes
        if how == "frozen":
            broker.service.process.send_signal(signal.SIGSTOP)
        else:
            broker.service.stop()
        near.shown = 60
        until(lambda: near.connectors.check("kafka").get("status") == "failed", "health says that Kafka is away")
        time.sleep(1)  # what was asked for arrives
        asked = near.requests
        time.sleep(6)
        grown = near.connectors.resident_bytes - memory
        held_back = near.requests - asked
        new_files = near.evidence_files() - files
        if how == "frozen":
            broker.service.process.send_signal(signal.SIGCONT)
        else:
            broker.start()
        until(near.has_all, "all that came meanwhile is published")
        near.assert_exactly_once()
    print(
        f"{how}: {held_back} requests in 6 s, {new_files} new evidence, +{grown / 2**20:.1f} MiB, exits {near.connectors.exits}"
    )
    assert held_back == 0
    assert near.connectors.exits[-1] == 0  # the orderly end, whatever was under way
    assert new_files <= len(NAMES) * 6  # the pages of one sweep of each list
    assert grown < 32 << 20


@contextmanager
def a_small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own; needs root."""
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]).returncode:
        pytest.skip("no right to mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_poll_before_it_publishes_and_is_reported(broker: Broker, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with a_small_disk(disk, "96m"), a_near_end(broker, tmp_path, "full.", disk) as near:
        filler = disk / "filler"
        filler.write_bytes(bytes((96 << 20) - ROOM_BYTES))
        until(lambda: near.connectors.check("evidence").get("status") == "failed", "health says that the disk is full")
        assert near.connectors.check("evidence")["detail"].startswith(f"disk full: {disk}, ")
        assert near.connectors.measured("tongda_evidence_full") == 1.0
        until(lambda: {s.state for s in near.statuses().values()} == {"paused"}, "the statuses say paused")
        assert {status.reason for status in near.statuses().values()} == {"disk_full"}
        asked, near.shown = near.requests, 60
        time.sleep(3)
        assert near.requests == asked
        assert len(near.published()) == len(NAMES) * 35
        filler.unlink()
        until(near.has_all, "all is published")
        until(lambda: {s.state for s in near.statuses().values()} == {"ok"}, "the statuses say ok")
        near.assert_exactly_once()
        assert near.connectors.exits == []


def test_what_is_held_waits_for_a_person_and_passes_once_when_released(
    broker: Broker, database: Service, tmp_path: Path
) -> None:
    trail = Database(create_database(database.url, "held"), role="tests")
    migrate(trail)
    with a_near_end(broker, tmp_path, "held.") as near:
        let_pass = partial(near.command, "release", database=trail.url)
        assert let_pass("hn_one", "deals")[0] == 5  # nothing is held
        near.shown = 10
        until(lambda: {s.state for s in near.statuses().values()} == {"held"}, "both feeds are held")
        assert [line.split()[:2] for line in near.command("held")[1].splitlines()[1:]] == [
            [name, "deals"] for name in NAMES
        ]
        assert near.command("release", "hn_one", "deals")[0] == 8  # without a database there is no entry, so no release
        code, output = let_pass("hn_one", "deals", "--reason", "confirmed by the platform")
        assert (code, output.split()[:3]) == (0, ["hn_one", "deals", "mass_absence:"])
        until(lambda: near.absent("hn_one") == 25, "the absences of the one are published")
        time.sleep(2)
        assert (near.absent("hn_one"), near.absent("hn_two")) == (25, 0)
        assert near.statuses()["hn_two"].state == "held"
    assert [(each.object, each.outcome) for each in entries(trail)] == [
        ("hn_one deals", outcome) for outcome in ("begun", "T5001", "begun", "done")
    ]
    trail.close()


@pytest.fixture
def hub(broker: Broker, database: Service, tmp_path: Path) -> Iterator[Hub]:
    started = Hub(broker, database, tmp_path)
    yield started
    started.end()


def test_a_redesigned_platform_opens_its_own_circuit_and_after_the_correction_everything_is_there_once(
    hub: Hub,
) -> None:
    records = set(hub.platforms.shelves[SOURCE, FEED].rows)
    until(lambda: {id for id, _, _ in hub.sighted()} == hub.readable(), "all is sighted")
    before, asked = hub.sighted(), dict(hub.platforms.requests)

    hub.platforms.faults.arm("columns_renamed", f"{SOURCE}/{FEED}", 10**6)
    until(lambda: hub.circuit(SOURCE) == 2.0, "the circuit is open")
    until(lambda: hub.open_letters() >= records, "every row is a dead letter")
    until(lambda: hub.states()[SOURCE, FEED] == ("paused", "circuit_rejects"), "the status says why")
    time.sleep(2)
    assert hub.states()[SOURCE, "demand"] == ("paused", "circuit_open")
    until(
        lambda: {state for (source, _), (state, _) in hub.states().items() if source in OTHERS} == {"ok"},
        "the others are read as before",
    )
    assert [hub.circuit(source) for source in OTHERS] == [0.0] * len(OTHERS)
    assert all(hub.platforms.requests[source] > asked[source] for source in OTHERS[:2])
    assert [line["source"] for line in hub.connectors.events("source_paused")] == [SOURCE]
    assert hub.sighted() == before  # the last readable statements are kept

    hub.correct()
    until(lambda: hub.circuit(SOURCE) == 0.0, "the circuit is closed")
    for _ in range(2):
        replay(hub.store, hub.settings, [], source=SOURCE)
    after = before + Counter({(id, subject, sequence + 1): 1 for id, subject, sequence in before})
    until(lambda: hub.sighted() == after, "every record is sighted once more")
    time.sleep(2)
    assert hub.sighted() == after
    assert hub.states()[SOURCE, FEED] == ("ok", "")
