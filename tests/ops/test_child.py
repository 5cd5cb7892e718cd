"""A process that hangs is replaced, and each process of one machine has a health port of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import run
from ops.health import Health
from ops.settings import read_settings
from ops.supervisor import child as supervised
from ops.supervisor.child import Child
from ops.supervisor.parts import PARTS, Part, with_health

pytestmark = pytest.mark.process
HANGS = Part("streams", "流处理", "process", (), ("-c", "import time; time.sleep(600)"))


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Child, Health]]:
    """A process whose main loop stands still, and the listener that says so; here both are not in one process."""
    monkeypatch.setattr(supervised, "LOOK_SECONDS", 0.0)
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    health = Health(settings, "listener")
    health.start()
    child = Child(HANGS, settings)
    child.start(dict(os.environ))
    assert child.process is not None
    while run.command_of(child.process.pid) != child.part.command:  # the kernel shows it a moment after the start
        time.sleep(0.01)
    run.write(settings.run, "streams", child.process.pid, child.part.command, health=health.address)
    child.state = "ready"
    yield child, health
    child.stop()
    health.stop()


def test_a_process_whose_own_health_denies_three_times_is_killed_and_started_again(
    hanging: tuple[Child, Health],
) -> None:
    child, health = hanging
    process = child.process
    assert process is not None
    assert [child.look() for _ in range(5)] == ["ready"] * 5
    health.alive_seconds = -1
    states = []  # an answer that a busy machine gives too late begins the count anew
    while "crashed" not in states and len(states) < 50:
        states.append(child.look())
    assert states[-3:] == ["ready", "ready", "crashed"]
    assert (process.returncode, "/healthz answered 503" in child.why, child.restarts) == (-9, True, 1)


def test_one_good_answer_between_them_is_enough_and_silence_is_no_denial(hanging: tuple[Child, Health]) -> None:
    child, health = hanging
    for _ in range(4):
        health.alive_seconds = -1
        assert [child.look(), child.look()] == ["ready", "ready"]
        health.alive_seconds = 30
        assert child.look() == "ready"
    health.stop()
    assert [child.look() for _ in range(5)] == ["ready"] * 5


def test_processes_of_one_machine_get_ports_from_the_given_one_on() -> None:
    fixed = read_settings({"TONGDA_HEALTH": "0.0.0.0:9464"})
    found = {part.name: with_health(part, fixed, {}).get("TONGDA_HEALTH", "") for part in PARTS}
    assert {name: address for name, address in found.items() if address} == {
        "connectors": "0.0.0.0:9464",
        "streams": "0.0.0.0:9465",
        "store": "0.0.0.0:9466",
        "platforms": "0.0.0.0:9467",
        "webhooks": "0.0.0.0:9468",
    }
    assert {str(with_health(part, read_settings({}), {})) for part in PARTS} == {"{}"}
