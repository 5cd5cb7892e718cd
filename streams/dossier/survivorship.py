"""Choice: one value for each field out of all that the sources of one event say; what differs is kept.

The higher authority wins (``schemas.records.sighting.AUTHORITIES``). Between equals the statement with the newest day of its
own wins (announced, else posted, recorded, registered, signed), then the smaller id. Arrival never decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from schemas.kinds import KINDS
from schemas.records.sighting import AUTHORITIES
from schemas.wire import encode
from streams.identity import Seen

PROVINCE = "430000"
RANK = MappingProxyType({name: rank for rank, name in enumerate(AUTHORITIES)})
DAYS = (
    "announced_on",
    "posted_on",
    "recorded_on",
    "registered_on",
    "signed_on",
    "valid_from",
    "held_on",
    "evaluated_on",
)
UNSAID: tuple[Any, ...] = (None, "", "unknown", [], {}, {"basis": "unknown", "text": ""})
UNITED = frozenset({"patents", "applications", "keywords", "industries", "deal_forms", "cooperation_forms"})
# Days on which a source speaks, not on which something happened, and words about a patent: sources may differ in them.
UNDISPUTED = UNITED | {"announced_on", "posted_on", "ipc", "title", "summary", "details", "code", "royalty_basis"}
PARTY_FIELDS = frozenset(name for kind in KINDS for name in (kind.giver, kind.taker) if name)
FIELDS = MappingProxyType({kind.name: tuple(kind.model_fields) for kind in KINDS})
DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        kind.name: MappingProxyType(
            {
                name: field.default
                for name, field in kind.model_fields.items()
                if isinstance(field.default, (str, bool)) and field.default is not None
            }
        )
        for kind in KINDS
    }
)


def spoken_on(seen: Seen) -> str:
    """The day a statement names as its own; empty when it names none."""
    said = seen["statement"]
    return next((said[name] for name in DAYS if said.get(name)), "")


def by_trust(members: Iterable[Seen]) -> list[Seen]:
    """The most trusted statement first."""
    ordered = sorted(members, key=lambda seen: str(seen["id"]))
    if len(ordered) == 1:
        return ordered
    ordered.sort(key=spoken_on, reverse=True)
    ordered.sort(key=lambda seen: RANK.get(seen["authority"], len(AUTHORITIES)))
    return ordered


def choose(members: Sequence[Seen]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The statement that the members (most trusted first) make together, and where their sources differ."""
    kind = members[0]["kind"]
    if len(members) == 1:
        return {**DEFAULTS[kind], **members[0]["statement"]}, []
    statement: dict[str, Any] = dict(DEFAULTS[kind])
    disagreements = []
    called = {key: now for seen in members for key, now in seen.get("called", {}).items()}
    told = [(seen["statement"], source(seen)) for seen in members]
    named = {name for said, _ in told for name in said}
    for name in FIELDS[kind]:
        values = [(said[name], of) for said, of in told if said.get(name) not in UNSAID] if name in named else []
        if not values:
            continue
        if name in UNITED:
            statement[name] = list(dict.fromkeys(item for value, _ in values for item in value))
        elif name in PARTY_FIELDS:
            statement[name] = completed([value for value, _ in values])
        else:
            statement[name] = values[0][0]
        if name not in UNDISPUTED and (differing := disagreement(name, values, called)):
            disagreements.append(differing)
    return statement, disagreements


def source(seen: Seen) -> str:
    return str(seen["id"]).partition("|")[0]


def disagreement(name: str, values: list[tuple[Any, str]], called: Mapping[str, str]) -> dict[str, Any] | None:
    """Each source's best value, if they differ. Parties are compared by their keys, under the names of today."""
    if all(value == values[0][0] for value, _ in values):
        return None
    best: dict[str, Any] = {}
    for value, of in values:
        best.setdefault(of, value)
    if len(best) < 2:
        return None
    groups: dict[bytes, tuple[Any, list[str]]] = {}
    for of, value in best.items():
        parties = name in PARTY_FIELDS
        compared = sorted(called.get(party["key"], party["key"]) for party in value) if parties else value
        groups.setdefault(encode(compared), (value, []))[1].append(of)
    if len(groups) < 2:
        return None
    return {
        "field": name,
        "values": [{"value": value, "sources": sorted(sources)} for value, sources in groups.values()],
    }


def completed(values: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The most trusted list of parties, each with what the others know of the same name."""
    chosen = []
    for party in values[0]:
        known = dict(party)
        for others in values[1:]:
            for other in others:
                if other["key"] == party["key"]:
                    known = with_knowledge(known, other)
        chosen.append(known)
    return chosen


def with_knowledge(party: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A party with what another statement knows and it does not."""
    missing = {name: value for name, value in other.items() if value not in UNSAID and party.get(name) in UNSAID}
    if is_finer(other.get("region"), party.get("region")):
        missing["region"] = other["region"]
    return {**party, **missing} if missing else party


def is_finer(told: str | None, had: str | None) -> bool:
    """The province alone (often read from 湖南 in a firm's name) gives way to a place within it (domain.md §14)."""
    return had == PROVINCE and told is not None and told != PROVINCE and told[:2] == PROVINCE[:2]
