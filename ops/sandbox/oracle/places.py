"""Where events count: the place of whoever gives, of whoever takes. Part of the oracle."""

from __future__ import annotations

from collections.abc import Sequence

from ops.sandbox.oracle.events import Event
from ops.sandbox.oracle.truth import Fact

PROVINCE, OTHER, OUTSIDE = "430000", "OTHER", "outside"


def prefecture(region: str | None) -> str | None:
    """The prefecture of a division of Hunan; OTHER for the province itself; None elsewhere."""
    if not region or not region.startswith("43"):
        return None
    return OTHER if region == PROVINCE else f"{region[:4]}00"


def area(event: Event) -> str | None:
    """The prefecture of the first giver in Hunan; OTHER when only the province is known; None when no giver is in Hunan."""
    alone = [event.fact[role] for role in ("organiser", "enterprise") if role in event.fact]
    return in_hunan(event.fact.get("givers") or alone)


def in_hunan(parties: Sequence[Fact]) -> str | None:
    return next((found for party in parties if (found := prefecture(party.get("region")))), None)


def counter_area(event: Event) -> str:
    """Where the taker is: a prefecture, outside of Hunan, or nobody knows."""
    takers: list[Fact] = event.fact.get("takers", [])
    elsewhere = OUTSIDE if any(taker.get("region") for taker in takers) else "unknown"
    return in_hunan(takers) or elsewhere


def entered(event: Event) -> str | None:
    """The prefecture into which a right comes from another province; None when it comes from Hunan, or from nobody knows where."""
    givers: list[Fact] = event.fact.get("givers", [])
    if in_hunan(givers) or not any(giver.get("region") for giver in givers):
        return None
    return in_hunan(event.fact.get("takers", []))
