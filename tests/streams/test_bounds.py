"""The largest statements that reading lets pass, by very many sources, make no record that its topic cannot hold."""

from __future__ import annotations

from typing import Any

import pytest
from tests.streams.hub import Read

from schemas.fields.patent_number import read_patent_number
from schemas.kinds import KINDS
from schemas.kinds.columns import MOST_PARTIES, MOST_PATENTS, MOST_WORDS, Reads
from schemas.kinds.occurrence import Occurrence, rules_of
from schemas.topics import SIGHTING
from streams.fold import Fold
from streams.processor import Context
from streams.runtime.batch import MAX_VALUE
from tests.examples import typed, wire
from tests.streams.test_secrecy import OF_KIND

PATENTS = [read_patent_number(f"2012{100_00000 + number}").number for number in range(MOST_PATENTS)]
ONE_PARTY = {"demand": "owner", "party-status": "party"}  # of which only one may be named
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
    sighting = OF_KIND[kind.name](f"platform{source}|feed|{'长' * 300}")
    statement = sighting["statement"]
    for name, rule in rules_of(kind).items():
        if name in KEPT or rule.otherwise is not None or name == ONE_PARTY.get(kind.name):
            continue
        if rule.reads is Reads.PATENTS:
            statement[name] = PATENTS
        elif rule.reads is Reads.PARTIES:
            statement[name] = [party(source, number) for number in range(MOST_PARTIES)]
        elif rule.reads is Reads.WORDS:
            statement[name] = [f"{source}-{number}".ljust(400, "长") for number in range(MOST_WORDS)]
        elif rule.reads is Reads.TEXT:
            statement[name] = longest(sighting, name, f"{source}寻求")
    return sighting


def longest(sighting: dict[str, Any], name: str, begin: str) -> str:
    """The longest text that the field takes."""
    for length in (10_000, 1_000, 100):
        text = begin.ljust(length, "长")
        try:
            typed({**sighting, "statement": {**sighting["statement"], name: text}})
        except ValueError:
            continue
        return text
    raise AssertionError(f"{name} takes no text")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_largest_statements_fit_their_topics(kind: type[Occurrence]) -> None:
    fold = Fold(0, Context(1))
    told = [Read(SIGHTING.name, 0, source, *wire(largest(kind, source))) for source in range(40)]
    outputs = fold.apply(told)
    assert fold.understood == 40
    assert max(len(output.value or b"") for output in outputs) <= MAX_VALUE
    assert max(len(output.key) for output in outputs) <= 4_096
