"""Which statements are of one event: by official identity, else by parties and days. Part of the oracle."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ops.sandbox.oracle.truth import Fact, Statement, event_id, name_key, party_key

DEAL_DAYS = (-30, 365)  # from the notice of a deal to the register's day
WINDOWS = {"pledge": (-30, 30)}  # a bank's ledger names the register's day itself
# The day of a statement without an official identity, and the day of an official one: the first that it has.
NOTICED_ON = {
    "transfer": ("signed_on", "announced_on"),
    "licence": ("recorded_on", "signed_on"),
    "pledge": ("registered_on", "announced_on"),
    "equity": ("announced_on",),
}
RECORDED_ON = {
    "transfer": ("effective_on",),
    "licence": ("recorded_on", "signed_on"),
    "pledge": ("registered_on", "announced_on"),
    "equity": ("registered_on",),
}
OWNER = {
    "party-status": "party",
    "demand": "owner",
    "activity": "organiser",
    "inventory": "institution",
    "project": "base",
    "reported-figure": "publisher",
}


def subjects(fact: Fact) -> list[str]:
    """What a statement is about: patents, a contract number, a party."""
    kind = fact["kind"]
    if kind == "contract":
        return [fact["contract_number"]]
    if kind in OWNER:
        return [party_key(fact[OWNER[kind]])]
    return list(fact["patents"])


def clusters(kind: str, subject: str, statements: list[Statement]) -> dict[str, list[Statement]]:
    """The statements of one kind about one subject by event id; those without an official identity join one that has it."""
    official: dict[str, list[Statement]] = defaultdict(list)
    others: list[Statement] = []
    for statement in statements:
        name = official_id(kind, subject, statement.fact)
        if name:
            official[name].append(statement)
        else:
            others.append(statement)
    joined = [(statement, nearest(kind, statement.fact, official)) for statement in others]
    events = dict(official)
    for statement, name in joined:
        events.setdefault(name or provisional_id(kind, subject, statement.fact), []).append(statement)
    return events


def official_id(kind: str, subject: str, fact: Fact) -> str | None:
    """The id by an official number or a recorded day; None when the statement has neither."""
    if kind == "transfer":
        return event_id(kind, subject, fact["effective_on"]) if fact.get("effective_on") else None
    if kind == "equity":
        return event_id(kind, subject, fact["registered_on"]) if fact.get("registered_on") else None
    if kind in ("licence", "pledge"):
        number = fact.get("recordal_number") or fact.get("registration_number")
        return event_id(kind, subject, number) if number else None
    if kind == "open-licence" and fact["phase"] == "withdrawn":
        return None
    return provisional_id(kind, subject, fact)


def provisional_id(kind: str, subject: str, fact: Fact) -> str:
    """The id of a statement without official number or day, by what else identifies an event of its kind."""
    if kind == "transfer":
        return event_id(kind, subject, "noticed", ";".join(keys(fact, "takers")))
    if kind == "equity":
        return event_id(kind, subject, "noticed", *(";".join(keys(fact, role)) for role in ("givers", "takers")))
    if kind in ("licence", "pledge"):
        sides = (";".join(keys(fact, role)) for role in ("givers", "takers"))
        return event_id(kind, subject, "parties", *sides, first(fact, ("signed_on", "registered_on")) or "")
    parts = {
        "contract": (),
        "open-licence": (fact.get("announced_on"),),
        "legal-status": (fact["phase"], fact.get("announced_on")),
        "evaluation": (party_key(fact["enterprise"]) if kind == "evaluation" else "", fact.get("evaluated_on")),
        "party-status": (fact.get("list_name"), fact.get("edition")),
        "activity": (fact.get("held_on"), name_key(fact.get("title", ""))),
        "product": (fact.get("filing_number"),),
        "declaration": (fact.get("project_number"),),
        "inventory": (fact.get("as_of"),),
        "project": (fact.get("project_number"),),
        "reported-figure": (fact.get("title"), fact.get("area"), fact.get("period")),
    }[kind]
    return event_id(kind, subject, *(part or "" for part in parts))


def nearest(kind: str, fact: Fact, official: dict[str, list[Statement]]) -> str | None:
    """The id of the official event that a statement belongs to: parties in common, and the nearest day that fits."""
    found: list[tuple[int, str]] = []
    for name, members in official.items():
        for other in (statement.fact for statement in members):
            if kind == "open-licence":
                gap = days(other.get("announced_on"), fact.get("announced_on"))
                if gap is not None and gap >= 0:
                    found.append((gap, name))
                continue
            if not all(set(keys(fact, role)) & set(keys(other, role)) for role in ("takers", "givers")):
                continue
            before, after = WINDOWS.get(kind, DEAL_DAYS)
            gap = days(first(fact, NOTICED_ON[kind]), first(other, RECORDED_ON[kind]))
            if gap is not None and before <= gap <= after:
                found.append((abs(gap), name))
    return min(found)[1] if found else None


def first(fact: Fact, names: tuple[str, ...]) -> str | None:
    """The first of these days that a statement has."""
    return next((fact[name] for name in names if fact.get(name)), None)


def keys(fact: Fact, role: str) -> list[str]:
    """The keys of the parties in one role, sorted."""
    return sorted({party_key(party) for party in fact.get(role, [])})


def days(earlier: str | None, later: str | None) -> int | None:
    """Days between two dates; None when one is unknown."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days if earlier and later else None
