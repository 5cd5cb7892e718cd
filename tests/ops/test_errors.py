"""Errors: one tree, drawn in its module; each code stands for one thing and has its line in the runbook."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from ops.settings import ROOT
from schemas import errors
from schemas.errors import Exit, HubError
from tests.code import nodes
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
        for node in nodes(file):
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
        if "next_step" not in file.read_text():
            continue
        for node in nodes(file):
            match node:
                case ast.keyword(arg="next_step", value=ast.Constant(str(step))) if step.startswith("tongda "):
                    yield step, f"{file}:{node.value.lineno}"


def exceptions() -> list[type[BaseException]]:
    """Every exception class of the five packages, in the order of their names."""
    found: dict[str, type[BaseException]] = {}
    for package in ("schemas", "ops", "connectors", "streams", "sinks"):
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if module.name.endswith(".__main__"):
                continue
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == module.name:
                    found[value.__name__] = value
    return [found[name] for name in sorted(found)]


DRAWN = re.compile(r"^ *([│├└─ ]*)(\w+) +(T\d{4})  (.*?)(?:  +\(([\w.]+)\))?$", re.M)


def drawn() -> dict[str, tuple[str, str, str]]:
    """What the drawing says of each class: the one above it, its code, its module."""
    above: list[str] = []
    found = {}
    for branch, name, code, _, module in DRAWN.findall(errors.__doc__ or ""):
        depth = len(branch) // 4
        found[name] = (above[depth - 1] if depth else "Exception", code, module or "schemas.errors")
        above[depth:] = [name]
    return found


@pytest.mark.whole
def test_the_tree_of_errors_is_drawn_as_it_is_and_holds_every_exception_of_the_hub() -> None:
    assert drawn() == {
        each.__name__: (each.__bases__[0].__name__, getattr(each, "code", ""), each.__module__) for each in exceptions()
    }
    assert all(issubclass(each, HubError) for each in exceptions())


def test_a_class_has_a_code_of_its_own_and_a_sentence() -> None:
    for each in exceptions():
        assert "code" in vars(each) and (each.__doc__ or "").splitlines()[0].endswith((".", "(410).", "(308)."))


def test_the_first_digit_of_a_code_is_the_exit_code_and_every_exit_code_that_is_used_has_a_meaning() -> None:
    assert {
        code: HubError(code=code).exit_code for code in ("T1003", "T3002", "T4100", "T5001", "T6001", "T7001", "T8003")
    } == {
        "T1003": Exit.FAILED,
        "T3002": Exit.MISCONFIGURED,
        "T4100": Exit.NOT_FOUND,
        "T5001": Exit.REFUSED,
        "T6001": Exit.REFUSED,
        "T7001": Exit.PLATFORM,
        "T8003": Exit.UNREACHABLE,
    }
    assert {HubError(code=code).exit_code for code in LISTED} <= set(Exit)


@pytest.mark.whole
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


def test_what_a_person_can_mend_is_raised_with_a_next_step_of_its_own() -> None:
    """Of pages and the API the answer itself leads on (sinks.portal.web.problems)."""
    raised = []
    for file in FILES:
        if "portal" in file.parts:
            continue
        for node in nodes(file):
            match node:
                case ast.Call(func=ast.Name("NotFound" | "Refused" | "Misconfigured" | "Unreachable"), keywords=given):
                    raised.append((f"{file}:{node.lineno}", "next_step" in [each.arg for each in given]))
    assert len(raised) > 100
    assert [place for place, has_step in raised if not has_step] == []


def test_a_next_step_can_be_pasted() -> None:
    """One test of all of them: to find them at collection, every run of any test would read the whole code."""
    steps = sorted({step for step, _ in next_steps()})
    assert len(steps) > 20
    assert [refused for step in steps if (refused := refusal_of(step))] == []


def refusal_of(step: str) -> str:
    """Why a command cannot be pasted; empty when it can."""
    try:
        understood(step.removeprefix("tongda "))
    except Exception as error:
        return f"{step}: {error}"
    return ""


@pytest.mark.whole
def test_the_runbook_of_codes_names_commands_that_exist() -> None:
    for command in re.findall(r"`tongda ([^`]+)`", PAGE):
        understood(command)
