"""The oracle: from the truth ledger to the events, cards and dead letters that a settled hub holds. Pure; it shares no code
with streams/. It knows the contracts: identity of events, whose value wins, when a card is on show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ops.sandbox.industries import industries_of
from ops.sandbox.ledger import Change
from ops.sandbox.truth import Fact, Key, Said, event_id, name_key, party_key, settle, short_hash

DEAL_DAYS = (-30, 365)
PHASES = {
    "transfer": ("noticed", "recorded"),
    "licence": ("noticed", "recorded", "changed", "cancelled"),
    "pledge": ("registered", "changed", "released"),
    "contract": ("registered", "changed", "cancelled"),
    "open-licence": ("declared", "withdrawn"),
    "party-status": ("listed", "removed"),
}
COUNTS_ON = {
    "transfer": "effective_on",
    "licence": "recorded_on",
    "pledge": "registered_on",
    "contract": "registered_on",
    "open-licence": "announced_on",
    "legal-status": "announced_on",
    "evaluation": "evaluated_on",
    "party-status": "valid_from",
    "activity": "held_on",
}


@dataclass
class Event:
    """One event as the truth has it: its statement is the best of all its sightings."""

    id: str
    kind: str
    subject: str
    phase: str
    day: str | None
    fact: Fact


@dataclass
class Card:
    """One listing: state, place and price basis."""

    id: str
    kind: str
    state: str
    area: str | None
    basis: str
    industries: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass
class Expected:
    """What a settled hub must hold. ``dead`` must be dead letters; nothing outside ``ever_dead`` may be one."""

    events: dict[str, Event] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    dead: dict[Key, str] = field(default_factory=dict)
    ever_dead: dict[Key, str] = field(default_factory=dict)
    changes: int = 0


def expect(changes: Iterable[Change]) -> Expected:
    """Everything but the figures (``figures.recount``)."""
    truth = settle(changes)
    dossiers: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for said in truth.said:
        for subject in subjects(said.fact):
            dossiers[said.fact["kind"], subject].append(said)
    expected = Expected(dead=truth.unreadable, ever_dead=truth.ever_unreadable, changes=truth.changes)
    known = what_lists_say(truth.said)
    by_patent: dict[str, list[Event]] = defaultdict(list)
    for (kind, subject), said_of in sorted(dossiers.items()):
        if kind in ("supply", "demand"):
            continue
        for name, members in gathered(kind, subject, said_of).items():
            event = concluded(name, kind, subject, members)
            event.fact = {
                **event.fact,
                **{
                    role: [acquainted(party, known) for party in event.fact.get(role, [])]
                    for role in ("givers", "takers")
                    if role in event.fact
                },
            }
            expected.events[name] = event
            by_patent[subject].append(event)
    for (kind, subject), said_of in dossiers.items():
        if kind == "supply":
            card = supply_card(subject, said_of, by_patent[subject])
            expected.cards[card.id] = card
        elif kind == "demand":
            for card in demand_cards(subject, said_of):
                expected.cards[card.id] = card
    return expected


def subjects(fact: Fact) -> list[str]:
    """Whom a statement is about: patents, a contract number, a party."""
    kind = fact["kind"]
    if kind == "contract":
        return [fact["contract_number"]]
    if kind in ("party-status", "demand", "activity"):
        return [party_key(fact[{"party-status": "party", "demand": "owner", "activity": "organiser"}[kind]])]
    return list(fact["patents"])


def keys(fact: Fact, role: str) -> list[str]:
    return sorted({party_key(party) for party in fact.get(role, [])})


def gathered(kind: str, subject: str, said_of: list[Said]) -> dict[str, list[Said]]:
    """The events of one kind in one dossier, by id: official identities first, then what leans on them."""
    official: dict[str, list[Said]] = defaultdict(list)
    leaning: list[Said] = []
    for said in said_of:
        name = official_id(kind, subject, said.fact)
        if name:
            official[name].append(said)
        else:
            leaning.append(said)
    homes = [(said, home(kind, said.fact, official)) for said in leaning]
    events = dict(official)
    for said, place in homes:
        events.setdefault(place or stand_in_id(kind, subject, said.fact), []).append(said)
    return events


def official_id(kind: str, subject: str, fact: Fact) -> str | None:
    """The id by an official number or a recorded day; None when the statement has neither."""
    if kind == "transfer":
        return event_id(kind, subject, fact["effective_on"]) if fact.get("effective_on") else None
    if kind in ("licence", "pledge"):
        number = fact.get("recordal_number") or fact.get("registration_number")
        return event_id(kind, subject, number) if number else None
    if kind == "open-licence" and fact["phase"] == "withdrawn":
        return None
    return stand_in_id(kind, subject, fact)


def stand_in_id(kind: str, subject: str, fact: Fact) -> str:
    """The id of a statement by whatever identity its kind has."""
    if kind == "transfer":
        return event_id(kind, subject, "noticed", ";".join(keys(fact, "takers")))
    if kind == "licence":
        return event_id(
            kind,
            subject,
            "parties",
            ";".join(keys(fact, "givers")),
            ";".join(keys(fact, "takers")),
            fact.get("signed_on") or "",
        )
    parts = {
        "contract": (),
        "open-licence": (fact.get("announced_on"),),
        "legal-status": (fact["phase"], fact.get("announced_on")),
        "evaluation": (party_key(fact["enterprise"]) if kind == "evaluation" else "", fact.get("evaluated_on")),
        "party-status": (fact.get("list_name"), fact.get("edition")),
        "activity": (fact.get("held_on"), name_key(fact.get("title", ""))),
    }[kind]
    return event_id(kind, subject, *(part or "" for part in parts))


def home(kind: str, fact: Fact, official: dict[str, list[Said]]) -> str | None:
    """The official event that a statement without one is of: shared parties, the nearest day that fits."""
    found: list[tuple[int, str]] = []
    for name, members in official.items():
        for said in members:
            other = said.fact
            if kind == "open-licence":
                gap = days(other.get("announced_on"), fact.get("announced_on"))
                if gap is not None and gap >= 0:
                    found.append((gap, name))
                continue
            if not set(keys(fact, "takers")) & set(keys(other, "takers")) or not set(keys(fact, "givers")) & set(
                keys(other, "givers")
            ):
                continue
            gap = days(fact.get("signed_on"), other.get("effective_on") or other.get("recorded_on"))
            if gap is not None and DEAL_DAYS[0] <= gap <= DEAL_DAYS[1]:
                found.append((abs(gap), name))
    return min(found)[1] if found else None


def days(earlier: str | None, later: str | None) -> int | None:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days if earlier and later else None


def concluded(name: str, kind: str, subject: str, members: list[Said]) -> Event:
    """The value of the highest authority in each field; the latest phase; a party's place and code from whoever tells them."""
    ranked = by_trust(members)
    fact: Fact = {}
    for said in ranked:
        for field_name, value in said.fact.items():
            if value is not None and value != []:
                fact.setdefault(field_name, value)
    for role in ("givers", "takers"):
        if role in fact:
            fact[role] = [
                placed(party, [other for said in ranked for other in said.fact.get(role, [])]) for party in fact[role]
            ]
    phases = PHASES.get(kind, ())
    phase = max((said.fact["phase"] for said in members), key=phases.index) if phases else fact["phase"]
    day = fact.get(COUNTS_ON[kind]) or (fact.get("released_on") if kind == "pledge" else None)
    return Event(name, kind, subject, phase, day, fact)


