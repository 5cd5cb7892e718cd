"""The short run of the torture: one seed, each process dies once, the broker and the database among them, and a zombie."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.schedule import VICTIMS, Fault, plan
from tests.torture.trial import trial

pytestmark = pytest.mark.live
KILLS = 8


@pytest.mark.timeout(420)
def test_a_hub_whose_every_process_dies_ends_equal_to_the_truth(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == tmp_path.stat().st_uid and folder.name.startswith("pytest"):
            folder.chmod(0o755)                  # the database runs as another user
    result = trial(tmp_path / "hub", seed=1, kills=KILLS, size=40, pace=3.0)
    assert result.never_reached == []
    assert (result.verdict.wrong, result.verdict.missing, result.verdict.doubled) == ([], [], [])
    assert result.kills.keys() == set(VICTIMS) and result.kills.total() == KILLS
    assert result.shown > 0 and result.answers > 0


def test_a_plan_is_a_function_of_its_seed_and_begins_with_every_process() -> None:
    assert plan(7, 100) == plan(7, 100) != plan(8, 100)
    kills = [fault.victim for fault in plan(7, 100) if fault.action == "kill"]
    assert len(kills) == 100 and set(kills[: len(VICTIMS)]) == set(VICTIMS)
    stops = {(fault.action, fault.victim) for fault in plan(7, 100) if fault.action != "kill"}
    assert {("zombie", "streams"), ("zombie", "connectors"), ("zombie", "store"), ("scale", "streams")} <= stops
    assert all(isinstance(fault, Fault) and fault.pause_seconds < 10 for fault in plan(7, 100))
