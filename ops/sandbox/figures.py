"""Figures recounted from expected events and cards: every cell of every indicator (figures.md §3–4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ops.sandbox.industries import industries_of
from ops.sandbox.oracle import Card, Event, Expected
from ops.sandbox.truth import Fact, party_key
from schemas import codes

Cell = tuple[str, tuple[tuple[str, str], ...], str]  # indicator, dimensions, period
PROVINCE, OTHER = "430000", "OTHER"
RESEARCH = ("university", "research_institute")
CLASSES = {"hospital": "public_body", "financial_institution": "enterprise"}


@dataclass
class Count:
    """What lies in one cell: each distinct key once, with its amount."""

    amounts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """How one indicator counts events."""

    id: str
    kind: str
    day: Callable[[Event], str | None]
    keys: Callable[[Event], tuple[str, ...]]
    when: Callable[[Event], bool]
    by: tuple[str, ...]
    amount: str = ""


def recount(expected: Expected) -> dict[Cell, int]:
    """Value of each cell that is not zero; money in 分."""
    cells: dict[Cell, Count] = defaultdict(Count)
    for rule in RULES:
        for event in expected.events.values():
            day = rule.day(event) if event.kind == rule.kind else None
            if day and rule.when(event):
                amount = event.fact.get(rule.amount) if rule.amount else 1
                place, dimensions = area(event.fact.get("givers", [])), tuple(cuts(event, rule.by))
                for key in rule.keys(event):
                    add(cells, rule.id, place, dimensions, (day[:7], day[:4]), key, amount)
    for number, day, members in freed(expected.events.values()):
        for event in members:
            add(
                cells,
                "pledge_releases",
                area(event.fact["givers"]),
                cuts(event, ("collateral",)),
                (day[:7], day[:4]),
                number,
                1,
            )
    for card in expected.cards.values():
        if card.state in ("open", "reserved"):
            add(cells, f"{card.kind}_listings", prefecture(card.area), card_cuts(card), ("current",), card.id, 1)
    return {cell: sum(count.amounts.values()) for cell, count in cells.items() if sum(count.amounts.values())}


def add(
    cells: dict[Cell, Count],
    indicator: str,
    place: str | None,
    dimensions: Iterable[tuple[str, str]],
    periods: Iterable[str],
    key: str,
    amount: int | None,
) -> None:
    """One event into every cell it belongs to: place and province, alone and with one further dimension."""
    if place is None:
        return
    further = [(), *((dimension,) for dimension in dimensions)]
    for period in periods:
        for where in (place, PROVINCE):
            for more in further:
                cells[indicator, tuple(sorted((("area", where), *more))), period].amounts.setdefault(key, amount or 0)


def area(givers: list[Fact]) -> str | None:
    """The first Hunan giver's prefecture; OTHER when only the province is known; None: nobody of Hunan gives."""
    return next((found for giver in givers if (found := prefecture(giver.get("region")))), None)


def prefecture(region: str | None) -> str | None:
    if not region or not region.startswith("43"):
        return None
    return OTHER if region == PROVINCE else f"{region[:4]}00"


def is_small(party: Fact, day: str) -> bool:
    """On a list in force that day."""
    return any(
        (since is None or since <= day) and (until is None or day <= until) for since, until in party.get("small", [])
    )


def research_to_small(event: Event) -> bool:
    day = event.day or ""
    return any(giver["type"] in RESEARCH for giver in event.fact.get("givers", [])) and any(
        is_small(taker, day) for taker in event.fact.get("takers", [])
    )


