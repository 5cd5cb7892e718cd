"""Survivorship 取值: one value for each field out of all that the sources of one event say; what differs is kept.

The most trusted statement wins (``streams.dossier.member``), unless the field's merge policy says otherwise
(``schemas.kinds.columns.Merge``). Lists of parties are completed by what other statements know of the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from msgspec.structs import astuple, replace

from schemas.fields.party import Party
from schemas.fields.place import HUNAN
from schemas.fields.price import NO_PRICE
from schemas.kinds.columns import MOST_PATENTS, MOST_WORDS, Merge, Reads
from schemas.kinds.occurrence import FieldRule, Occurrence, rules_of
from schemas.records.event import Disagreement, Value
from schemas.wire import encode
from streams.dossier.member import Member
from streams.dossier.renaming import Names

UNSAID: tuple[Any, ...] = (None, "", "unknown", (), {}, NO_PRICE)
MOST_VALUES = 8  # of one disagreement
LONGEST_TOLD = 400  # characters of a disputed text
MOST_TOLD = 10  # parties or words of a disputed list


class Survivors(NamedTuple):
    """The statement that all sightings of an event make together, and the fields on which their sources differ."""

    statement: Any  # an instance of the kind, unsaid codes filled with the kind's defaults
    disagreements: tuple[Disagreement, ...] = ()


def survivors(members: Sequence[Member]) -> Survivors:
    """What the members, the most trusted first, say together."""
    kind = members[0].kind
    if len(members) == 1:
        return Survivors(completed_with_defaults(members[0].sighting.statement))
    values: dict[str, Any] = {}
    disagreements = []
    columns = zip(*(astuple(member.sighting.statement) for member in members), strict=True)
    for (name, rule), told in zip(rules_of(kind).items(), columns, strict=True):
        said = [value for value in told if value is not None and value not in UNSAID]
        if not said:
            continue
        first = said[0]
        if all(value == first for value in said):
            values[name] = merged(rule, said[:1])
            continue
        values[name] = merged(rule, said)
        if rule.is_disputed and (found := disagreement(rule, told, members)):
            disagreements.append(found)
    return Survivors(completed_with_defaults(kind(**values)), tuple(disagreements))


def completed_with_defaults(statement: Occurrence) -> Occurrence:
    """The statement with the kind's default for every field that nobody names."""
    missing = {name: value for name, value in defaults_of(type(statement)) if getattr(statement, name) is None}
    return replace(statement, **missing) if missing else statement


@cache
def defaults_of(kind: type[Occurrence]) -> tuple[tuple[str, str | bool], ...]:
    """What the fields of an event have that no source gives."""
    return tuple((name, rule.otherwise) for name, rule in rules_of(kind).items() if rule.otherwise is not None)


def merged(rule: FieldRule, values: Sequence[Any]) -> Any:
    """The value that an event has of those that are said, the most trusted first."""
    if rule.merge is Merge.UNION:
        most = MOST_PATENTS if rule.reads is Reads.PATENTS else MOST_WORDS
        return tuple(dict.fromkeys(item for value in values for item in value))[:most]
    if rule.merge is Merge.PARTIES:
        return completed(values[0], values[1:])
    return values[0]


def disagreement(rule: FieldRule, told: Sequence[Any], members: Sequence[Member]) -> Disagreement | None:
    """Each source's best value, if they differ; ``told``: the value of each member.

    Parties are compared by their keys, under the names of today.
    """
    names = {key: now for member in members for key, now in member.names.items()}
    best: dict[str, Any] = {}
    for value, member in zip(told, members, strict=True):
        if value not in UNSAID:
            best.setdefault(member.sighting.source, value)
    if len(best) < 2:
        return None
    alike: dict[bytes, list[str]] = {}
    shown: dict[bytes, Any] = {}
    for source, value in best.items():
        compared = encode(in_comparison(rule, value, names))
        shown.setdefault(compared, value)
        alike.setdefault(compared, []).append(source)
    if len(alike) < 2:
        return None
    values = (Value(shortened(shown[compared]), tuple(sorted(sources))) for compared, sources in alike.items())
    return Disagreement(rule.name, tuple(values)[:MOST_VALUES])


def in_comparison(rule: FieldRule, value: Any, names: Names) -> Any:
    """What two values are compared by."""
    if rule.merge is Merge.PARTIES:
        return sorted(names.get(party.key, party.key) for party in value)
    return value


def shortened(value: Any) -> Any:
    """A disputed value; of a long text or list its beginning."""
    if isinstance(value, tuple):
        return value[:MOST_TOLD]
    return f"{value[:LONGEST_TOLD]}…" if isinstance(value, str) and len(value) > LONGEST_TOLD else value


def completed(chosen: Iterable[Party], others: Iterable[Iterable[Party]]) -> tuple[Party, ...]:
    """The most trusted list of parties, each with what the others know of the same name."""
    known: dict[str, list[Party]] = {}
    for parties in others:
        for party in parties:
            known.setdefault(party.key, []).append(party)
    return tuple(with_all(party, known.get(party.key, ())) for party in chosen)


def with_all(party: Party, others: Iterable[Party]) -> Party:
    for other in others:
        party = with_knowledge(party, other)
    return party


def with_knowledge(party: Party, other: Party) -> Party:
    """A party with what another statement says of it and its own does not."""
    if other == party:
        return party
    fields = zip(Party.__struct_fields__, astuple(party), astuple(other), strict=True)
    missing = {name: there for name, here, there in fields if here in UNSAID and there not in UNSAID}
    if is_finer(other.region, party.region):
        missing["region"] = other.region
    return replace(party, **missing) if missing else party


def is_finer(told: str | None, had: str | None) -> bool:
    """The province alone (often read from 湖南 in a firm's name) gives way to a place within it."""
    return had == HUNAN and told is not None and told != HUNAN and told[:2] == HUNAN[:2]
