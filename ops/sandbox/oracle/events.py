"""What the statements of one event amount to: values by authority, the last phase, the day that counts. Part of the oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ops.sandbox.oracle.truth import Fact, Statement, party_key

ROLES = ("givers", "takers")
PHASES = {
    "transfer": ("noticed", "recorded"),
    "licence": ("noticed", "recorded", "changed", "cancelled"),
    "pledge": ("registered", "changed", "released"),
    "contract": ("registered", "changed", "cancelled"),
    "equity": ("noticed", "registered"),
    "product": ("filed", "certified", "cancelled"),
    "project": ("started", "finished"),
    "open-licence": ("declared", "withdrawn"),
    "party-status": ("listed", "removed"),
}
COUNTS_ON = {
    "transfer": "effective_on",
    "licence": "recorded_on",
    "pledge": "registered_on",
    "contract": "registered_on",
    "equity": "registered_on",
    "product": "filed_on",
    "declaration": "declared_on",
    "inventory": "as_of",
    "project": "started_on",
    "reported-figure": "period",
    "open-licence": "announced_on",
    "legal-status": "announced_on",
    "evaluation": "evaluated_on",
    "party-status": "valid_from",
    "activity": "held_on",
}
# The day of a statement is the first of these that it has.
STATED_ON = (
    "announced_on",
    "posted_on",
    "recorded_on",
    "registered_on",
    "signed_on",
    "valid_from",
    "held_on",
    "evaluated_on",
    "certified_on",
    "filed_on",
    "as_of",
    "declared_on",
    "finished_on",
    "started_on",
    "published_on",
)
MONEY = ("secured_amount", "contract_value", "technology_value", "loan_amount", "contribution_value")
COUNTS = ("projects", "intentions", "agreements")


@dataclass
class Event:
    """One expected event; ``fact`` has the value of the highest authority in each field, money in 分."""

    id: str
    kind: str
    subject: str
    phase: str
    day: str | None
    fact: Fact
    rank: int = 0  # of the most trusted platform that states it


@dataclass
class Profile:
    """Place, credit code and listed size of one organisation; ``small``: the first and last day of each list."""

    region: str | None = None
    credit_code: str | None = None
    small: list[tuple[str | None, str | None]] = field(default_factory=list)


def resolve(name: str, kind: str, subject: str, cluster: list[Statement]) -> Event:
    """The event of a cluster: in each field the value of the highest authority that has one; the latest phase."""
    ranked = by_authority(cluster)
    fact: Fact = {}
    for statement in ranked:
        for field_name, value in statement.fact.items():
            if value is not None and value != []:
                fact.setdefault(field_name, value)
    for role in ROLES:
        if role in fact:
            others = [other for statement in ranked for other in statement.fact.get(role, [])]
            fact[role] = [completed(party, others) for party in fact[role]]
    phases = PHASES.get(kind, ())
    phase = max((statement.fact["phase"] for statement in cluster), key=phases.index) if phases else fact["phase"]
    day = fact.get(COUNTS_ON[kind]) or (fact.get("released_on") if kind == "pledge" else None)
    return Event(name, kind, subject, phase, day, fact, ranked[0].rank)


def by_authority(cluster: list[Statement]) -> list[Statement]:
    """Highest authority first; between equals the statement of the newest day, then by record."""
    ordered = sorted(cluster, key=lambda statement: "|".join(statement.record))
    ordered.sort(key=lambda statement: stated_on(statement.fact), reverse=True)
    return sorted(ordered, key=lambda statement: statement.rank)


def stated_on(fact: Fact) -> str:
    """The day of a statement; empty when it has none."""
    return next((fact[name] for name in STATED_ON if fact.get(name)), "")


def completed(party: Fact, others: list[Fact]) -> Fact:
    """A party with the place and the code that another statement of the same event gives it."""
    whole = dict(party)
    for other in others:
        if party_key(other) == party_key(party):
            whole |= {
                name: other[name] for name in ("region", "credit_code") if other.get(name) and not whole.get(name)
            }
    return whole


def profiles(statements: Iterable[Statement]) -> dict[str, Profile]:
    """The profile of each organisation by name key, from lists of enterprises and from demands."""
    found: dict[str, Profile] = defaultdict(Profile)
    for statement in sorted(statements, key=lambda one: (one.rank, one.record)):
        fact = statement.fact
        if fact["kind"] not in ("party-status", "demand"):
            continue
        party = fact["party"] if fact["kind"] == "party-status" else fact["owner"]
        profile = found[party_key(party)]
        profile.region = profile.region or party.get("region")
        profile.credit_code = profile.credit_code or party.get("credit_code")
        if fact.get("means_sme"):
            profile.small.append((fact.get("valid_from"), fact.get("valid_until")))
    return found


def with_profiles(fact: Fact, known: dict[str, Profile]) -> Fact:
    """The statement of an event, its givers and takers with their profiles."""
    return fact | {role: [with_profile(party, known) for party in fact[role]] for role in ROLES if role in fact}


def with_profile(party: Fact, known: dict[str, Profile]) -> Fact:
    """A party with what its profile adds."""
    profile = known.get(party_key(party))
    if profile is None:
        return party
    return {
        **party,
        "region": party.get("region") or profile.region,
        "credit_code": party.get("credit_code") or profile.credit_code,
        "small": profile.small,
    }


def compared(event: Event) -> dict[str, Any]:
    """What is compared of an event beside its id: kind, phase, the day that counts, its amounts in 分, its counts."""
    numbers = {name: event.fact[name] for name in (*MONEY, *COUNTS) if event.fact.get(name) is not None}
    return {"kind": event.kind, "phase": event.phase, "occurred_on": event.day, **numbers}