def by_trust(members: list[Said]) -> list[Said]:
    """Highest authority first; between equals the statement of the newest day, then the smaller name."""

    def spoken(said: Said) -> str:
        return next(
            (
                said.fact[name]
                for name in (
                    "announced_on",
                    "posted_on",
                    "recorded_on",
                    "registered_on",
                    "signed_on",
                    "valid_from",
                    "held_on",
                    "evaluated_on",
                )
                if said.fact.get(name)
            ),
            "",
        )

    ordered = sorted(members, key=lambda said: "|".join(said.record))
    ordered.sort(key=spoken, reverse=True)
    return sorted(ordered, key=lambda said: said.rank)


def placed(party: Fact, others: list[Fact]) -> Fact:
    """A party with the place and the code that another statement of the same event gives it."""
    told = dict(party)
    for other in others:
        if party_key(other) == party_key(party):
            told |= {name: other[name] for name in ("region", "credit_code") if other.get(name) and not told.get(name)}
    return told


@dataclass
class Known:
    """What the lists say of one organisation."""

    region: str | None = None
    credit_code: str | None = None
    small: list[tuple[str | None, str | None]] = field(default_factory=list)


def what_lists_say(said: Iterable[Said]) -> dict[str, Known]:
    """Place, code and size by name key, from lists and from what firms want."""
    known: dict[str, Known] = defaultdict(Known)
    for one in sorted(said, key=lambda one: (one.rank, one.record)):
        fact = one.fact
        if fact["kind"] not in ("party-status", "demand"):
            continue
        party = fact["party"] if fact["kind"] == "party-status" else fact["owner"]
        entry = known[party_key(party)]
        entry.region = entry.region or party.get("region")
        entry.credit_code = entry.credit_code or party.get("credit_code")
        if fact.get("means_sme"):
            entry.small.append((fact.get("valid_from"), fact.get("valid_until")))
    return known


