"""Failpoints act only where a test armed them, and every hit can be proved afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import failpoints
from ops.cli.table import ROLES
from ops.failpoints import Failpoint, arm, hit
from ops.settings import Settings
from ops.supervisor.parts import TONGDA
from schemas.errors import Misconfigured
from tests.live.points import DESIGN, ENUMERATED, in_code


def armed(home: Path, text: str) -> int:
    return arm(Settings(profile="test", home=home, failpoints=text))


@pytest.fixture(autouse=True)
def disarmed(tmp_path: Path) -> Iterator[None]:
    yield
    armed(tmp_path, "")


def test_a_place_nobody_armed_does_nothing_and_leaves_no_trace(tmp_path: Path) -> None:
    assert armed(tmp_path, "") == 0
    hit("fold.begin.after")
    assert not (tmp_path / "failpoints.log").exists()


def test_only_the_named_hit_acts_and_each_is_written_down(tmp_path: Path) -> None:
    assert armed(tmp_path, "fold.begin.after=raise@2; poll.body.after=sleep:0.05") == 2
    hit("fold.begin.after")
    with pytest.raises(Failpoint):
        hit("fold.begin.after")
    hit("fold.begin.after")
    started = time.monotonic()
    hit("poll.body.after")
    assert time.monotonic() - started >= 0.05
    assert (tmp_path / "failpoints.log").read_text().splitlines() == [
        "fold.begin.after 1 passed",
        "fold.begin.after 2 raise",
        "fold.begin.after 3 passed",
        "poll.body.after 1 sleep:0.05",
    ]


@pytest.mark.parametrize(("action", "ends"), [("kill", -signal.SIGKILL), ("stop", None)])
def test_a_process_dies_or_stands_still_at_the_place(tmp_path: Path, action: str, ends: int | None) -> None:
    program = (
        "import os; from ops import failpoints; from ops.settings import read_settings\n"
        "failpoints.arm(read_settings(os.environ)); failpoints.hit('a.b'); print('passed', flush=True)"
    )
    environment = {"TONGDA_PROFILE": "test", "TONGDA_HOME": str(tmp_path), "TONGDA_FAILPOINTS": f"a.b={action}"}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    with process:
        if ends is None:
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            process.send_signal(signal.SIGCONT)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == ((ends, "") if ends else (0, "passed\n"))
    assert (tmp_path / "failpoints.log").read_text() == f"a.b 1 {action}\n"


@pytest.mark.parametrize("text", ["a.b", "a.b=explode", "a.b=sleep", "a b=kill"])
def test_what_cannot_be_armed_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misconfigured, match="name=kill"):
        armed(tmp_path, text)
    assert failpoints._armed == {}


@pytest.mark.parametrize("profile", ["local", "production"])
def test_no_other_profile_arms_anything(tmp_path: Path, profile: str) -> None:
    with pytest.raises(Misconfigured, match="test profile only"):
        arm(Settings(profile=profile, home=tmp_path, failpoints="a.b=kill"))


@pytest.mark.parametrize("role", [line.name for line in ROLES])
def test_every_process_refuses_them_in_production_before_it_does_anything(tmp_path: Path, role: str) -> None:
    told = {
        "TONGDA_PROFILE": "production",
        "TONGDA_HOME": str(tmp_path),
        "TONGDA_FAILPOINTS": "a.b=kill",
        "TONGDA_LANG": "en",
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
    ended = subprocess.run(
        [*TONGDA, "run", role], env=clean | told, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 3
    assert "failpoints work in the test profile only" in ended.stderr


@pytest.mark.whole
def test_every_point_in_the_code_is_enumerated_and_every_one_of_the_design_is_in_the_code() -> None:
    stands = in_code()
    assert stands.keys() == ENUMERATED == DESIGN, sorted(stands.keys() ^ ENUMERATED ^ DESIGN)
