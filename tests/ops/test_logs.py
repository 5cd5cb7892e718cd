"""A log that outgrows its limit is rolled while its writer goes on writing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ops.embedded.service import last_line, launch
from ops.supervisor.logs import roll_logs


def test_a_rolled_log_keeps_what_was_said_and_takes_what_is_said_next(tmp_path: Path) -> None:
    log = tmp_path / "streams.log"
    program = [sys.executable, "-c", "print('x' * 200, flush=True); input(); print('after', flush=True)"]
    with log.open("ab") as output, subprocess.Popen(program, stdin=subprocess.PIPE, stdout=output) as process:
        while log.stat().st_size <= 200:
            assert process.poll() is None
        roll_logs(tmp_path, limit=100)
        assert log.stat().st_size == 0
        process.communicate(b"\n", timeout=60)
    assert log.read_text() == "after\n"
    assert (tmp_path / "streams.log.1").read_text() == "x" * 200 + "\n"


def test_the_last_line_of_a_process_is_told_in_words(tmp_path: Path) -> None:
    log = tmp_path / "streams.log"
    log.write_text('{"at":"x","event":"stage_crashed","code":"T1001","error":"fenced","trace":"Traceback …"}\n')
    assert last_line(log) == "stage_crashed T1001 fenced"
    log.write_text("42\n")
    assert last_line(log) == "42"


def test_a_log_below_its_limit_and_another_file_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "portal.log").write_text("short")
    (tmp_path / "portal.log.1").write_text("x" * 200)
    roll_logs(tmp_path, limit=100)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["portal.log", "portal.log.1"]
    roll_logs(tmp_path / "not there yet", limit=100)


@pytest.mark.process
def test_what_a_child_says_is_kept_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log" / "child.log"
    launch([sys.executable, "-c", "print('first\\n\\nlast\\n')"], log).wait(60)
    assert last_line(log) == "last"
