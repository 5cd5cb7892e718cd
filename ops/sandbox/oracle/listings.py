"""The expected supply and demand listings: state, area, price basis. Part of the oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ops.sandbox.oracle.events import Event, by_authority
from ops.sandbox.oracle.truth import Statement, name_key, short_hash
from ops.sandbox.world.industries import industries_of

ENDED = {
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
# Among announcements of one day, what ends comes after what begins; all others lie between.
ORDER_WITHIN_A_DAY = {"preserved": 0, "preservation_lifted": 1, "restored": 3}


@dataclass
class Listing:
    """One expected listing; ``basis`` is how the price is meant, empty for a demand."""

    id: str
    kind: str
    state: str
    area: str | None
    basis: str
    industries: tuple[str, ...]
    sources: tuple[str, ...]


def supply_listing(patent: str, statements: list[Statement], events: list[Event]) -> Listing:
    """The offer of a patent. Its legal status decides first, then a transfer of the whole, then the platforms."""
    ranked = [statement.fact for statement in by_authority(statements)]
    posted = max(statement.fact["posted_on"] for statement in statements)
    if is_ended_or_preserved(events):
        state = "withdrawn"
    elif any(sells_whole(event, posted) for event in events):
        state = "concluded"
    else:
        state = platform_state(statements)
    return Listing(
        f"supply:{short_hash('supply', patent)}",
        "supply",
        state,
        first(fact.get("area") for fact in ranked) or first(fact["owner"].get("region") for fact in ranked),
        first(fact["price"]["basis"] for fact in ranked if fact.get("price")) or "unknown",
        tuple(sorted({one for fact in ranked for one in fact["industries"]}))
        or industries_of(first(fact.get("ipc") for fact in ranked) or ""),
        sources(statements),
    )


def first(values: Iterable[str | None]) -> str | None:
    """The first value that is one."""
    return next((value for value in values if value), None)


def is_ended_or_preserved(events: list[Event]) -> bool:
    """Whether the right has ended, or a court preserves it, after all announcements of its legal status."""
    announced = [event for event in events if event.kind == "legal-status"]
    announced.sort(key=lambda event: (event.day or "", ORDER_WITHIN_A_DAY.get(event.phase, 2)))
    ended = preserved = False
    for event in announced:
        ended = event.phase in ENDED or (ended and event.phase != "restored")
        preserved = event.phase == "preserved" or (preserved and event.phase != "preservation_lifted")
    return ended or preserved


def sells_whole(event: Event, posted: str) -> bool:
    """Whether an event transfers the whole right on or after the day of posting: a sale, or a contribution to a company."""
    whole = event.kind == "equity" or (event.kind == "transfer" and event.fact.get("form", "whole") == "whole")
    day = event.day or event.fact.get("signed_on") or event.fact.get("announced_on") or ""
    return whole and day >= posted


def demand_listings(owner: str, statements: list[Statement]) -> list[Listing]:
    """One listing for each title of an owner, whichever platforms post it."""
    by_title: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_title[name_key(statement.fact["title"])].append(statement)
    return [demand_listing(owner, title, members) for title, members in by_title.items()]


def demand_listing(owner: str, title: str, statements: list[Statement]) -> Listing:
    """One demand; its area is the one stated, else the owner's place."""
    ranked = by_authority(statements)
    stated = next((statement.fact["area"] for statement in ranked if statement.fact["area"]), None)
    return Listing(
        f"demand:{short_hash('demand', owner, title)}",
        "demand",
        platform_state(statements),
        stated or ranked[0].fact["owner"].get("region"),
        "",
        tuple(sorted({one for statement in statements for one in statement.fact["industries"]})),
        sources(statements),
    )


def platform_state(statements: list[Statement]) -> str:
    """Concluded or reserved if one platform states it, withdrawn only if all do."""
    phases = {statement.fact["phase"] for statement in statements}
    return next(
        (phase for phase in ("concluded", "reserved") if phase in phases),
        "withdrawn" if phases == {"withdrawn"} else "open",
    )


def sources(statements: list[Statement]) -> tuple[str, ...]:
    """The platforms of these statements, sorted."""
    return tuple(sorted({statement.record[0] for statement in statements}))
