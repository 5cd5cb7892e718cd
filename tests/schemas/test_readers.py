"""Laws of every reader: typed refusals only, its own output reads as itself, time grows with the text and not faster."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import schemas
import streams
from tests.fuzz.targets import TARGETS, Target, check
from tests.fuzz.texts import PIECES, TEXTS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_refuses_with_a_reason_or_gives_what_reads_as_itself(target: Target) -> None:
    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(TEXTS)
    def holds(text: str) -> None:
        check(target, text)

    holds()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("value", [None, True, 3.5, 10**40, [], {}, b"201210464170.6"], ids=repr)
def test_what_is_no_text_is_refused_with_a_reason(target: Target, value: object) -> None:
    if target.name in ("name_key", "charset"):
        pytest.skip("takes text that another reader has already accepted")
    try:
        check(target, value)  # type: ignore[arg-type]
    except TypeError as error:
        assert "unhashable" in str(error)  # a cached reader is never handed a list: rows have text and numbers


HOST = (
    "streams.stage",
    "streams.app",
    "streams.__main__",
)  # import Kafka's world; their literals are read all the same


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every pattern of schemas and streams: compiled in a module, also inside tuples and tables, or written in a call."""
    found: dict[tuple[str, int], tuple[str, re.Pattern[str]]] = {}
    for package in (schemas, streams):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            here = (
                []
                if module.name in HOST
                else [
                    (f"{module.name}.{name}", pattern)
                    for name, value in vars(importlib.import_module(module.name)).items()
                    for pattern in compiled(value)
                ]
            )
            for name, pattern in (*here, *written(module.name)):
                found.setdefault((pattern.pattern, pattern.flags), (name, pattern))
    return list(found.values())


def compiled(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns within a module's value."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for each in value:
            yield from compiled(each)
    elif isinstance(value, Mapping):
        yield from compiled(tuple(value.values()))


def written(module: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Patterns that stand as a literal in a call of ``re``."""
    place = importlib.util.find_spec(module)
    assert place is not None and place.origin is not None
    for node in ast.walk(ast.parse(Path(place.origin).read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            head = r"\A" if node.func.attr in ("match", "fullmatch") else ""
            yield f"{module}:{node.lineno}", re.compile(f"{head}(?:{node.args[0].value})")


def test_patterns_are_found_wherever_they_stand() -> None:
    names = {name.rpartition(".")[0] or name for name, _ in patterns()}
    assert {"schemas.source.columns", "schemas.gazette.grammar", "schemas.fields.party_type"} <= names
    assert any(name.startswith("schemas.fields.place_names:") for name, _ in patterns())


def seconds_for(pattern: re.Pattern[str], text: str) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        sum(1 for _ in pattern.finditer(text))
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(("name", "pattern"), patterns(), ids=[name for name, _ in patterns()])
def test_a_pattern_takes_time_in_proportion_to_its_text(name: str, pattern: re.Pattern[str]) -> None:
    """Four times the text, about four times the time: a quadratic pattern takes sixteen times, a catastrophic one never ends."""
    for seed in ("1", "一", " ", "族", "A", "变更", "专利号", "·", "1,", "甲;", "2022.11.01#终止;", "(", *PIECES[:12]):
        short, long = seed * (2_500 // len(seed)), seed * (10_000 // len(seed))
        once, four_times = seconds_for(pattern, short), seconds_for(pattern, long)
        assert four_times < max(9 * once, 0.03), f"{name} on {seed!r}: {once:.4f} s, then {four_times:.4f} s"
