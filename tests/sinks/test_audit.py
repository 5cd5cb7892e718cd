"""The audit finds a table that is not its topic, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ops.bus import Admin, Outgoing, Writer, read_to_end
from ops.settings import Settings
from schemas import topics
from schemas.records.event import Event
from schemas.records.validity import Validity
from schemas.wire import encode, load
from sinks.store.audit import Audit, weight
from sinks.store.compare import Running, compare, compare_running
from sinks.store.database import Database
from sinks.store.migrate import migrate
from sinks.store.store import Store
from tests.sinks.conftest import _addressed
from tests.sinks.examples import a_transfer


@pytest.fixture
def tables(fresh_settings: Settings) -> Iterator[Database]:
    """A read model of its own, beside topics of its own."""
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    database = Database(fresh_settings.database, role="tests", statement_seconds=60)
    migrate(database)
    yield database
    database.close()


def test_digests_add_up_in_any_order_and_tell_revisions_apart() -> None:
    assert weight("a", 1) + weight("b", 2) != weight("a", 2) + weight("b", 1)
    assert 0 < weight("a", 1) < 1 << 60


@pytest.mark.live
def test_a_table_that_lost_a_row_or_a_revision_is_named(fresh_settings: Settings, tables: Database) -> None:
    store, audit, stopping = Store(tables), Audit(fresh_settings, tables), threading.Event()
    store.claim([("tongda.transfer.v1", number) for number in range(4)])
    events = [a_transfer(id=f"transfer:{number}") for number in range(20)]
    with Writer(fresh_settings, "tongda.test.0") as writer:
        writer.commit([Outgoing(topic, key.encode(), value, 0) for topic, key, value in map(_addressed, events)])
    assert audit.differing_topics(stopping) == []  # the table stands at 0, and so does the audit
    with Writer(fresh_settings, "tongda.test.0") as writer:
        writer.commit([Outgoing("tongda.licence.v1", b"licence:1", b"{}", 0)])
    assert audit.differing_topics(stopping) == ["tongda.licence.v1"]  # which no store claimed
    store.claim([("tongda.licence.v1", number) for number in range(4)])
    assert audit.differing_topics(stopping) == []
    store.write(list(read_to_end(fresh_settings, "tongda.transfer.v1", 0)))
    assert audit.differing_topics(stopping) == []
    with tables.transaction() as db:
        db.execute("update event set revision = 7 where id = 'transfer:3'")
    assert audit.differing_topics(stopping) == ["tongda.transfer.v1"]
    with tables.transaction() as db:
        db.execute("update event set revision = 1 where id = 'transfer:3'")
    assert audit.differing_topics(stopping) == []
    with tables.transaction() as db:
        db.execute("delete from event where id = 'transfer:4'")
    assert audit.differing_topics(stopping) == ["tongda.transfer.v1"]


@pytest.mark.live
def test_a_record_that_was_set_aside_counts_as_what_its_table_holds_and_hides_no_other(
    fresh_settings: Settings, tables: Database
) -> None:
    store, audit, stopping = Store(tables), Audit(fresh_settings, tables), threading.Event()
    store.claim([("tongda.transfer.v1", number) for number in range(4)])
    kept = [a_transfer(id=f"transfer:{number}") for number in range(3)]
    refused = {f"transfer:{number}": b'{"revision":2}' for number in (1, 7)}  # one has an earlier revision in the table
    with Writer(fresh_settings, "tongda.test.0") as writer:
        written = [*((event.id, encode(event)) for event in kept), *refused.items()]
        writer.commit([Outgoing("tongda.transfer.v1", key.encode(), value, 0) for key, value in written])
    assert len(store.write(list(read_to_end(fresh_settings, "tongda.transfer.v1", 0))).letters) == 2
    assert audit.differing_topics(stopping) == []
    assert compare(fresh_settings, tables).differences == [
        "tongda.transfer.v1 transfer:1: topic 2, table 1 (set aside: tongda dead-letters list)",
        "tongda.transfer.v1 transfer:7: topic 2, table nothing (set aside: tongda dead-letters list)",
    ]
    with tables.transaction() as db:
        db.execute("delete from event where id = 'transfer:2'")
    assert audit.differing_topics(stopping) == ["tongda.transfer.v1"]


@pytest.mark.live
def test_a_running_hub_is_compared_up_to_where_its_tables_stand(fresh_settings: Settings, tables: Database) -> None:
    topic, store = "tongda.transfer.v1", Store(tables)
    store.claim([(topic, number) for number in range(4)])

    def written(*events: Event) -> None:
        with Writer(fresh_settings, "tongda.test.0") as writer:
            writer.commit([Outgoing(topic, event.id.encode(), encode(event), 0) for event in events])

    written(*(a_transfer(id=f"transfer:{number}") for number in range(4)))
    store.write(list(read_to_end(fresh_settings, topic, 0)))
    with tables.transaction() as db:
        db.execute("delete from event where id = 'transfer:3'")
    lost = f"{topic} transfer:3: topic 1, table nothing"
    assert compare_running(fresh_settings, tables) == Running(4, [lost], 0)

    written(a_transfer(id="transfer:1", revision=2), a_transfer(id="transfer:9"))  # not stored yet
    behind = f"{topic}/0: the tables stand at offset 4, the topic ends at 7; the store does not run, or is behind (tongda status)"
    assert compare_running(fresh_settings, tables, catch_up_seconds=0) == Running(3, [lost, behind], 2)
    following = [record for record in read_to_end(fresh_settings, topic, 0) if record.offset >= 4]
    storing = threading.Timer(1, store.write, [following])
    storing.start()
    assert compare_running(fresh_settings, tables) == Running(3, [lost], 2)
    storing.join()
    assert compare_running(fresh_settings, tables) == Running(5, [lost], 0)


@pytest.mark.live
def test_what_is_gone_and_what_was_never_told_are_the_same(fresh_settings: Settings, tables: Database) -> None:
    store, audit, stopping = Store(tables), Audit(fresh_settings, tables), threading.Event()
    store.claim([("tongda.transfer.v1", number) for number in range(4)])
    events = [a_transfer(id="transfer:1"), a_transfer(id="transfer:2", state="withdrawn")]
    with Writer(fresh_settings, "tongda.test.0") as writer:
        writer.commit([Outgoing(topic, key.encode(), value, 0) for topic, key, value in map(_addressed, events)])
    store.write(list(read_to_end(fresh_settings, "tongda.transfer.v1", 0)))
    for removed, told in (
        ("transfer:2", []),
        ("transfer:1", ["tongda.transfer.v1 transfer:1: topic 1, table nothing"]),
    ):
        with tables.transaction() as db:
            db.execute("delete from event where id = %(id)s", {"id": removed})
        assert compare(fresh_settings, tables).differences == told
        assert audit.differing_topics(stopping) == (["tongda.transfer.v1"] if told else [])


@pytest.mark.live
@pytest.mark.parametrize(
    ("document", "is_gone"),
    [
        ({"state": "withdrawn"}, True),
        ({"state": "withdrawn", "state_reason": "absent"}, True),
        ({"state": "withdrawn", "state_reason": "stated"}, False),
        ({"state": "withdrawn", "state_reason": None}, False),
        ({"state": "merged"}, False),
        ({}, False),
        ({"live": True, "contributions": 1}, False),
        ({"live": False}, True),
        ({"contributions": 0}, True),
    ],
    ids=str,
)
def test_the_table_knows_what_is_gone_as_the_records_do(
    db: Database, document: dict[str, object], is_gone: bool
) -> None:
    value = encode(document)
    with db.snapshot() as read:
        (row,) = read.fetch("select is_gone(%(value)s::jsonb) as is_gone", {"value": value.decode()})
    assert (load(Validity, value).is_gone, row["is_gone"]) == (is_gone, is_gone)
