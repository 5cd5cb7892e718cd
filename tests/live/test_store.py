"""The store on a real broker: killed while records arrive, it ends with exactly what the topics hold."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

import pytest

from ops.bus import Admin, Outgoing, Writer, read_to_end
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.records.dead_letter import DeadLetter
from schemas.wire import encode
from sinks.store.database import Database
from sinks.store.letters import listed, replay
from sinks.store.migrate import migrate
from sinks.store.verify import verify
from tests.sinks.examples import a_listing, a_transfer

pytestmark = pytest.mark.live
TRANSFER = "tongda.transfer.v1"


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "TONGDA_PROFILE": "test",
        "TONGDA_HOME": str(settings.home),
        "TONGDA_KAFKA": settings.kafka,
        "TONGDA_DATABASE": settings.database,
        "TONGDA_TOPIC_PREFIX": settings.topic_prefix,
    }


def a_store(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*TONGDA, "run", "store"], env=environment(settings))


def out(settings: Settings, topic: str, key: str, value: bytes) -> Outgoing:
    return Outgoing(topic, key.encode(), value, topics.partition_of(key, settings.partitions))


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.3)


def test_a_store_killed_while_records_arrive_ends_equal_to_the_topics(fresh_settings: Settings) -> None:
    admin = Admin(fresh_settings)
    admin.apply(topics.TOPICS)
    admin.close()
    database = Database(fresh_settings.database, role="tests", statement_seconds=60)
    migrate(database)

    def settled() -> bool:
        return not verify(fresh_settings, database)[1]

    process = a_store(fresh_settings)
    try:
        with Writer(fresh_settings, "tongda.test.0") as writer:
            for batch in range(6):
                events = [a_transfer(id=f"transfer:{n}", revision=batch + 1) for n in range(100)]
                cards = [a_listing(100 * batch + n) for n in range(100)]
                writer.commit(
                    [
                        *[out(fresh_settings, TRANSFER, event.id, encode(event)) for event in events],
                        *[out(fresh_settings, topics.SUPPLY.name, card.id, encode(card)) for card in cards],
                    ]
                )
                if batch in (2, 4):
                    process.kill()
                    process.wait()
                    process = a_store(fresh_settings)
        until(settled)
        compared, differences = verify(fresh_settings, database)
        assert (compared, differences) == (700, [])
        with database.snapshot() as db:
            assert db.fetch("select count(*) as number from event_revision")[0]["number"] == 600
    finally:
        process.kill()
        process.wait()
        database.close()


def test_a_dead_letter_put_back_twice_is_the_same_record_under_its_own_key(fresh_settings: Settings) -> None:
    admin = Admin(fresh_settings)
    admin.apply(topics.TOPICS)
    admin.close()
    database = Database(fresh_settings.database, role="tests")
    migrate(database)
    letter = DeadLetter(
        id="normalise:1",
        stage="normalise",
        reason="money_unreadable",
        message="约三百万",
        source="hn_ip_service",
        feed="transfers",
        record="7",
        sequence=1,
        topic=topics.RAW.name,
        key="hn_ip_service|transfers|7",
        original='{"a":1}',
    )
    with database.transaction() as db:
        db.execute(
            "insert into dead_letter (id, revision, topic, value, sequence, recorded_at) "
            "values (%(id)s, 1, 't', %(value)s, 1, now())",
            {"id": letter.id, "value": encode(letter).decode()},
        )
    assert replay(database, fresh_settings, [], reason="money_unreadable") == [letter.id]
    assert listed(database, source=None, reason=None) == []
    assert replay(database, fresh_settings, []) == []
    assert replay(database, fresh_settings, [letter.id]) == [letter.id]
    records = list(read_to_end(fresh_settings, topics.RAW.name))
    assert [(record.key, record.value) for record in records] == [(letter.key.encode(), b'{"a":1}')] * 2
    database.close()


def test_a_transaction_that_is_longer_than_a_poll_is_shown_whole_or_not_at_all(fresh_settings: Settings) -> None:
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    database = Database(fresh_settings.database, role="tests", statement_seconds=60)
    migrate(database)
    events = [a_transfer(id=f"transfer:{number}", revision=1) for number in range(3000)]  # 3 MB: one fetch
    with Writer(fresh_settings, "tongda.test.0") as writer:
        writer.commit([Outgoing(TRANSFER, event.id.encode(), encode(event), 0) for event in events])
    process, shown = a_store(fresh_settings), {0}
    try:
        deadline = time.monotonic() + 90
        while max(shown) < len(events):
            assert time.monotonic() < deadline, "waited too long"
            with database.snapshot() as db:
                shown.add(db.fetch("select count(*) as number from event")[0]["number"])
    finally:
        process.kill()
        process.wait()
        database.close()
    assert shown == {0, len(events)}
