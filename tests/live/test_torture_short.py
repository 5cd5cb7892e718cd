"""The short torture run: one seed, each process is killed once or twice, and every kind of trouble comes once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import ROOT
from tests.torture.schedule import SAMPLE, TARGETS, Trouble

KILLS = 8


@pytest.mark.live
@pytest.mark.torture
@pytest.mark.timeout(420)
def test_a_hub_whose_every_process_dies_ends_equal_to_the_truth(tmp_path: Path) -> None:
    into = tmp_path / "torture.json"
    command = [sys.executable, "-m", "tests.torture", "--seeds", "1", "--kills", str(KILLS), "--into", str(into)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    result = json.loads(into.read_text())
    assert (result["wrong"], result["missing"], result["doubled"], result["faults_never_reached"]) == (0, 0, 0, [])
    assert result["kills"].keys() == set(TARGETS) and sum(result["kills"].values()) == KILLS
    skipped = {line.partition(":")[0] for line in result["faults_skipped"]}
    assert result["faults_reached"].keys() | skipped == {str(Trouble(*case)) for lane in SAMPLE for case in lane}
