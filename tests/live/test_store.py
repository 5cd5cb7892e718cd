"""The store on a real broker: killed while records arrive, it ends with exactly what the topics hold."""

from __future__ import annotations

import json
import os
import random
import string
import subprocess
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from ops import run
from ops.bus import Admin, Outgoing, Reader, Writer, read_to_end
from ops.health import Health
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.records.dead_letter import DeadLetter
from schemas.wire import encode
from sinks.operator.letters import listed, replay
from sinks.store import database as doors
from sinks.store import progress
from sinks.store import run as store_run
from sinks.store.compare import compare
from sinks.store.database import Database
from sinks.store.migrate import migrate
from tests.sinks.examples import a_contribution, a_listing, a_transfer

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
        return not compare(fresh_settings, database)[1]

    process = a_store(fresh_settings)
    try:
        with Writer(fresh_settings, "tongda.test.0") as writer:
            for batch in range(6):
                events = [a_transfer(id=f"transfer:{n}", revision=batch + 1) for n in range(100)]
                listings = [a_listing(100 * batch + n) for n in range(100)]
                writer.commit(
                    [
                        *[out(fresh_settings, TRANSFER, event.id, encode(event)) for event in events],
                        *[out(fresh_settings, topics.SUPPLY.name, listing.id, encode(listing)) for listing in listings],
                    ]
                )
                if batch in (2, 4):
                    process.kill()
                    process.wait()
                    process = a_store(fresh_settings)
        until(settled)
        compared, differences = compare(fresh_settings, database)
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


def commit(settings: Settings, *records: Outgoing) -> None:
    with Writer(settings, "tongda.test.0") as writer:
        writer.commit(list(records))


def test_a_record_that_no_table_holds_is_named_everywhere_and_does_not_stop_the_others(
    fresh_settings: Settings,
) -> None:
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    database = Database(fresh_settings.database, role="tests", statement_seconds=60)
    migrate(database)
    long = a_contribution(distinct="".join(random.Random(1).choices(string.ascii_letters, k=12_000)))
    broken = out(fresh_settings, topics.CONTRIBUTION.name, long.key, encode(long))
    process = a_store(fresh_settings)

    def events() -> int:
        with database.snapshot() as db:
            return int(db.fetch("select count(*) as number from event")[0]["number"])

    try:
        for batch in range(3):
            held = [a_transfer(id=f"transfer:{batch}-{number}") for number in range(40)]
            extra = [broken] if batch == 1 else []
            commit(fresh_settings, *extra, *[out(fresh_settings, TRANSFER, one.id, encode(one)) for one in held])
        until(lambda: events() == 120)
        until(lambda: len(listed(database, source=None, reason="database_refused")) == 1, 20)
        health = run.read(fresh_settings.run, "store")["health"]
        ready = httpx.get(f"{health}/readyz", trust_env=False)
        details = {check["name"]: check["detail"] for check in ready.json()["checks"]}
        assert (ready.status_code, details["refused"].startswith("1 records set aside")) == (200, True)
        assert 'tongda_sink_refused_records{sink="store"} 1.0' in httpx.get(f"{health}/metrics", trust_env=False).text
        until(lambda: "tongda_dead_letters_open 1.0" in httpx.get(f"{health}/metrics", trust_env=False).text, 20)
        command = [*TONGDA, "dead-letters", "list", "--format", "json"]
        printed = subprocess.run(command, env=environment(fresh_settings), capture_output=True, check=True)
        assert [(letter["stage"], letter["reason"]) for letter in json.loads(printed.stdout)] == [
            ("store", "database_refused")
        ]
        assert compare(fresh_settings, database).differences == [
            f"{topics.CONTRIBUTION.name} {long.key}: topic 1, table nothing (set aside: tongda dead-letters list)"
        ]
    finally:
        process.kill()
        process.wait()
        database.close()


def test_a_store_that_writes_nothing_reports_it_until_it_writes_again(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both far ends answer all the time: another client holds a lock that every batch needs."""
    monkeypatch.setattr(progress, "STANDS_SECONDS", 1.0)
    monkeypatch.setattr(doors, "LOCK_TIMEOUT", "500ms")
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    writing = Database(fresh_settings.database, role="store")
    holding = Database(fresh_settings.database, role="tests", statement_seconds=60)
    migrate(writing)
    health, stopping = Health(fresh_settings, "store"), threading.Event()
    thread = threading.Thread(target=store_run.sessions, args=(fresh_settings, writing, health, stopping))
    thread.start()

    def failed() -> set[str]:
        return {check["name"] for check in health.answer("/readyz")[1]["checks"] if check["status"] == "failed"}

    try:
        until(lambda: health.answer("/readyz")[0] == 200)
        with holding.transaction() as db:
            db.execute("set local idle_in_transaction_session_timeout = 0")
            db.execute("lock table event_revision in access exclusive mode")
            event = a_transfer()
            commit(fresh_settings, out(fresh_settings, TRANSFER, event.id, encode(event)))
            until(lambda: "progress" in failed())
        until(lambda: health.answer("/readyz")[0] == 200)
        assert compare(fresh_settings, holding) == (1, [])
    finally:
        stopping.set()
        thread.join(30)
        writing.close()
        holding.close()


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


def test_a_batch_takes_the_rest_of_what_was_fetched_up_to_a_bound_of_bytes(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_run, "POLL_RECORDS", 100)
    with Admin(fresh_settings) as admin:
        admin.apply(topics.TOPICS)
    value = b"x" * 1000
    commit(fresh_settings, *[Outgoing(TRANSFER, b"k", value, 0) for _ in range(3000)])

    def sizes(bound: int) -> set[int]:
        monkeypatch.setattr(store_run, "LARGEST_BATCH_BYTES", bound)
        with Reader(fresh_settings) as reader:
            reader.assign([(TRANSFER, 0)])
            reader.seek_to_beginning()
            read: list[int] = []
            while sum(read) < 3000:
                read.append(len(store_run.whole(reader, reader.poll(100, 1.0))))
        return set(read) - {0}

    assert max(sizes(32 << 20)) > 1000
    assert max(sizes(250_000)) == 300  # 250 records are full; a poll of 100 is never cut
