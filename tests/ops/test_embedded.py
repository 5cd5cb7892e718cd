"""The embedded database gives its password to nobody, and an empty database to each who asks."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ops.bus import Admin, Outgoing, Writer, read_to_end
from ops.doctor import database as look_at_database
from ops.embedded import Service, start_kafka
from ops.embedded import kafka as embedded
from ops.embedded.postgres import query
from ops.embedded.service import last_line
from ops.settings import Settings
from schemas.errors import Unreachable
from schemas.topics import RAW
from tests.databases import create_database

pytestmark = pytest.mark.live
DIES_IN_A_TRANSACTION = """
import os, sys
from ops.bus import Writer
from ops.settings import Settings
writer = Writer(Settings(profile="test", kafka=sys.argv[1], transaction_timeout_seconds=2), "tongda.test.0")
writer.open()
writer._producer.begin_transaction()
writer._producer.send("tongda.raw", key=b"aborted", value=b"1", partition=0)
writer._producer.flush()
os._exit(0)
"""


def command_lines() -> str:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return "\n".join(found)


def test_a_broker_on_a_full_disk_says_so_before_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.embedded.kafka.ROOM_BYTES", 1 << 60)
    with pytest.raises(Unreachable, match=f"disk full: {tmp_path}/kafka, [0-9]+ bytes free"):
        start_kafka(tmp_path, 0)


REGISTERED = (
    "INFO Replayed initial RegisterBrokerRecord for broker 1: RegisterBrokerRecord(brokerId=1, fenced=true, logDirs=[])"
)
AGAIN = REGISTERED.replace("initial RegisterBrokerRecord for", "RegisterBrokerRecord establishing a new incarnation of")
CHANGED = "INFO Replayed BrokerRegistrationChangeRecord modifying the registration for broker 1: Record(brokerId=1, fenced={})"
ACTIVE = "INFO QuorumController Becoming the active controller at epoch 12"


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        ([], True),
        ([REGISTERED, CHANGED.format(-1)], True),  # it has not replayed everything
        ([ACTIVE], False),  # no broker was ever registered
        ([REGISTERED, CHANGED.format(0), ACTIVE], False),  # killed before it was let in
        ([REGISTERED, CHANGED.format(-1), CHANGED.format(0), ACTIVE], True),
        ([REGISTERED, CHANGED.format(-1), ACTIVE, CHANGED.format(1)], False),
        ([REGISTERED, CHANGED.format(-1), CHANGED.format(1), AGAIN, ACTIVE], False),
        ([REGISTERED, CHANGED.format(1), AGAIN, CHANGED.format(-1), ACTIVE], True),
    ],
    ids=["empty", "replaying", "none", "registered", "alive", "fenced", "again", "alive again"],
)
def test_the_next_broker_waits_until_the_controller_counts_none_as_alive(lines: list[str], waits: bool) -> None:
    assert embedded.no_broker_leads("\n".join(lines)) is not waits


def test_of_a_trace_the_cause_is_told_and_not_the_place_in_the_code(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text(
        "ERROR KafkaRaftServer failed\nCaused by: java.io.IOException: No space left on device\n"
        "\tat java.base/sun.nio.ch.FileDispatcherImpl.write0(Native Method)\n\tat kafka.raft.Raft.<init>(Raft.scala:126)\n"
        "\t... 14 more\n\n"
    )
    assert last_line(log) == "Caused by: java.io.IOException: No space left on device"


def test_the_password_stands_on_no_command_line(database: Service) -> None:
    password = database.url.partition("://")[2].partition("@")[0].partition(":")[2]
    question = threading.Thread(target=query, args=(database.url, "select pg_sleep(2)"))
    question.start()
    deadline = time.monotonic() + 30
    while "pg_sleep(2)" not in (seen := command_lines()):
        assert time.monotonic() < deadline
    question.join()
    assert len(password) > 20
    assert password not in seen


def test_no_other_account_of_the_machine_reads_what_the_broker_keeps(kafka: Service) -> None:
    assert (kafka.log.parents[1] / "kafka").stat().st_mode & 0o077 == 0


def test_a_broker_whose_port_another_one_took_does_not_pass_for_it(kafka: Service, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="kafka ended at its start"):
        start_kafka(tmp_path, int(kafka.address.rpartition(":")[2]))


def test_a_killed_broker_forgets_nothing_of_the_transaction_that_was_open(tmp_path: Path) -> None:
    """Kafka would drop the abort's marker, and the next commit of this writer would make the aborted record visible."""
    first = start_kafka(tmp_path, 0)
    settings = Settings(profile="test", home=tmp_path, kafka=first.address, transaction_timeout_seconds=2)
    with Admin(settings) as admin:
        admin.apply((RAW,))
    subprocess.run([sys.executable, "-c", DIES_IN_A_TRANSACTION, first.address], check=True)
    first.process.kill()
    first.process.wait()
    second = start_kafka(tmp_path, int(first.address.rpartition(":")[2]))
    try:
        with Writer(settings, "tongda.test.0") as successor:
            successor.commit([Outgoing(RAW.name, b"committed", b"2", 0)])
        assert [record.key for record in read_to_end(settings, RAW.name, 0)] == [b"committed"]
        told = (tmp_path / "log" / "kafka.log").read_text()
        assert "DUPLICATE_BROKER_REGISTRATION" not in told
        assert "can be skipped" not in told
    finally:
        second.process.kill()
        second.process.wait()


def test_a_disk_that_fills_up_while_a_broker_starts_costs_it_no_topic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written to the controller's log then may be there twice, for which Kafka empties it at the next start."""
    first = start_kafka(tmp_path, 0)
    settings = Settings(profile="test", home=tmp_path, kafka=first.address)
    with Admin(settings) as admin, Writer(settings, "tongda.test.0") as writer:
        admin.apply((RAW,))
        writer.commit([Outgoing(RAW.name, b"kept", b"1", 0)])
    first.process.kill()
    first.process.wait()
    log = tmp_path / "kafka" / "data" / embedded.METADATA_LOG / "00000000000000000000.log"

    def full_before_long(*_: object) -> None:
        log.write_bytes(log.read_bytes() * 2)
        monkeypatch.setattr(embedded, "ROOM_BYTES", 1 << 60)

    monkeypatch.setattr(embedded, "_fence_killed_broker", full_before_long)
    port = int(first.address.rpartition(":")[2])
    with pytest.raises(Unreachable, match="disk full"):
        start_kafka(tmp_path, port)
    monkeypatch.undo()
    second = start_kafka(tmp_path, port)
    try:
        assert [record.key for record in read_to_end(settings, RAW.name, 0)] == [b"kept"]
        assert not (tmp_path / "kafka" / "data" / embedded.COPY).exists()
    finally:
        second.process.kill()
        second.process.wait()


def test_a_new_database_is_empty_and_answers(database: Service) -> None:
    url = create_database(database.url, "fresh")
    assert query(url, "select count(*) from information_schema.tables where table_schema = 'public'").stdout == "0\n"
    assert query(database.url.replace("tongda:", "tongda:wrong"), "select 1").returncode != 0


def test_the_doctor_finds_the_database_well_and_hides_its_password(settings: Settings) -> None:
    (finding,) = look_at_database(settings)
    assert finding.well
    assert finding.detail.endswith("synchronous_commit on")
    assert ":***@" in finding.detail
