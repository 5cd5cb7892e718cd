"""The short run of the torture: one seed, each process dies once, the broker and the database among them, and a zombie."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import ROOT
from tests.torture.schedule import VICTIMS, Fault, plan

KILLS = 8


@pytest.mark.torture
@pytest.mark.timeout(420)
def test_a_hub_whose_every_process_dies_ends_equal_to_the_truth(tmp_path: Path) -> None:
    into = tmp_path / "torture.json"
    command = [sys.executable, "-m", "tests.torture", "--seeds", "1", "--kills", str(KILLS), "--into", str(into)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(into.read_text())
    assert (told["wrong"], told["missing"], told["doubled"], told["faults_never_reached"]) == (0, 0, 0, [])
    assert told["kills"].keys() == set(VICTIMS) and sum(told["kills"].values()) == KILLS
    assert "zombie streams" in told["stops"] and "scale streams 3" in told["stops"]


def test_a_plan_is_a_function_of_its_seed_and_begins_with_every_process() -> None:
    assert plan(7, 100) == plan(7, 100) != plan(8, 100)
    kills = [fault.victim for fault in plan(7, 100) if fault.action == "kill"]
    assert len(kills) == 100 and set(kills[: len(VICTIMS)]) == set(VICTIMS)
    stops = {(fault.action, fault.victim) for fault in plan(7, 100) if fault.action != "kill"}
    assert {("zombie", "streams"), ("zombie", "connectors"), ("zombie", "store"), ("scale", "streams")} <= stops
    assert all(isinstance(fault, Fault) and fault.pause_seconds < 10 for fault in plan(7, 100))
