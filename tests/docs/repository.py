"""A copy of the repository in which guides are followed and commands typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.supervisor.parts import CLI
from tests.docs.blocks import ROOT

COPIED = ("schemas", "connectors", "streams", "sinks", "ops", "docs", "tests")
NONE: Mapping[str, str] = {}
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")


class Copy:
    """A copy of the repository in which guides are followed and commands typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        for file in (*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"):
            shutil.copy(file, folder)

    def edit(self, path: str, before: str, after: str) -> None:
        """Change a file as somebody who makes a mistake."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(before) == 1
        (self.folder / path).write_text(text.replace(before, after), encoding="utf-8")

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """In which a command of the copy runs; ``settings`` are its only settings of the hub."""
        given = {name: value for name, value in os.environ.items() if not name.startswith("TONGDA_")}
        return {**given, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", **settings}

    def run(self, *command: str | Path, settings: Mapping[str, str] = NONE) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.environment(settings),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def tongda(self, *arguments: str, settings: Mapping[str, str] = NONE) -> subprocess.CompletedProcess[str]:
        return self.run(Path(sys.executable).with_name("tongda"), *arguments, settings=settings)

    def start(self, role: str, settings: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """A process of the hub, from the copy's code."""
        command = [sys.executable, *CLI, "run", role]
        with log.open("ab") as output:
            return subprocess.Popen(
                command, env=self.environment(settings), cwd=self.folder, stdout=output, stderr=output
            )

    def python(self, program: str) -> str:
        """What a program prints."""
        done = self.run(sys.executable, "-c", program)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def journey(self, source: str, feed: str) -> dict[str, dict[str, Any]]:
        """What the stages publish of a sample: topic → key → value."""
        done = self.run(sys.executable, "-m", "tests.docs.journey", source, feed)
        assert done.returncode == 0, done.stderr
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for topic, key, value in (line.split("\t") for line in done.stdout.splitlines()):
            found[topic][key] = json.loads(value)
        return found

    def tests(self, *files: str, about: str = "") -> subprocess.CompletedProcess[str]:
        """Test files as they pass in the copy; ``about``: only those whose name has this word."""
        paths = [f"tests/{file}.py" for file in files]
        return self.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", about, *paths)
