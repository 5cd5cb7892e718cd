"""Broker, database or disk fail under a running store and portal: both report it, lose nothing, and recover by themselves."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest

from ops.bus import Admin, Writer, read_to_end
from ops.embedded import Service, start_kafka, start_postgres
from ops.embedded.postgres import query
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas import topics
from schemas.wire import encode
from sinks.store.compare import compare
from sinks.store.database import Database
from sinks.store.migrate import migrate
from tests.live.test_store import TRANSFER, environment, out, until
from tests.sinks.examples import a_listing, a_transfer

pytestmark = pytest.mark.live
SESSION_SECONDS = 2.0


class Outage:
    """A store and a portal with their own broker and database, either of which a test may stop."""

    def __init__(self, home: Path, broker: Service, database: Service, prefix: str, url: str = "") -> None:
        self.settings = Settings(
            profile="test",
            home=home,
            kafka=broker.address,
            database=database.url,
            topic_prefix=prefix,
            slot="test",
            session_timeout_seconds=SESSION_SECONDS,
        )
        with Admin(self.settings) as admin:
            admin.apply(topics.TOPICS)
        self.database = Database(database.url, role="tests", statement_seconds=60)
        migrate(self.database)
        surroundings = {
            **environment(self.settings),
            "TONGDA_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
            "TONGDA_PORTAL": f"127.0.0.1:{_free_port()}",
            "TONGDA_OPERATOR": "127.0.0.1:0",
            "TONGDA_DATABASE": url or database.url,
            "PYTHONFAULTHANDLER": "1",
        }
        self.portal = "http://" + surroundings["TONGDA_PORTAL"]
        self.log = home / "processes.log"
        with self.log.open("wb") as log:
            self.processes = [
                subprocess.Popen([*TONGDA, "run", role], env=surroundings, stderr=log, stdout=log)
                for role in ("store", "portal")
            ]
        self.batches = 0

    def publish(self, batches: int = 1) -> None:
        """Write batches, each with a new revision of a hundred events and a hundred new listings."""
        with Writer(self.settings, "tongda.test.0") as writer:
            for _ in range(batches):
                self.batches += 1
                events = [a_transfer(id=f"transfer:{n}", revision=self.batches) for n in range(100)]
                listings = [a_listing(100 * self.batches + n) for n in range(100)]
                writer.commit(
                    [
                        *[out(self.settings, TRANSFER, event.id, encode(event)) for event in events],
                        *[out(self.settings, topics.SUPPLY.name, listing.id, encode(listing)) for listing in listings],
                    ]
                )

    def store(self) -> tuple[int, str]:
        """/readyz of the store: its status, and the details of failed checks."""
        try:
            record = json.loads((self.settings.run / "store.json").read_text())
        except (OSError, ValueError):
            return 0, ""
        status, body = get(record["health"] + "/readyz")
        return status, "; ".join(check["detail"] for check in json.loads(body)["checks"] if check["status"] != "ok")

    def reports(self, *words: str) -> bool:
        status, detail = self.store()
        return status == 503 and all(word in detail for word in words)

    def is_exact(self) -> bool:
        """Both are ready, tables and topics hold the same, and every revision was written once."""
        if self.store()[0] != 200 or get(self.portal + "/readyz")[0] != 200 or compare(self.settings, self.database)[1]:
            return False
        with self.database.snapshot() as db:
            written = db.fetch(
                "select (select count(*) from event_revision) e, (select count(*) from listing_revision) l"
            )[0]
        assert [written["e"], written["l"]] == [100 * self.batches] * 2
        return True

    def until_exact(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.is_exact():
            if time.monotonic() > deadline:
                store, portal = self.store(), get(self.portal + "/readyz")
                for process in self.processes:
                    process.send_signal(signal.SIGABRT)  # each writes its stack into the log
                    process.wait()
                pytest.fail(f"store {store}, portal {portal}, differing {compare(self.settings, self.database)[1][:3]}")
            time.sleep(0.3)

    def are_the_same_processes(self) -> bool:
        return [process.poll() for process in self.processes] == [None, None]

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.database.close()
        print(self.log.read_text(errors="replace")[-9000:])


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[list[Service]]:
    """One broker, of this test alone; a test that restarts it puts the new one into the list."""
    running = [start_kafka(tmp_path / "servers", 0)]
    yield running
    running[-1].stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[list[Service]]:
    running = [start_postgres(tmp_path / "servers", 0)]
    yield running
    running[-1].stop()


def test_store_and_portal_report_a_killed_database_and_wait_for_it(
    kafka: Service, server: list[Service], tmp_path: Path
) -> None:
    hub = Outage(tmp_path, kafka, server[-1], "gone.")
    try:
        hub.publish()
        hub.until_exact()
        _kill(server[-1])
        hub.publish(3)
        until(lambda: hub.reports("PostgreSQL", "T8001"), 20)
        until(lambda: get(hub.portal + "/readyz")[0] == 503, 20)
        for path, words in (
            ("/listings", "数据库暂时没有应答"),
            ("/en/listings", "The database does not answer at the moment"),
            ("/api/v1/listings", "last state seen here: 20"),
        ):
            status, body = get(hub.portal + path)
            assert (status, words in body) == (503, True), path
            assert "127.0.0.1:" not in body, "where our servers stand is nobody's business"
        assert get(hub.portal + "/healthz")[0] == 200
        _restart(server, tmp_path)
        hub.until_exact(40)
        assert get(hub.portal + "/listings")[0] == 200
        assert hub.are_the_same_processes()
    finally:
        hub.close()


def test_backends_terminated_again_and_again_while_records_arrive_cost_nothing(
    kafka: Service, server: list[Service], tmp_path: Path
) -> None:
    hub = Outage(tmp_path, kafka, server[-1], "terminated.")
    try:
        until(lambda: hub.store()[0] == 200)
        ended = 0
        with psycopg.connect(server[-1].url, autocommit=True) as knife:
            for _ in range(12):
                hub.publish()
                ended += knife.execute(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'tongda store'"
                ).fetchone()[0]
                time.sleep(0.3)
        assert ended >= 3
        hub.until_exact(60)
        assert hub.are_the_same_processes()
    finally:
        hub.close()


def test_a_broker_that_is_away_longer_than_the_session_is_found_again(
    broker: list[Service], database: Service, tmp_path: Path
) -> None:
    hub = Outage(tmp_path, broker[-1], database, "away.")
    try:
        hub.publish()
        hub.until_exact()
        broker[-1].process.kill()
        broker[-1].process.wait()
        until(lambda: hub.reports("Kafka"), 40)
        time.sleep(2 * SESSION_SECONDS)
        assert get(hub.portal + "/listings")[0] == 200, "the portal needs no broker"
        broker.append(start_kafka(tmp_path / "servers", int(broker[-1].address.rpartition(":")[2])))
        hub.publish(3)
        hub.until_exact(60)
        assert hub.are_the_same_processes()
    finally:
        hub.close()


def test_after_a_commit_whose_answer_was_lost_the_offsets_are_read_again(
    kafka: Service, server: list[Service], tmp_path: Path
) -> None:
    cutter = Cutter(server[-1])
    hub = Outage(tmp_path, kafka, server[-1], "cut.", cutter.url)
    try:
        until(lambda: hub.store()[0] == 200)
        for _ in range(4):
            cutter.armed.set()
            hub.publish(2)
            until(lambda: not cutter.armed.is_set(), 20)
            hub.until_exact(40)
        assert cutter.cuts == 4
        assert hub.are_the_same_processes()
    finally:
        hub.close()
        cutter.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk is mounted")
def test_a_full_disk_pauses_the_store_by_name_and_when_there_is_room_it_catches_up(
    kafka: Service, database: Service, tmp_path: Path
) -> None:
    """The tables lie on a disk of their own; a full disk of the write-ahead log ends the server instead."""
    with small_disk(database, megabytes=48) as (small, url):
        hub = Outage(tmp_path, kafka, dataclasses.replace(database, url=url), "full.")
        ballast = small / "ballast"
        try:
            hub.publish()
            hub.until_exact()
            assert (
                get(hub.portal + "/listings")[0] == 200
            )  # it has its connection: PostgreSQL opens none on a full disk
            room = os.statvfs(small)
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - (64 << 10))
            hub.publish(20)
            until(lambda: hub.reports("disk", "full", "磁盘已满", "T8003"), 40)
            with hub.database.snapshot() as db:
                written = db.fetch("select count(*) as number from event_revision")[0]["number"]
                offsets = {
                    (row["topic"], row["partition"]): row["position"] for row in db.rows("positions", consumer="store")
                }
            assert written < 2100
            assert written == sum(
                1
                for record in read_to_end(hub.settings, TRANSFER)
                if record.offset < offsets[TRANSFER, record.partition]
            ), "an offset stands for rows that were not written"
            assert get(hub.portal + "/listings")[0] == 200, "what can be read is served"
            ballast.unlink()
            hub.until_exact()
            assert hub.are_the_same_processes()
        finally:
            ballast.unlink(missing_ok=True)
            hub.close()


@contextmanager
def small_disk(server: Service, megabytes: int) -> Iterator[tuple[Path, str]]:
    """A disk of this size with a database of this server on it: where it is, and how it is reached."""
    folder = Path(tempfile.mkdtemp(prefix="tongda-small-"))
    name = folder.name.replace("-", "_")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)], check=True)
    try:
        (folder / "data").mkdir()
        shutil.chown(folder / "data", "nobody")
        query(server.url, f"create tablespace {name} location '{folder}/data'").check_returncode()
        query(server.url, f"create database {name} tablespace {name}").check_returncode()
        try:
            yield folder, f"{server.url.rpartition('/')[0]}/{name}"
        finally:  # else the server ends at its next checkpoint, and every later test fails
            query(server.url, f"drop database {name} with (force)").check_returncode()
            query(server.url, f"drop tablespace {name}").check_returncode()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


class Cutter:
    """A proxy before the database. When armed, it passes the next COMMIT on and cuts the connection before the answer."""

    def __init__(self, server: Service) -> None:
        self._host, self._port = "127.0.0.1", int(server.address.rpartition(":")[2].partition("/")[0])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = server.url.replace(f":{self._port}/", f":{self._listener.getsockname()[1]}/")
        self.armed = threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((self._host, self._port))
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, requests: bool) -> None:
        writes = False
        try:
            while data := source.recv(65536):
                target.sendall(data)
                writes = writes or b"pg_advisory_xact_lock" in data
                if requests and writes and b"COMMIT" in data and self.armed.is_set():
                    self.armed.clear()
                    self.cuts += 1
                    break
                if b"COMMIT" in data:
                    writes = False
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def get(url: str) -> tuple[int, str]:
    """Status and text of an answer; 0 when nobody answers."""
    try:
        with urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, '{"checks": []}'


def _kill(server: Service) -> None:
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    until(lambda: query(server.url, "select 1").returncode != 0, 10)


def _restart(server: list[Service], home: Path) -> None:
    """Start it again on its port, as the supervisor does."""
    server.append(start_postgres(home / "servers", int(server[-1].address.rpartition(":")[2].partition("/")[0])))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
