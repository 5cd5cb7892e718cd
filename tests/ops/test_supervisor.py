"""The supervisor with a real broker and database: what is killed comes back with its data, and all ends when told."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ops import run
from ops.actor import RESET
from ops.bus import Outgoing, Writer, read_to_end
from ops.embedded.service import Service, free_port, launch
from ops.settings import Settings, read_settings
from ops.supervisor.child import Child
from ops.supervisor.parts import ELSEWHERE, PARTS, TONGDA, Part, environment, has_its_servers
from ops.supervisor.status import state
from ops.supervisor.supervisor import Supervisor, check_ports, hold_on
from ops.supervisor.up import _when_ready, addresses, down, reset
from schemas.errors import HubError, Misconfigured, Refused, Unreachable
from schemas.topics import RAW

pytestmark = pytest.mark.live

WORKER = """
import os, signal, threading
from ops.health import Health
from ops.settings import read_settings
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
health = Health(read_settings(os.environ), "streams")
health.start()
health.ready = True
while not stop.wait(1):
    health.beat()
health.stop()
"""
SERVERS = tuple(part for part in PARTS if part.form == "server")
TOPICS = next(part for part in PARTS if part.name == "topics")
STREAMS = Part("streams", "流处理", "process", ("topics",), ("-c", WORKER))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Supervisor]:
    """Broker, database, topics and one process."""
    settings = read_settings(
        {"TONGDA_HOME": str(tmp_path), "TONGDA_PORT": str(free_port()), "TONGDA_OPERATOR": "127.0.0.1:0"}
    )
    supervisor = Supervisor(settings, clean_environment(), lambda line: None, (*SERVERS, TOPICS, STREAMS))
    supervisor.prepare()
    yield supervisor
    supervisor.stop()


def test_killed_servers_and_processes_come_back_with_their_data(small: Supervisor) -> None:
    until(small, lambda: all_ready(small), 120)
    settings = read_settings({"TONGDA_HOME": str(small.settings.home)})
    with Writer(settings, "tongda.test.0") as writer:
        writer.commit([Outgoing(RAW.name, b"kept", b"1", 0)])
    before = {child.part.name: child.address for child in small.children}

    for name in ("streams", "postgres", "kafka"):
        child = small.by_name[name]
        assert child.process is not None
        restarts = child.restarts  # a first start on a busy machine may have needed a second try
        child.process.kill()
        child.process.wait()
        until(small, lambda child=child, n=restarts: child.restarts > n and all_ready(small), 120)  # type: ignore[misc]

    assert [record.key for record in read_to_end(settings, RAW.name)] == [b"kept"]
    assert (small.by_name["kafka"].address, small.by_name["postgres"].address) == (before["kafka"], before["postgres"])
    told = {part["name"]: part["ready"] for part in state(small.settings)["parts"]}
    assert (told["kafka"], told["postgres"], told["streams"]) == (True, True, True)

    small.stop()
    assert [role for role in run.roles(settings.run) if run.read(settings.run, role)] == []


@pytest.mark.parametrize("part", SERVERS, ids=lambda part: part.name)
def test_a_server_that_is_still_starting_is_not_left_behind(tmp_path: Path, part: Part) -> None:
    supervisor = a_supervisor(tmp_path, part)
    record: dict[str, Any] = {}
    until(supervisor, lambda: bool(record.update(run.read(supervisor.settings.run, part.name)) or record), 60)
    assert supervisor.children[0].state == "starting"
    supervisor.stop()
    assert run.command_of(record["pid"]) != record["command"]
    assert run.roles(supervisor.settings.run) == []


def test_the_hub_that_is_told_to_stop_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    environment = {
        **clean_environment(),
        "TONGDA_HOME": str(tmp_path),
        "TONGDA_PORT": str(free_port()),
        "TONGDA_OPERATOR": "127.0.0.1:0",
    }
    command = [*TONGDA, "up"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hub:
        deadline, records = time.monotonic() + 60, list[dict[str, Any]]()
        while len(records) < 2:
            records = [record for name in ("kafka", "postgres") if (record := run.read(settings.run, name))]
            assert time.monotonic() < deadline
        hub.send_signal(signal.SIGTERM)
        _, said = hub.communicate(timeout=60)
    assert (hub.returncode, "Traceback" in said) == (0, False)
    assert [record["pid"] for record in records if run.command_of(record["pid"]) == record["command"]] == []
    assert run.roles(settings.run) == []


def test_a_start_in_the_background_that_was_stopped_is_no_success(tmp_path: Path) -> None:
    settings, log = read_settings({"TONGDA_HOME": str(tmp_path)}), tmp_path / "tongda.log"
    log.write_text("starting\n")
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
        with pytest.raises(HubError, match="stopped while it started") as told:
            _when_ready(settings, ended, log)
        assert (told.value.code, told.value.exit_code) == ("T1013", 1)
        log.write_text(addresses(settings))
        assert _when_ready(settings, ended, log) == 0


def test_a_server_that_stays_silent_is_ended(tmp_path: Path) -> None:
    process = launch(["sleep", "60"], tmp_path / "log" / "silent.log")
    service = Service("silent", process, "", tmp_path / "log" / "silent.log", signal.SIGTERM)
    with pytest.raises(Unreachable, match="silent does not answer after 0.1 s"):
        service.wait_until(lambda: False, 0.1)
    assert process.poll() is not None


def test_a_crashed_child_restarts_at_once_then_after_growing_pauses(tmp_path: Path) -> None:
    part = Part("portal", "门户", "process", (), ("-c", "raise SystemExit('no such table')"))
    supervisor = a_supervisor(tmp_path, part)
    child, pauses = supervisor.children[0], []
    for _ in range(4):
        child.again_at = 0.0
        until(supervisor, lambda: child.state == "crashed", 20)
        pauses.append(round(child.again_at - time.monotonic()))
        assert child.why == "exit 1: no such table"
        child.state = "waiting"
    assert pauses == [0, 1, 2, 4]


def test_a_part_stands_still_while_another_command_holds_it_and_starts_again_when_that_ends(tmp_path: Path) -> None:
    supervisor = a_supervisor(tmp_path, Part("streams", "流处理", "process", (), ("-c", WORKER)))
    child = supervisor.children[0]
    holder = subprocess.Popen(["sleep", "60"])
    try:
        until(supervisor, lambda: child.state == "ready", 20)
        run.write(supervisor.settings.run, hold_on("streams"), holder.pid, ["sleep", "60"])
        until(supervisor, lambda: child.state == "done", 20)
        supervisor.turn()
        assert child.state == "done" and child.process is not None and child.process.poll() == 0
        holder.kill()
        holder.wait()
        until(supervisor, lambda: child.state == "ready", 20)
        assert child.restarts == 0
    finally:
        holder.kill()
        supervisor.stop()


@pytest.mark.parametrize("server", ["kafka", "postgres"])
def test_a_process_is_not_started_while_a_server_it_needs_has_no_address(server: str, tmp_path: Path) -> None:
    """Settings are read once: a store that started beside a dead database waited for ever for one with a name."""
    needing = [part for part in PARTS if server in part.needs and part.form == "process"]
    settings, every = Settings(home=tmp_path), {setting: "127.0.0.1:1" for _, setting in ELSEWHERE}
    others = {setting: "127.0.0.1:1" for name, setting in ELSEWHERE if name != server}
    assert {part.name for part in needing} >= {"store", "portal"}
    assert [part.name for part in needing if has_its_servers(part, environment(settings, others))] == []
    assert all(has_its_servers(part, environment(settings, every)) for part in needing)


def test_a_child_that_was_ready_for_a_while_starts_again_with_the_shortest_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.supervisor.child.STABLE_SECONDS", 0.2)
    child = Child(Part("portal", "门户", "process"), Settings(home=tmp_path), state="ready", crashes=5)
    child.look()
    assert child.crashes == 5
    time.sleep(0.3)
    child.state = "crashed"  # between two looks at a child that was ready it may have died and come back
    child.look()
    child.state = "ready"
    child.look()
    assert child.crashes == 5
    time.sleep(0.3)
    child.look()
    assert child.crashes == 0


def test_a_step_that_fails_stops_the_start_with_its_last_words(tmp_path: Path) -> None:
    part = Part("migrate", "数据库结构", "step", (), ("-c", "raise SystemExit('column is gone')"))
    supervisor = a_supervisor(tmp_path, part)
    with pytest.raises(HubError, match="migrate failed: exit 1: column is gone"):
        until(supervisor, lambda: False, 20)


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Misconfigured, match=f"port {port} of 127.0.0.1 cannot be opened") as caught:
            check_ports(read_settings({"TONGDA_HOME": str(tmp_path), "TONGDA_PORT": str(port)}))
        done = subprocess.run(
            [*TONGDA, "run", "portal"],
            env={**clean_environment(), "TONGDA_HOME": str(tmp_path), "TONGDA_PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert f"TONGDA_PORT={port + 1}" in caught.value.next_step
    assert (done.returncode, "error T3030" in done.stderr, "Traceback" in done.stderr) == (3, True, False)


def test_down_never_ends_a_process_whose_pid_was_given_to_another(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    run.write(settings.run, "tongda", os.getpid(), ["another", "program"])
    assert down(settings) == 0
    assert run.roles(settings.run) == []


def test_a_second_hub_and_a_reset_under_a_running_one_are_refused(tmp_path: Path) -> None:
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    (tmp_path / ".tongda").touch()
    with pytest.raises(Refused, match="will be removed"):
        reset(settings, False, "li", datetime(2026, 12, 1, tzinfo=run.CHINA))
    run.write(settings.run, "tongda", os.getpid())
    with pytest.raises(Refused, match="already runs"):
        Supervisor(settings, {}, lambda line: None).prepare()
    with pytest.raises(Refused, match="stop it first"):
        reset(settings, True, "li", datetime(2026, 12, 1, tzinfo=run.CHINA))
    run.forget(settings.run, "tongda")
    assert reset(settings, True, "li", datetime(2026, 12, 1, tzinfo=run.CHINA)) == 0
    assert [each.name for each in tmp_path.iterdir()] == [RESET]


def a_supervisor(home: Path, *parts: Part) -> Supervisor:
    settings: Settings = read_settings({"TONGDA_HOME": str(home)})
    return Supervisor(settings, clean_environment(), lambda line: None, parts)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}


def all_ready(supervisor: Supervisor) -> bool:
    return all(child.state in ("ready", "done") for child in supervisor.children)


def until(supervisor: Supervisor, holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        supervisor.turn()
        assert time.monotonic() < deadline, [(child.part.name, child.state, child.why) for child in supervisor.children]
        time.sleep(0.05)


def test_the_state_tells_the_address_of_the_portal_that_runs(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, portal="127.0.0.1:8080")
    told = [state(settings)["portal"]]
    run.write(settings.run, "tongda", os.getpid(), portal="http://127.0.0.1:8081")
    told.append(state(settings)["portal"])
    run.write(settings.run, "portal", os.getpid(), address="http://127.0.0.1:8082")
    told.append(state(settings)["portal"])
    assert told == ["http://127.0.0.1:8080", "http://127.0.0.1:8081", "http://127.0.0.1:8082"]
