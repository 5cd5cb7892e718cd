"""The guides are followed to the letter: what they say is done in a copy of the repository, and must work there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, follow

COPIED = ("schemas", "connectors", "streams", "sinks", "ops", "docs", "tests")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")


class Copy:
    """A copy of the repository in which guides are followed and commands typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        for file in ("README.md", "Makefile", "pyproject.toml"):
            shutil.copy(ROOT / file, folder)

    def edit(self, path: str, before: str, after: str) -> None:
        """Change a file as somebody who makes a mistake."""
        text = (self.folder / path).read_text(encoding="utf-8")
        assert text.count(before) == 1
        (self.folder / path).write_text(text.replace(before, after), encoding="utf-8")

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )

    def tongda(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(Path(sys.executable).with_name("tongda"), *arguments)

    def python(self, program: str) -> str:
        """What a program prints."""
        done = self.run(sys.executable, "-c", program)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def conformance(self, *files: str) -> subprocess.CompletedProcess[str]:
        """The tests that go over all sources, kinds and words, as they find them in the copy."""
        paths = [f"tests/conformance/{file}.py" for file in files]
        return self.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "tongda")


def test_the_platform_of_the_guide_checks_clean_with_the_line_the_guide_prints(copy: Copy) -> None:
    follow("platform", copy.folder)
    done = copy.tongda("sources", "check", "hn_example")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"    {done.stdout}" in (ROOT / "docs" / "guides" / "platform.md").read_text(encoding="utf-8")


def test_the_platform_of_the_guide_is_found_by_existing(copy: Copy) -> None:
    program = "from ops.settings import *; from ops.sources import *; print(*load_sources(read_settings({}).sources))"
    before = copy.python(program).split()
    follow("platform", copy.folder)
    assert set(copy.python(program).split()) - set(before) == {"hn_example"}


def test_the_platform_of_the_guide_passes_the_tests_of_all_platforms(copy: Copy) -> None:
    follow("platform", copy.folder)
    done = copy.conformance("test_sources", "test_readings")
    assert done.returncode == 0, done.stdout


def test_a_column_that_the_definition_forgets_is_named_and_the_check_fails(copy: Copy) -> None:
    follow("platform", copy.folder)
    copy.edit("connectors/sources/hn_example/source.yml", "    drop: [联系电话]\n", "")
    done = copy.tongda("sources", "check", "hn_example")
    assert done.returncode == 5
    assert "unclaimed {'联系电话': 2}" in done.stdout
    assert copy.conformance("test_readings").returncode == 1


def test_a_key_that_the_model_does_not_know_is_refused_with_its_name(copy: Copy) -> None:
    follow("platform", copy.folder)
    copy.edit("connectors/sources/hn_example/source.yml", "pace: 1/2s", "speed: 1/2s")
    done = copy.tongda("sources", "check", "hn_example")
    assert done.returncode == 3
    assert "speed" in done.stderr
