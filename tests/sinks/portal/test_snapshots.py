"""A snapshot is whole and of one moment, and what follows it leads to the same state as everything from the beginning."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ops.settings import ROOT
from sinks.portal.web.streamed import AT_ONCE, streamed
from sinks.store.database import Database
from sinks.store.keys import make
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_point, a_transfer
from tests.sinks.portal.examples import a_status

TRANSFERS = "tongda.transfer.v1"
MIRROR = ROOT / "docs/readers/python/mirror.py"


def transfer(number: int, revision: int = 1, **changes: Any) -> Any:
    return a_transfer(id=f"transfer:{number:04d}", revision=revision, **changes)


def lines(portal: Portal, topic: str = TRANSFERS, **headers: str) -> list[Any]:
    answer = portal.get(f"/api/v1/snapshots/{topic}", **headers)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def replayed(portal: Portal, topic: str) -> dict[str, Any]:
    """The state of a topic by all of its changes."""
    state: dict[str, Any] = {}
    after = 0
    while True:
        page = portal.get(f"/api/v1/changes?topic={topic}&after={after}").json()
        for change in page["items"]:
            state[change["key"]] = change["value"]
            after = change["sequence"]
        if page["next"] is None:
            return {key: value for key, value in state.items() if value is not None}


def test_a_snapshot_has_every_key_once_between_its_head_and_its_end(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*(transfer(number) for number in range(1200)), a_listing())
    feeder.feed(transfer(7, 2, state="withdrawn"), transfer(8, 3))
    feeder.store.write([feeder.record(TRANSFERS, "transfer:0009", None)])
    head, *records, end = lines(portal)
    [sequence] = {change["sequence"] for change in portal.get(head["head"]["changes"]).json()["items"]} or {None}
    assert sequence is None, "nothing follows"
    assert {**head["head"], "sequence": 0, "epoch": "", "as_of": "", "changes": "", "last_event_id": ""} == {
        "topic": TRANSFERS,
        "schema": "/schemas/tongda.transfer/v1.json",
        "as_of": "",
        "epoch": "",
        "sequence": 0,
        "changes": "",
        "last_event_id": "",
        "offsets": {"0": 1203},
    }
    assert head["head"]["last_event_id"] == f"{head['head']['epoch']}-{head['head']['sequence']}"
    assert end == {"end": {"records": 1199}} and len(records) == 1199
    found = {record["key"]: record for record in records}
    assert len(found) == 1199 and "transfer:0009" not in found
    assert (found["transfer:0007"]["revision"], found["transfer:0007"]["value"]["state"]) == (2, "withdrawn")
    assert {key: record["value"] for key, record in found.items()} == replayed(portal, TRANSFERS)


@pytest.mark.parametrize("topic", ["tongda.supply.v1", "tongda.statistic.v1", "tongda.source-status.v1"])
def test_every_family_of_records_has_snapshots(portal: Portal, feeder: Feeder, topic: str) -> None:
    feeder.feed(a_listing(1), a_listing(2), a_point(), a_status())
    _, *records, _ = lines(portal, topic)
    assert {record["key"]: record["value"] for record in records} == replayed(portal, topic) != {}


def test_a_snapshot_is_of_one_moment_while_others_write(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*(transfer(number) for number in range(1500)))
    blocks = portal.views.snapshot_of(TRANSFERS)
    first = json.loads(next(blocks))
    feeder.feed(*(transfer(number, 2) for number in range(1500)), transfer(9999))
    rest = [json.loads(line) for block in blocks for line in block.splitlines()]
    assert {record["revision"] for record in rest[:-1]} == {1} and rest[-1] == {"end": {"records": 1500}}
    after = portal.get(first["head"]["changes"] + "&limit=200").json()
    assert after["total"] == 3001 and {change["revision"] for change in after["items"]} == {2}


def test_what_a_caller_may_not_read_is_in_no_snapshot(portal: Portal, feeder: Feeder, db: Database) -> None:
    assert portal.get("/api/v1/snapshots/tongda.raw", 404).json()["code"] == "T4001"
    assert portal.get("/api/v1/snapshots/tongda.contract.v1", 401).json()["code"] == "T4010"
    key = make(db, "tests", "shared")
    assert lines(portal, "tongda.contract.v1", Authorization=f"Bearer {key}")[-1] == {"end": {"records": 0}}


def test_a_reader_that_leaves_gives_its_connection_back(portal: Portal, feeder: Feeder) -> None:
    feeder.feed(*(transfer(number) for number in range(1500)))
    for _ in range(12):
        portal.client.head(f"/api/v1/snapshots/{TRANSFERS}")
        with portal.client.stream("GET", f"/api/v1/snapshots/{TRANSFERS}") as answer:
            next(answer.iter_bytes())
    assert lines(portal)[-1] == {"end": {"records": 1500}}


def test_more_long_answers_than_there_is_room_for_are_put_off(portal: Portal, feeder: Feeder) -> None:
    held = [streamed(iter([b"1", b"2"]), "text/plain") for _ in range(AT_ONCE)]
    answer = portal.get(f"/api/v1/snapshots/{TRANSFERS}", 503)
    assert answer.headers["retry-after"] == "5" and "long answers" not in answer.json()["title"]
    for each in held:
        each.blocks.close()
    assert lines(portal)[-1] == {"end": {"records": 0}}


KILLED = """
import os, runpy, signal, sys
lines = int(sys.argv.pop(1))
def traced(frame, event, _):
    global lines
    if not frame.f_code.co_filename.endswith("mirror.py"):
        return None
    lines -= event == "line"
    if lines < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return traced
