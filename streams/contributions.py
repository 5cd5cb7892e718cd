"""Contributions: spread an event or a card over the indicators it counts in (tongda.contribution). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streams.identity import Seen
from streams.indicators import OF_KIND, Cut, Document, Indicator, area


def spread(document: Document, members: Sequence[Seen]) -> list[dict[str, Any]]:
    """What this event or card adds to each indicator, in its published form (``schemas.records.statistic.Contribution``)."""
    place = area(document)
    if place is None:
        return []
    phase, cuts = document.get("phase"), Cuts(document)
    return [
        contribution(indicator, distinct, place, cuts, members)
        for indicator in OF_KIND[document["kind"]]
        if (not indicator.reads[document["kind"]] or phase in indicator.reads[document["kind"]])
        and (indicator.additivity == "s" or indicator.complete or day_of(indicator, document))
        and indicator.when(document)
        for distinct in distinct_keys(indicator, document)
    ]


def distinct_keys(indicator: Indicator, document: Document) -> tuple[str, ...]:
    """What counts once behind this event: one key, or one for each party that the figure counts."""
    found = indicator.distinct(document)
    return (found,) if isinstance(found, str) else found


def day_of(indicator: Indicator, document: Document) -> str | None:
    """The day on which the event counts for this indicator."""
    if indicator.additivity == "s":
        return None
    day = document["statement"].get(indicator.day) if indicator.day else document.get("occurred_on")
    return str(day) if day else None


class Cuts(dict[Cut, str]):
    """The values of a document's dimensions, each worked out once however many indicators are cut by it.

    Several values of a dimension are joined by ``;`` and the key counts in each.
    """

    def __init__(self, document: Document) -> None:
        self.document = document

    def __missing__(self, cut: Cut) -> str:
        value = self[cut] = ";".join(cut(self.document))
        return value


def contribution(
    indicator: Indicator, distinct: str, place: str, cuts: Cuts, members: Sequence[Seen]
) -> dict[str, Any]:
    """What the document behind these cuts adds to one indicator under one distinct key."""
    document = cuts.document
    made: dict[str, Any] = {
        "indicator": indicator.id,
        "distinct": distinct,
        "event": document["id"],
        "revision": document["revision"],
        "live": True,
        "dimensions": {"area": place, **{name: cuts[cut] for name, cut in indicator.by.items()}},
        "amount_missing": False,
        "authority": trusted(indicator, members),
        "received_at": document["received_at"],
        "synthetic": document["synthetic"],
    }
    if day := day_of(indicator, document):
        made["occurred_on"] = day
    if indicator.amount:
        amount = document["statement"].get(indicator.amount)
        if amount is None:
            made["amount_missing"] = True
        else:
            made["amount"] = amount
    return made


def key_of(contribution: dict[str, Any]) -> str:
    return f"{contribution['indicator']}|{contribution['distinct']}|{contribution['event']}"


def trusted(indicator: Indicator, members: Sequence[Seen]) -> str:
    """The authority behind the amount: of the most trusted statement (they come in this order) that names one."""
    naming = (seen for seen in members if indicator.amount and seen["statement"].get(indicator.amount))
    return str(next(naming, members[0])["authority"])
