"""Figures recounted from the expected events and listings: every cell of every figure that has a rule. Part of the oracle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ops.sandbox.oracle.events import Event
from ops.sandbox.oracle.expected import Expected
from ops.sandbox.oracle.figure_rules import RULES, Rule, cuts
from ops.sandbox.oracle.listings import Listing
from ops.sandbox.oracle.places import PROVINCE, area, prefecture

Cell = tuple[str, tuple[tuple[str, str], ...], str]  # indicator, dimensions, period
RELEASES = "pledge_releases"
STOCKS = {"supply": "supply_listings", "demand": "demand_listings"}
INDICATORS = frozenset(rule.id for rule in RULES) | {RELEASES, *STOCKS.values()}


@dataclass
class Cells:
    """The distinct keys that count in each cell, with their amounts."""

    amounts: defaultdict[Cell, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(
        self,
        indicator: str,
        place: str | None,
        dimensions: Iterable[tuple[str, str]],
        periods: Iterable[str],
        key: str,
        amount: int = 1,
    ) -> None:
        """One key into every cell it belongs to: place and province, alone and with one further dimension."""
        if place is None:
            return
        further = [(), *((dimension,) for dimension in dimensions)]
        for period in periods:
            for where in (place, PROVINCE):
                for more in further:
                    cell = indicator, tuple(sorted((("area", where), *more))), period
                    self.amounts[cell].setdefault(key, amount)

    def values(self) -> dict[Cell, int]:
        """Value of each cell that is not zero."""
        return {cell: value for cell, amounts in self.amounts.items() if (value := sum(amounts.values()))}


def recount(expected: Expected) -> dict[Cell, int]:
    """Value of each cell that is not zero; money in 分."""
    cells = Cells()
    for rule in RULES:
        counted = [event for event in expected.counted.values() if event.kind == rule.kind and rule.when(event)]
        if rule.stock:
            for key, event, amount in standing(rule, counted):
                cells.add(rule.id, area(event), cuts(event, rule.by), ("current",), key, amount)
            continue
        for event in counted:
            if day := rule.day(event):
                for key in rule.keys(event):
                    cells.add(
                        rule.id, rule.place(event), cuts(event, rule.by), (day[:7], day[:4]), key, weight(rule, event)
                    )
    for number, day, members in released(expected.counted.values()):
        for event in members:
            cells.add(RELEASES, area(event), cuts(event, ("collateral",)), (day[:7], day[:4]), number)
    for listing in expected.listings.values():
        if listing.state in ("open", "reserved"):
            where, cut_by = prefecture(listing.area), cuts_of_listing(listing)
            cells.add(STOCKS[listing.kind], where, cut_by, ("current",), listing.id)
    return cells.values()


def weight(rule: Rule, event: Event) -> int:
    """What a key adds: one, or its money."""
    return (event.fact.get(rule.amount) or 0) if rule.amount else 1


def standing(rule: Rule, counted: Iterable[Event]) -> Iterator[tuple[str, Event, int]]:
    """Each key of a stock once, where its earliest event has it, with the money of the most trusted."""
    behind: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(counted, key=lambda event: (event.day or "", event.rank, event.id)):
        if area(event):
            for key in rule.keys(event):
                behind[key].append(event)
    for key, events in behind.items():
        naming = [event for event in events if rule.amount and event.fact.get(rule.amount)]
        yield key, events[0], weight(rule, min(naming, key=lambda event: event.rank, default=events[0]))


def released(events: Iterable[Event]) -> Iterator[tuple[str, str, list[Event]]]:
    """Registrations whose last patent has been released: number, day of that release, events."""
    by_number: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.kind == "pledge":
            by_number[event.fact.get("registration_number") or event.id].append(event)
    for number, members in by_number.items():
        days = [event.fact.get("released_on") for event in members]
        if all(days):
            yield number, max(day for day in days if day), members


def cuts_of_listing(listing: Listing) -> list[tuple[str, str]]:
    """The values of a listing in its dimensions."""
    return [
        *(("industry", industry) for industry in listing.industries or ("unmapped",)),
        *(("source", source) for source in listing.sources),
    ]