sys.settrace(traced)
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""  # the mirror, killed after it has run so many lines


@pytest.mark.parametrize("seed", range(2))
def test_a_mirror_killed_at_any_line_ends_equal_to_the_hub(
    portal: Portal, feeder: Feeder, tmp_path: Path, seed: int
) -> None:
    chance, file, ends = random.Random(seed), tmp_path / "mirror.db", []
    command = [str(MIRROR), str(portal.client.base_url).rstrip("/"), str(file), TRANSFERS]
    revisions = dict.fromkeys(range(600), 1)
    feeder.feed(*(transfer(number) for number in revisions))
    if seed:  # else it is killed within the snapshot again and again
        subprocess.run([sys.executable, *command], check=True, timeout=60)
    for step in range(10):
        lines_run = chance.randrange(100, 700)
        ends.append(subprocess.run([sys.executable, "-c", KILLED, str(lines_run), *command], timeout=60).returncode)
        changed = [*revisions][step * 60 : step * 60 + 60]  # each once: what is lost is not made good by a later change
        revisions |= {number: revisions[number] + 1 for number in changed}
        feeder.feed(*(transfer(n, revisions[n], state=chance.choice(("current", "withdrawn"))) for n in changed))
        feeder.store.write([feeder.record(TRANSFERS, f"transfer:{chance.choice(changed):04d}", None)])
    assert ends.count(-signal.SIGKILL) > 3
    subprocess.run([sys.executable, *command], check=True, timeout=60)
    with closing(sqlite3.connect(file)) as copy:
        found = {key: json.loads(value) for key, value in copy.execute("select key, value from record")}
    assert found == replayed(portal, TRANSFERS)
    assert found == {record["key"]: record["value"] for record in lines(portal)[1:-1]}


def test_a_mirror_begins_anew_when_the_database_was_restored(
    portal: Portal, feeder: Feeder, db: Database, tmp_path: Path
) -> None:
    file = tmp_path / "mirror.db"
    command = [sys.executable, str(MIRROR), str(portal.client.base_url).rstrip("/"), str(file), TRANSFERS]
    feeder.feed(transfer(1), transfer(2))
    subprocess.run(command, check=True, timeout=60)
    with db.transaction() as restored:
        restored.rows("new_epoch")
        restored.execute("delete from event where id = 'transfer:0002'")
    subprocess.run(command, check=True, timeout=60)
    with closing(sqlite3.connect(file)) as copy:
        assert [key for (key,) in copy.execute("select key from record")] == ["transfer:0001"]
