"""A processor that does not come to an end ends its process; one that only waits for the CPU does not."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.process
PROGRAM = """
import sys, time
from streams.runtime import limits

limits.CPU_SECONDS, limits.WALL_SECONDS = map(float, sys.argv[2:])
limits.show_stacks()


def work_for_ever():
    while True:
        pass


def wait(seconds):
    time.sleep(seconds)


try:
    with limits.limited():
        eval(sys.argv[1])
except ZeroDivisionError:
    while time.process_time() < 3 * limits.CPU_SECONDS:
        pass
print("done")
"""


def ended(work: str, cpu: float, wall: float) -> subprocess.CompletedProcess[str]:
    """A process that does this work under these limits, in seconds."""
    command = [sys.executable, "-c", PROGRAM, work, str(cpu), str(wall)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_work_without_an_end_is_ended_by_its_cpu_time_and_shows_its_stack() -> None:
    done = ended("work_for_ever()", 0.2, 100)
    assert (done.returncode, done.stdout) == (-signal.SIGPROF, "")
    assert "in work_for_ever" in done.stderr


def test_waiting_takes_nothing_from_the_limit_of_cpu_time() -> None:
    done = ended("wait(1.5)", 0.5, 100)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_waiting_without_an_end_is_ended_by_the_clock_and_shows_its_stack() -> None:
    done = ended("wait(1000)", 100, 0.2)
    assert (done.returncode, done.stdout) == (1, "")
    assert "in wait" in done.stderr


def test_what_the_work_raises_passes_through_and_the_limits_end_with_the_block() -> None:
    done = ended("1 / 0", 0.2, 100)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
