"""The door to PostgreSQL ends every wait, and says in words what the far end lacks."""

from __future__ import annotations

import os
import signal
import time

import pytest

from schemas.errors import Unreachable
from sinks.store import database
from sinks.store.database import Database
from sinks.store.store import CHANGED
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_listing


@pytest.mark.skipif(os.geteuid() != 0, reason="the server runs as another user")
def test_a_server_that_froze_with_its_connection_open_is_not_waited_for(
    read_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kernel still answers for it: neither keepalives nor the statement's own limit end such a wait."""
    monkeypatch.setattr(database, "GRACE_SECONDS", 0.5)
    opened = Database(read_model, role="tests", statement_seconds=0.5)
    with opened.snapshot() as db:
        backend = db.fetch("select pg_backend_pid() as pid")[0]["pid"]
    try:
        with pytest.raises(Unreachable, match="no answer in 1 s"), opened.snapshot() as db:
            os.kill(backend, signal.SIGSTOP)
            db.fetch("select 1 as one")
        with opened.snapshot() as db:
            assert db.fetch("select pg_backend_pid() as pid")[0]["pid"] != backend
    finally:
        os.kill(backend, signal.SIGCONT)
        opened.close()


def test_a_client_that_stands_still_between_statements_sent_at_once_does_not_keep_its_locks(read_model: str) -> None:
    """The server takes it for busy: only the limit of a whole transaction ends that."""
    stopped = Database(read_model, role="tests", transaction_seconds=1)
    other = Database(read_model, role="tests", statement_seconds=5)
    claim = "insert into offsets (consumer, topic, partition) values ('t', 't', 0)"
    with stopped.transaction() as db:
        server = db._connection.pgconn
        server.enter_pipeline_mode()
        server.send_query_params(claim.encode(), None)
        server.send_flush_request()  # and never the sync that would make it idle
        server.flush()
        time.sleep(0.3)
        with other.transaction() as successor:  # raises Unreachable if the lock is kept
            successor.fetch(f"{claim} returning topic")
        db._connection.close()
    stopped.close()
    other.close()


def test_a_snapshot_inside_another_is_the_same_state(db: Database, feeder: Feeder) -> None:
    """So a page that asks thirty questions answers them of one state, in one transaction."""
    with db.snapshot() as outer:
        before = outer.rows("version")
        feeder.feed(a_listing(1))
        with db.snapshot() as inner:
            assert inner.rows("version") == before
    with db.snapshot() as after:
        assert after.rows("version") != before


def test_whoever_listens_is_told_of_each_commit_of_the_store(db: Database, feeder: Feeder) -> None:
    with db.listening(CHANGED) as notified:
        assert not notified(0)
        feeder.feed(a_listing(1))
        assert notified(30)
        assert not notified(0)


def test_whoever_listens_to_a_server_that_ends_is_told_so(db: Database) -> None:
    with pytest.raises(Unreachable), db.listening(CHANGED) as notified:
        with db.snapshot() as own:
            own.fetch("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%%'", {})
        notified(30)
