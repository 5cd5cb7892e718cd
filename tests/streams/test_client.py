"""The stages' clients start with safe settings or not at all."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from aiokafka.errors import IllegalOperation, ProducerFenced, RequestTimedOutError

from ops import telemetry
from ops.cli import main
from ops.settings import Settings
from schemas.errors import Fenced, Misconfigured, Unreachable
from streams.runtime import client
from streams.runtime.host import translated
from streams.runtime.partition import refusal

SETTINGS = Settings(kafka="127.0.0.1:1", slot="test")
UNSAFE = [
    (client.READING, "isolation_level", "read_uncommitted"),
    (client.READING, "enable_auto_commit", True),
    (client.READING, "check_crcs", False),
    (client.READING, "auto_offset_reset", "latest"),
    (client.WRITING, "acks", 1),
    (client.WRITING, "enable_idempotence", False),
]


def test_the_stages_own_settings_are_safe() -> None:
    client.must_be_safe(SETTINGS)


@pytest.mark.parametrize(("table", "name", "value"), UNSAFE, ids=[name for _, name, _ in UNSAFE])
def test_an_unsafe_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, table: dict[str, object], name: str, value: object
) -> None:
    monkeypatch.setitem(table, name, value)
    with pytest.raises(Misconfigured, match=f"{name} is {value!r}"):
        client.must_be_safe(SETTINGS)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but a home of its own, in which nothing runs."""
    for name in [name for name in os.environ if name.startswith("TONGDA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TONGDA_HOME", str(tmp_path))
    monkeypatch.setattr(telemetry, "configure_logging", lambda *_: None)  # the test run's own stays as it is


@pytest.mark.usefixtures("alone")
def test_a_worker_with_an_unsafe_client_ends_with_exit_3_before_it_asks_the_broker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGDA_KAFKA", "127.0.0.1:1")
    monkeypatch.setitem(client.WRITING, "acks", 1)
    assert main(["run", "streams", "normalise"]) == 3
    assert "T3004" in capsys.readouterr().err


@pytest.mark.usefixtures("alone")
def test_a_worker_without_a_broker_says_so_with_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "streams"]) == 8
    said = capsys.readouterr().err
    assert "error T8001: no broker is named and none runs here" in said and "tongda up" in said


def test_the_brokers_refusal_of_a_taken_identity_has_code_and_next_step() -> None:
    told = translated(ProducerFenced())
    assert isinstance(told, Fenced)
    assert (told.code, "TONGDA_SLOT" in told.next_step, type(told.__cause__)) == ("T1001", True, ProducerFenced)
    assert translated(fault := ValueError("a fault of the code")) is fault


@pytest.mark.parametrize("error", [RequestTimedOutError(), IllegalOperation(), TimeoutError()])
def test_what_the_broker_does_not_take_is_no_fault_of_the_code(error: Exception) -> None:
    told = translated(error)
    assert isinstance(told, Unreachable) and told.__cause__ is error
    assert told.next_step == "nothing once; if it repeats: tongda doctor kafka"


def test_a_transaction_that_the_client_closed_fails_with_what_the_broker_said() -> None:
    loop = asyncio.new_event_loop()
    taken, waiting, refused, cancelled = (loop.create_future() for _ in range(4))
    taken.set_result(None)
    refused.set_exception(fault := ProducerFenced())
    cancelled.cancel()
    assert refusal([taken, waiting, cancelled, refused]) is fault
    assert refusal([taken, waiting, cancelled]) is None
    loop.close()
