"""Alive and ready are two questions, and neither is answered by an open port."""

from __future__ import annotations

import threading
import time

import pytest

from sinks.portal.search import follow
from sinks.store.database import Database
from tests.sinks.conftest import Portal


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
