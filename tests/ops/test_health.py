"""Health of a process: alive while its loop turns, ready only when all it needs holds, recorded while it listens."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import run
from ops.health import Health
from ops.settings import read_settings


@pytest.fixture
def health(tmp_path: Path) -> Iterator[Health]:
    health = Health(read_settings({"TONGDA_HOME": str(tmp_path)}), "streams", stages=["fold"])
    health.start()
    yield health
    health.stop()


def get(health: Health, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(health.address + path, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def statuses(health: Health) -> tuple[int, ...]:
    return tuple(get(health, path)[0] for path in ("/healthz", "/startupz", "/readyz"))


def test_a_process_is_alive_before_it_is_ready(health: Health) -> None:
    assert statuses(health) == (200, 503, 503)
    health.ready = True
    assert statuses(health) == (200, 200, 200)


def test_what_is_missing_is_told_by_name_since_when(health: Health) -> None:
    health.ready = True
    health.check("kafka", True)
    health.check("database", False, "connection refused")
    status, body = get(health, "/readyz")
    assert status == 503
    database, kafka = json.loads(body)["checks"]
    assert (database["name"], database["status"], database["detail"]) == ("database", "failed", "connection refused")
    assert kafka["status"] == "ok"
    health.check("database", False, "still refused")
    assert json.loads(get(health, "/readyz")[1])["checks"][0]["since"] == database["since"]
    health.check("database", True)
    assert statuses(health) == (200, 200, 200)


def test_a_loop_that_stands_still_is_not_alive(health: Health) -> None:
    health.ready = True
    health.alive_seconds = 0
    assert statuses(health) == (503, 200, 503)
    health.alive_seconds = 30
    health.beat()
    assert statuses(health) == (200, 200, 200)


def test_metrics_are_there_and_other_addresses_are_not(health: Health) -> None:
    status, body = get(health, "/metrics?x=1")
    assert status == 200
    assert b"tongda_build_info{" in body
    assert b"tongda_disk_free_ratio{" in body
    assert get(health, "/etc/passwd")[0] == 404


def test_it_is_recorded_while_it_listens(health: Health) -> None:
    record = run.read(health.settings.run, "streams")
    assert (record["pid"], record["health"], record["stages"]) == (os.getpid(), health.address, ["fold"])
    health.stop()
    assert run.read(health.settings.run, "streams") == {}


def test_a_second_process_of_a_role_leaves_the_record_of_the_first_one(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    with subprocess.Popen(["sleep", "60"]) as first:
        run.write(settings.run, "store", first.pid, ["sleep", "60"], health="http://127.0.0.1:1")
        second = Health(settings, "store")
        second.start()
        beside = [run.read(settings.run, name)["pid"] for name in run.roles(settings.run)]
        second.stop()
        assert (beside, run.roles(settings.run)) == ([first.pid, os.getpid()], ["store"])
        assert run.read(settings.run, "store")["health"] == "http://127.0.0.1:1"
        first.kill()


def test_a_client_that_went_away_is_no_fault(
    health: Health, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, gone = threading.Event(), threading.Event()

    def late(path: str) -> tuple[int, dict[str, str]]:
        asked.set()
        gone.wait(10)
        return 200, {"filling": "x" * 100_000}

    monkeypatch.setattr(health, "answer", late)
    before = set(threading.enumerate())
    host, port = health.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"GET /readyz HTTP/1.1\r\n\r\n")
        assert asked.wait(10)
        (answering,) = set(threading.enumerate()) - before
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    gone.set()
    answering.join(10)
    assert capsys.readouterr().err == ""