def acquainted(party: Fact, known: dict[str, Known]) -> Fact:
    """A party with what the lists know of it."""
    entry = known.get(party_key(party))
    if entry is None:
        return party
    return {
        **party,
        "region": party.get("region") or entry.region,
        "credit_code": party.get("credit_code") or entry.credit_code,
        "small": entry.small,
    }


DEAD = {
    "lapsed",
    "expired",
    "abandoned",
    "terminated",
    "revoked",
    "invalidated",
    "refused",
    "withdrawn",
    "deemed_withdrawn",
}


def supply_card(patent: str, said_of: list[Said], events: list[Event]) -> Card:
    """The right's fate first, then a sale of the whole on or after the posting, then what the platforms say."""
    best = by_trust(said_of)
    fact = best[0].fact
    posted = max(said.fact["posted_on"] for said in said_of)
    order = {"preserved": 0, "preservation_lifted": 1, "restored": 3}  # of one day: what ends comes after what begins
    fate = [event for event in events if event.kind == "legal-status"]
    fate.sort(key=lambda event: (event.day or "", order.get(event.phase, 2)))
    dead = preserved = False
    for event in fate:
        dead = event.phase in DEAD or (dead and event.phase != "restored")
        preserved = event.phase == "preserved" or (preserved and event.phase != "preservation_lifted")
    sold = any(
        event.kind == "transfer"
        and event.fact.get("form", "whole") == "whole"
        and (event.day or event.fact.get("signed_on") or "") >= posted
        for event in events
    )
    state = "withdrawn" if dead or preserved else "concluded" if sold else platform_state(said_of)
    industries = tuple(fact["industries"]) or industries_of(fact.get("ipc") or "")
    sources = tuple(sorted({said.record[0] for said in said_of}))
    return Card(
        f"supply:{short_hash('supply', patent)}",
        "supply",
        state,
        fact["area"],
        fact["price"]["basis"],
        industries,
        sources,
    )


def demand_cards(owner: str, said_of: list[Said]) -> list[Card]:
    """One card for each thing an owner wants, whoever posts it."""
    by_title: dict[str, list[Said]] = defaultdict(list)
    for said in said_of:
        by_title[name_key(said.fact["title"])].append(said)
    cards = []
    for title, members in by_title.items():
        best = by_trust(members)
        area = next((said.fact["area"] for said in best if said.fact["area"]), None) or best[0].fact["owner"].get(
            "region"
        )
        industries = tuple(sorted({one for said in members for one in said.fact["industries"]}))
        sources = tuple(sorted({said.record[0] for said in members}))
        cards.append(
            Card(
                f"demand:{short_hash('demand', owner, title)}",
                "demand",
                platform_state(members),
                area,
                "",
                industries,
                sources,
            )
        )
    return cards


def platform_state(members: list[Said]) -> str:
    """Concluded or reserved if one platform says so, withdrawn only if all do."""
    phases = {said.fact["phase"] for said in members}
    return next(
        (phase for phase in ("concluded", "reserved") if phase in phases),
        "withdrawn" if phases == {"withdrawn"} else "open",
    )


def as_text(event: Event) -> dict[str, Any]:
    """What is compared of an event beside its id: kind, phase, the day that counts, and the money it names."""
    return {
        "kind": event.kind,
        "phase": event.phase,
        "occurred_on": event.day,
        **{
            name: event.fact[name]
            for name in ("secured_amount", "contract_value", "technology_value", "loan_amount")
            if event.fact.get(name) is not None
        },
    }
