"""Error codes: each stands for one thing and has its line in the runbook; each next step is a command that exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from ops.settings import ROOT
from tests.ops.commands import understood

FILES = tuple(
    file
    for folder in ("schemas", "ops", "connectors", "streams", "sinks")
    for file in sorted((ROOT / folder).rglob("*.py"))
)
CODE = re.compile(r"T\d{4}")
PAGE = (ROOT / "ops/runbook/codes.md").read_text()
LISTED = re.findall(r"^\| (T\d{4}) \|", PAGE, re.M)


def given_out() -> Iterator[tuple[str, str]]:
    """(code, place) wherever an error gets its code: its class's, or the one it is raised with."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.keyword(arg="code", value=ast.Constant(str(code))) if CODE.fullmatch(code):
                    yield code, f"{file}:{node.value.lineno}"
                case ast.Assign(targets=[ast.Name("code")], value=ast.Constant(str(code))):
                    yield code, f"{file}:{node.lineno}"
                case ast.Assign(targets=[ast.Tuple(elts=[ast.Name("code"), _])], value=ast.Tuple(elts=[first, _])):
                    assert isinstance(first, ast.Constant)
                    yield str(first.value), f"{file}:{node.lineno}"


def next_steps() -> Iterator[tuple[str, str]]:
    """(command, place) of every next step that is a plain command of ours."""
    for file in FILES:
        if "next_step" not in (text := file.read_text()):
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.keyword(arg="next_step", value=ast.Constant(str(step))) if step.startswith("tongda "):
                    yield step, f"{file}:{node.value.lineno}"


def test_a_code_is_given_out_at_one_place() -> None:
    found = list(given_out())
    assert len(found) > 25
    assert [each for each in found if Counter(code for code, _ in found)[each[0]] > 1] == []


def test_every_code_has_its_line_and_every_line_its_code() -> None:
    used = {code for file in FILES for code in re.findall(r"[\"'](T\d{4})[\"']", file.read_text())}
    assert sorted(used) == LISTED


def test_the_pages_that_codes_lead_to_exist() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "ops/runbook" / link).exists()] == []


@pytest.mark.parametrize("step", sorted({step for step, _ in next_steps()}))
def test_a_next_step_can_be_pasted(step: str) -> None:
    understood(step.removeprefix("tongda "))


def test_the_runbook_of_codes_names_commands_that_exist() -> None:
    for command in re.findall(r"`tongda ([^`]+)`", PAGE):
        understood(command)
