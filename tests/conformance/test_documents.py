"""What the README says is what the code does."""

from __future__ import annotations

import re

import pytest

from ops.cli.table import COMMANDS
from tests.conformance.documents import README, TABLES, section


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_readme_is_the_one_the_code_makes(name: str) -> None:
    assert section(README.read_text(encoding="utf-8"), name) == TABLES[name](), "python -m tests.conformance.documents"


def test_every_command_in_the_readme_exists() -> None:
    known = {line.name for line in COMMANDS}
    written = set(re.findall(r"tongda ([a-z][a-z-]+)", README.read_text(encoding="utf-8")))
    assert written and written <= known


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (README.parent / "Makefile").read_text(encoding="utf-8"), re.M))
    code = re.findall(r"^    .*|`[^`]+`", README.read_text(encoding="utf-8"), re.M)
    written = {target for text in code for target in re.findall(r"\bmake ([a-z]+)", text)}
    assert written and written <= targets


def test_every_path_in_the_readme_exists() -> None:
    text = README.read_text(encoding="utf-8")
    written = re.findall(r"`((?:connectors|schemas|streams|sinks|ops|tests)/[\w./]+)`", text)
    assert written
    assert [path for path in written if not (README.parent / path).exists()] == []
