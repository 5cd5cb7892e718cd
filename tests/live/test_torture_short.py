"""The short run of the torture: one seed, each process dies once or twice, and every kind of trouble is there once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import ROOT
from tests.torture.schedule import SAMPLE, VICTIMS, Trouble

KILLS = 8


@pytest.mark.live
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
    skipped = {line.partition(":")[0] for line in told["faults_skipped"]}
    assert told["faults_reached"].keys() | skipped == {str(Trouble(*card)) for lane in SAMPLE for card in lane}
