"""Laws of every reader: typed refusals only, its own output reads as itself, no pattern that takes for ever."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings

from tests.examples_count import examples
from tests.fuzz.targets import TARGETS, Target, check
from tests.fuzz.texts import TEXTS
from tests.schemas.patterns import patterns, repeats_a_repetition


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_reader_refuses_with_a_reason_or_gives_what_reads_as_itself(target: Target) -> None:
    @settings(max_examples=examples(150), deadline=None, database=None, suppress_health_check=list(HealthCheck))
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


def test_patterns_are_found_wherever_they_stand() -> None:
    names = {name.rpartition(".")[0] or name for name, _ in patterns()}
    assert {"schemas.source.columns", "schemas.gazette.grammar", "schemas.fields.party_type"} <= names
    assert any(name.startswith("schemas.fields.place_names:") for name, _ in patterns())


@pytest.mark.parametrize(
    ("text", "nests"),
    [("(a+)+", True), ("(?:a|b*c)*", True), ("(?=(a+b)+)", True), ("(a+)(b+)", False), ("(?:a+){2,3}", False)],
)
def test_a_repetition_inside_a_repetition_is_found(text: str, nests: bool) -> None:
    assert repeats_a_repetition(re.compile(text)) is nests


@pytest.mark.whole
def test_no_pattern_repeats_a_repetition() -> None:
    """Such a pattern takes for ever on some text; how the others grow with their text is measured by `tests.bench patterns`."""
    assert [name for name, pattern in patterns() if repeats_a_repetition(pattern)] == []
