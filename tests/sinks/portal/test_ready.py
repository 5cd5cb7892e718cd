"""Alive and ready are two questions, and neither is answered by an open port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from ops.rounds import Rounds
from sinks.figures import vintages
from sinks.portal import digests
from sinks.portal.search import follow
from sinks.portal.web.server import create_app
from sinks.store.database import Database
from tests.ops.metrics import sample
from tests.sinks.conftest import Feeder, Portal, Served
from tests.sinks.examples import a_transfer


def test_a_portal_on_another_schema_is_not_ready_and_says_which_way_it_differs(portal: Portal, db: Database) -> None:
    portal.get("/readyz")
    with db.transaction() as store:
        store.execute("create table kept as select * from migration where name = '0007_located'")
        store.execute("delete from migration where name = '0007_located'")
    for lacks, (change, told) in enumerate(
        (
            ("select 1", "older than this program: it lacks 0007_located; tongda store migrate"),
            ("insert into migration select * from kept", ""),
            ("insert into migration (name) values ('9999_later')", "newer than this program: it has 9999_later"),
        )
    ):
        with db.transaction() as store:
            store.execute(change)
        portal.follower._schema_at = float("-inf")
        checks = portal.get("/readyz", 503 if told else 200).json()["checks"]
        assert [told in each.get("detail", "") for each in checks if each["name"] == "schema"] == [True], lacks
    portal.get("/healthz")


def test_a_portal_whose_follower_hangs_or_has_ended_is_not_alive(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = threading.Event()
    monkeypatch.setattr(portal.follower, "_thread", threading.Thread(target=hangs.wait, daemon=True))
    portal.follower.start()
    assert portal.client.get("/healthz").status_code == 200
    monkeypatch.setattr(portal.follower, "_turned", time.monotonic() - follow.ALIVE_SECONDS - 1)
    assert [portal.client.get(path).status_code for path in ("/healthz", "/readyz")] == [503, 503]
    portal.follower._turned = time.monotonic()
    hangs.set()
    portal.follower._thread.join(10)
    assert portal.client.get("/healthz").status_code == 503


def test_a_thread_beside_the_pages_that_fails_is_named_and_one_that_hangs_ends_the_process(portal: Portal) -> None:
    at = [1000.0]
    rounds = Rounds("digests", lambda: at[0])
    served = Served(lambda _: create_app(portal.views, portal.follower, beside=(rounds,)))
    portal.served.append(served)
    portal.follower.step()

    def asked(path: str) -> tuple[int, dict[str, Any]]:
        answer = httpx.get(served.url + path, trust_env=False)
        return answer.status_code, answer.json()

    assert asked("/healthz") == (200, {"status": "ok", "role": "portal"})
    at[0] += 899
    assert asked("/readyz")[1]["checks"][-1] == {"name": "digests", "status": "ok"}
    rounds.failed()
    at[0] += 1
    status, body = asked("/readyz")
    assert (status, body["status"], body["checks"][-1]["status"]) == (200, "ok", "failed")
    assert "900 s" in body["checks"][-1]["detail"]
    assert asked("/healthz")[0] == 200
    at[0] += 900
    assert asked("/healthz") == (503, {"status": "failed", "role": "portal", "stuck": ["digests"]})
    rounds.well()
    assert (asked("/healthz")[0], asked("/readyz")[1]["checks"][-1]["status"]) == (200, "ok")
    assert sample("tongda_job_last_success_timestamp_seconds", task="digests") == at[0]


def test_digests_and_vintages_tell_how_their_rounds_end(
    portal: Portal, feeder: Feeder, db: Database, away: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Rounds, "well", lambda self: told.append(f"{self.task} well"))
    monkeypatch.setattr(Rounds, "failed", lambda self: told.append(f"{self.task} failed"))
    for module in (digests, vintages):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    stopping = threading.Event()
    for database in (db, away):
        publisher = vintages.Publisher(database, portal.now)
        thread = threading.Thread(target=publisher.run, args=(stopping,), daemon=True)
        thread.start()
        until(lambda ended="well" if database is db else "failed": f"vintages {ended}" in told)
        stopping.set()
        thread.join(10)
        stopping.clear()
    feeder.feed(a_transfer())
    portal.follower.step()
    writer = digests.Digests(portal.views, "http://127.0.0.1")
    writer.start()
    until(lambda: told[-1] == "digests well")
    with db.transaction() as owner:
        owner.execute("drop table follow cascade")
    until(lambda: told[-1] == "digests failed")
    writer.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
