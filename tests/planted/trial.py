"""Trial: one bug is planted into the processes of one test run; no file of the tree is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from tests.planted.bug import Bug
from tests.planted.hook.planting import Change, planted_sql, planted_tree

ROOT = Path(__file__).resolve().parents[2]
HOOK = Path(__file__).parent / "hook"
LONGEST_SECONDS = 600  # for one bug, on a machine that has other work
PYTEST_FAILED = 1  # pytest's exit code when tests failed; anything but 0 and 1 is no answer
RAN_TOO_LONG = 124


class Outcome(Enum):
    CAUGHT = "caught"
    MISSED = "MISSED"
    NO_ANSWER = "no answer"


def attempt(change: Change) -> None:
    """Plant it into a text that nobody runs. Raises ``NotPlantable``."""
    if change.is_sql:
        planted_sql((ROOT / change.file).read_text(encoding="utf-8"), change)
        return
    module = ROOT.joinpath(*change.file.split("."))
    file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    compile(planted_tree(file.read_text(encoding="utf-8"), change), str(file), "exec")


def surroundings(change: Change | None) -> dict[str, str]:
    """The environment of a process that has the bug, as has every process it starts."""
    paths = [str(HOOK), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    planted = {"PLANTED_BUG": json.dumps(change)} if change else {}
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **planted}


def run(
    tests: Iterable[str], change: Change | None, postgres: str, seconds: float = LONGEST_SECONDS
) -> tuple[int, str]:
    """pytest's exit code for these tests with the bug planted, and the end of what it printed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", *tests]
    with tempfile.TemporaryDirectory(prefix="tongda-planted-") as scratch:
        environment = surroundings(change) | {
            "POSTGRES_FOR_TESTS": postgres,
            "HYPOTHESIS_STORAGE_DIRECTORY": scratch,  # examples that fail because of the bug are not remembered
        }
        try:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return RAN_TOO_LONG, f"did not end within {seconds:g} s"
    return done.returncode, done.stdout[-1500:] + done.stderr[-300:]


def outcome(bug: Bug, postgres: str) -> tuple[Outcome, str]:
    """Whether the bug's tests notice it; what pytest printed, where that is no answer."""
    code, printed = run(bug.tests, bug.change, postgres)
    if code in (0, PYTEST_FAILED):
        return (Outcome.CAUGHT if code else Outcome.MISSED), ""
    return Outcome.NO_ANSWER, printed
