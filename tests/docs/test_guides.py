"""The guides are followed to the letter: their files are written into a copy of the folder and must work there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.settings import read_settings
from ops.sources import load_sources
from tests.docs.blocks import ROOT, follow

SOURCES = "connectors/sources"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the sources with the platform of the guide in it."""
    copy = tmp_path / SOURCES
    shutil.copytree(ROOT / SOURCES, copy)
    follow("platform", tmp_path)
    return copy


def tongda(sources: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a newcomer types it, over these sources."""
    environment = {**os.environ, "TONGDA_SOURCES": str(sources)}
    command = [Path(sys.executable).with_name("tongda"), *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_platform_of_the_guide_checks_clean_with_the_line_the_guide_prints(sources: Path) -> None:
    done = tongda(sources, "sources", "check", "hn_example")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"    {done.stdout}" in (ROOT / "docs" / "guides" / "platform.md").read_text(encoding="utf-8")


def test_the_platform_of_the_guide_is_found_by_existing(sources: Path) -> None:
    known = load_sources(read_settings({}).sources)
    assert load_sources(sources).keys() - known.keys() == {"hn_example"}


def test_a_column_that_the_definition_forgets_is_named_and_the_check_fails(sources: Path) -> None:
    file = sources / "hn_example" / "source.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("    drop: [联系电话]\n", ""), encoding="utf-8")
    done = tongda(sources, "sources", "check", "hn_example")
    assert done.returncode == 5
    assert "unclaimed {'联系电话': 2}" in done.stdout


def test_a_key_that_the_model_does_not_know_is_refused_with_its_name(sources: Path) -> None:
    file = sources / "hn_example" / "source.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("pace: 1/2s", "speed: 1/2s"), encoding="utf-8")
    done = tongda(sources, "sources", "check", "hn_example")
    assert done.returncode == 3
    assert "speed" in done.stderr
