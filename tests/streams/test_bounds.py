"""The largest statements that reading lets pass, by very many sources, make no record that its topic cannot hold."""

from __future__ import annotations

from typing import Any

import pytest

from ops.bus import Incoming
from schemas.fields.patent_number import read_patent_number
from schemas.kinds import KINDS
from schemas.kinds.columns import MOST_PARTIES, MOST_PATENTS, MOST_WORDS, Reads
from schemas.kinds.occurrence import Occurrence, rules_of
from schemas.topics import SIGHTING
from streams.fold import Fold
from streams.processor import Context
from streams.runtime.batch import MAX_VALUE
from tests.examples import wire
from tests.examples_of_kinds import is_taken, of_kind, with_values

PATENTS = [read_patent_number(f"2012{100_00000 + number}").number for number in range(MOST_PATENTS)]
# What makes sources speak of one event, and fields whose values are codes.
KEPT = {"effective_on", "recordal_number", "registration_number", "list_name", "edition", "evaluated_on", "details"}


def party(source: int, number: int) -> dict[str, str]:
    name = f"{source}-{number}".ljust(400, "长")
    return {
        "name": name,
        "key": name,
        "party_type": "enterprise",
        "credit_code": "91430100712159116H",
        "region": "430100",
    }


def largest(kind: type[Occurrence], source: int) -> dict[str, Any]:
    """A statement whose lists and texts are as long as they may be; every source words it differently."""
    sighting = of_kind(kind.name, f"platform{source}|feed|{'长' * 300}")
    statement = sighting["statement"]
    for name, rule in rules_of(kind).items():
        if name in KEPT or rule.otherwise is not None:
            continue
        if rule.reads is Reads.PATENTS:
            statement[name] = PATENTS
        elif rule.reads is Reads.PARTIES:
            several = [party(source, number) for number in range(MOST_PARTIES)]
            if is_taken(with_values(sighting, **{name: several})):  # else only one may be named
                statement[name] = several
        elif is_taken(with_values(sighting, **{name: True})):
            statement[name] = True
        elif rule.reads is Reads.WORDS:
            statement[name] = [f"{source}-{number}".ljust(400, "长") for number in range(MOST_WORDS)]
        elif rule.reads is Reads.TEXT and is_taken(with_values(sighting, **{name: "长"})):  # else a flag or a number
            statement[name] = longest(sighting, name, f"{source}寻求")
    return sighting


def longest(sighting: dict[str, Any], name: str, begin: str) -> str:
    """The longest text that the field takes."""
    for length in (10_000, 1_000, 100):
        text = begin.ljust(length, "长")
        if is_taken(with_values(sighting, **{name: text})):
            return text
    raise AssertionError(f"{name} takes no text")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_largest_statements_fit_their_topics(kind: type[Occurrence]) -> None:
    fold = Fold(0, Context(1))
    told = [Incoming(SIGHTING.name, 0, source, *wire(largest(kind, source)), (), 0) for source in range(40)]
    outputs = fold.apply(told)
    assert fold.understood == 40
    assert max(len(output.value or b"") for output in outputs) <= MAX_VALUE
    assert max(len(output.key) for output in outputs) <= 4_096
