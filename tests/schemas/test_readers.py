"""Laws of every reader: typed refusals only, its own output reads as itself, time grows with the text and not faster."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings

import schemas.fields
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
    if target.name in ("name_key", "tidy", "charset"):
        pytest.skip("takes text that another reader has already accepted")
    try:
        check(target, value)  # type: ignore[arg-type]
    except TypeError as error:
        assert "unhashable" in str(error)           # a cached reader is never handed a list: rows have text and numbers


def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern of schemas.fields, also those inside tuples."""
    found: list[tuple[str, re.Pattern[str]]] = []
    for module in pkgutil.iter_modules(schemas.fields.__path__):
        for name, value in vars(importlib.import_module(f"schemas.fields.{module.name}")).items():
            for each in value if isinstance(value, tuple) else (value,):
                for part in each if isinstance(each, tuple) else (each,):
                    if isinstance(part, re.Pattern):
                        found.append((f"{module.name}.{name}", part))
    return found


def seconds_for(pattern: re.Pattern[str], text: str) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        sum(1 for _ in pattern.finditer(text))
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize(("name", "pattern"), patterns(), ids=[name for name, _ in patterns()])
def test_a_pattern_takes_time_in_proportion_to_its_text(name: str, pattern: re.Pattern[str]) -> None:
    """Twice the text, about twice the time: a quadratic pattern takes four times, a catastrophic one never ends."""
    for seed in ("1", "一", " ", "族", "A", "变更", "专利号", "·", "1,", "甲;", "2022.11.01#终止;", "(", *PIECES[:12]):
        short, long = seed * (3_000 // len(seed)), seed * (6_000 // len(seed))
        once, twice = seconds_for(pattern, short), seconds_for(pattern, long)
        assert twice < max(3.4 * once, 0.02), f"{name} on {seed!r}: {once:.4f} s, then {twice:.4f} s"