def cuts(event: Event, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The values of an event in each named dimension."""
    fact = event.fact
    for name in names:
        if name == "right_type":
            yield (
                name,
                {"1": "invention", "8": "invention", "2": "utility_model", "9": "utility_model", "3": "design"}[
                    event.subject[4]
                ],
            )
        elif name == "party_type":
            first = next(iter(fact.get("givers", [])), {"type": "unknown"})["type"]
            yield name, CLASSES.get(first, first)
        elif name == "counter_type":
            yield name, counter_type(event)
        elif name == "industry":
            found = dict.fromkeys(industry for ipc in fact.get("ipc", []) for industry in industries_of(ipc))
            yield from ((name, industry) for industry in found or ("unmapped",))
        else:
            yield name, fact.get(name) or {"form": "whole", "collateral": "patent", "licence_kind": "unknown"}[name]


def counter_type(event: Event) -> str:
    takers = event.fact.get("takers", [])
    if any(is_small(taker, event.day or "") for taker in takers):
        return "sme"
    first = takers[0]["type"] if takers else "unknown"
    return first if first in (*RESEARCH, "individual") else "unknown"


def card_cuts(card: Card) -> list[tuple[str, str]]:
    return [
        *(("industry", industry) for industry in card.industries or ("unmapped",)),
        *(("source", source) for source in card.sources),
    ]


def freed(events: Iterable[Event]) -> Iterator[tuple[str, str, list[Event]]]:
    """Registrations whose last patent is free, with the day on which it became so."""
    by_number: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "pledge":
            by_number[event.fact["registration_number"]].append(event)
    for number, members in by_number.items():
        released = [event.fact.get("released_on") for event in members]
        if all(released):
            yield number, max(day for day in released if day), members


def recorded(event: Event) -> bool:
    return event.phase != "noticed"


def counted_on(event: Event) -> str | None:
    return event.day


def registered_on(event: Event) -> str | None:
    return event.fact.get("registered_on")


def patent_and_event(event: Event) -> tuple[str, ...]:
    return (f"{event.subject}+{event.id}",)


def by_patent(event: Event) -> tuple[str, ...]:
    return (event.subject,)


def number(name: str) -> Callable[[Event], tuple[str, ...]]:
    return lambda event: (str(event.fact.get(name) or event.id),)


def pledging_firms(event: Event) -> tuple[str, ...]:
    """Each firm that pledges, by its code where any list or statement tells it."""
    return tuple(
        giver.get("credit_code") or party_key(giver) for giver in event.fact["givers"] if giver["type"] == "enterprise"
    )


def small_loan(series: str) -> Callable[[Event], bool]:
    """The loan, or without one the debt that is secured, is at most what the series allowed when it was registered."""
    rows = (row for row in codes.rows("loan_ceilings") if row["series"] == series)
    steps = sorted((row["from"], int(row["ceiling"].removesuffix("万元")) * 1_000_000) for row in rows)

    def small_enough(event: Event) -> bool:
        fen, day = event.fact.get("loan_amount") or event.fact.get("secured_amount"), registered_on(event) or ""
        allowed = [ceiling for since, ceiling in steps if since[: len(day)] <= day]  # a month may hold the day
        return fen is not None and allowed != [] and fen <= allowed[-1]

    return small_enough


def in_force(event: Event) -> bool:
    return event.phase != "cancelled"


def small_deal(event: Event) -> bool:
    return recorded(event) and research_to_small(event)


def patent_related(event: Event) -> bool:
    return in_force(event) and bool(event.fact["patent_related"] or event.fact.get("patents"))


RULES = (
    Rule(
        "transfers",
        "transfer",
        counted_on,
        patent_and_event,
        recorded,
        ("right_type", "party_type", "counter_type", "industry", "form"),
    ),
    Rule("transferred_patents", "transfer", counted_on, by_patent, recorded, ("right_type", "party_type")),
    Rule(
        "university_to_sme_transfers",
        "transfer",
        counted_on,
        patent_and_event,
        small_deal,
        ("right_type", "industry", "form"),
    ),
    Rule(
        "licences",
        "licence",
        counted_on,
        patent_and_event,
        recorded,
        ("right_type", "party_type", "counter_type", "licence_kind", "industry"),
    ),
    Rule(
        "licence_contracts", "licence", counted_on, number("recordal_number"), recorded, ("party_type", "licence_kind")
    ),
    Rule(
        "university_to_sme_licences",
        "licence",
        counted_on,
        patent_and_event,
        small_deal,
        ("right_type", "licence_kind"),
    ),
    Rule("university_to_sme_deals", "transfer", counted_on, patent_and_event, small_deal, ("right_type",)),
    Rule("university_to_sme_deals", "licence", counted_on, patent_and_event, small_deal, ("right_type",)),
    Rule("pledges", "pledge", registered_on, number("registration_number"), recorded, ("collateral",)),
    Rule("pledged_patents", "pledge", registered_on, by_patent, recorded, ("right_type",)),
    Rule(
        "pledge_financing",
        "pledge",
        registered_on,
        number("registration_number"),
        recorded,
        ("collateral",),
        "secured_amount",
    ),
    Rule("pledge_enterprises", "pledge", registered_on, pledging_firms, recorded, ("collateral",)),
    *(
        Rule(series, "pledge", registered_on, pledging_firms, small_loan(series), ())
        for series in ("inclusive_loan_enterprises", "inclusive_loan_enterprises_20m")
    ),
    Rule("contracts", "contract", counted_on, number("contract_number"), in_force, ("contract_type",)),
    Rule(
        "contract_value",
        "contract",
        counted_on,
        number("contract_number"),
        in_force,
        ("contract_type", "party_type"),
        "contract_value",
    ),
    Rule(
        "patent_contract_value",
        "contract",
        counted_on,
        number("contract_number"),
        patent_related,
        ("contract_type", "party_type"),
        "contract_value",
    ),
    Rule(
        "grants",
        "legal-status",
        counted_on,
        by_patent,
        lambda event: event.phase == "granted",
        ("right_type", "party_type"),
    ),
)
INDICATORS = frozenset(rule.id for rule in RULES) | {"pledge_releases", "supply_listings", "demand_listings"}
# Dimensions that the recount knows; cells cut by others are left to the hub's own identities.
DIMENSIONS = frozenset({"area", "industry", "source", *(name for rule in RULES for name in rule.by)})
