"""A sighting of any kind: a realistic one where the tests have it, otherwise one made from the kind's class alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

from schemas.kinds import BY_NAME
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import rules_of
from schemas.wire import decode, encode
from tests.conformance.happenings import statement
from tests.examples import (
    FIRM,
    UNIVERSITY,
    P,
    a_contract,
    a_demand,
    a_legal_status,
    a_licence,
    a_party_status,
    a_pledge,
    a_supply,
    a_transfer,
    party,
    seen,
    typed,
)

REALISTIC: dict[str, Callable[..., dict[str, Any]]] = {
    "transfer": lambda record, **more: a_transfer(P, record=record, **more),
    "licence": lambda record, **more: a_licence(P, record=record, **more),
    "open-licence": lambda record, **more: seen(
        "open-licence", "declared", f"patent:{P}", record, patents=[P], declared_on="2025-03-01", **more
    ),
    "pledge": lambda record, **more: a_pledge(P, "Y2025430000012", record=record, **more),
    "contract": lambda record, **more: a_contract(record=record, **more),
    "legal-status": lambda record, **more: a_legal_status(P, "granted", "2025-01-07", record=record, **more),
    "evaluation": lambda record, **more: seen(
        "evaluation", "recorded", f"patent:{P}", record, patents=[P], enterprise=[party(FIRM)],
        evaluated_on="2025-03-01", **more
    ),
    "party-status": lambda record, **more: a_party_status(record=record, **more),
    "activity": lambda record, **more: seen(
        "activity", "recorded", f"party:{UNIVERSITY}", record, organiser=[party(UNIVERSITY)], title="成果路演",
        held_on="2025-03-01", **more
    ),
    "supply": lambda record, **more: a_supply(P, record=record, **more),
    "demand": lambda record, **more: a_demand(record=record, **more),
}  # fmt: skip


def of_kind(name: str, record: str, **more: Any) -> dict[str, Any]:
    """A sighting of this kind from ``record``: always the same event. ``more`` adds to its statement."""
    return REALISTIC[name](record, **more) if name in REALISTIC else made(name, record, **more)


def made(name: str, record: str, **more: Any) -> dict[str, Any]:
    """One that the class alone gives, in the kind's first phase."""
    kind = BY_NAME[name]
    said = statement(Random(name), kind)
    values = {**decode(encode(said)), **more}
    return seen(name, next(iter(kind.phases)), said.subjects()[0], record, **values)


def texts(name: str, text: str) -> dict[str, Any]:
    """The free texts of a kind, each saying ``text``; those that decide which event it is only where there are no others."""
    plain = of_kind(name, "platform|feed|1")
    forms = (text, [text], {"审查结论": text})
    named = [field for field, rule in rules_of(BY_NAME[name]).items() if rule.reads in (Reads.TEXT, Reads.WORDS)]
    taken = dict(pair for pair in product(named, forms) if is_taken(with_values(plain, **dict([pair]))))
    free = {
        field: form for field, form in taken.items() if address(with_values(plain, **{field: form})) == address(plain)
    }
    return free or taken


def with_values(sighting: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**sighting, "statement": {**sighting["statement"], **values}}


def is_taken(sighting: dict[str, Any]) -> bool:
    """The kind's class takes its values."""
    try:
        typed(sighting)
    except ValueError:  # a Reject is one
        return False
    return True


def address(sighting: dict[str, Any]) -> tuple[Any, ...]:
    """What decides where its event is kept, and which one it is."""
    read = typed(sighting)
    return read.statement.subjects(), read.statement.identity(read.subject, read.phase)
