"""Contributions 计入量: what an event or a listing adds to each figure (tongda.contribution). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.figures import Indicator, phase_of, that_read
from schemas.figures.dimensions import AREA, Dimension
from schemas.records.contribution import Contribution
from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.records.sighting import Sighting


def spread(found: Event | Listing, members: Sequence[Sighting]) -> list[Contribution]:
    """What it adds to each figure that it counts in; ``members``: the sightings behind it, the most trusted first."""
    reading = that_read(found.kind, phase_of(found))
    if not reading:
        return []
    counting = [
        (one, day) for one in reading if one.admits(found, day := one.day_of(found)) and has_place(one, found, day)
    ]
    cuts = Cuts(found)
    if not counting:
        return []
    return [
        contribution(indicator, distinct, day, cuts, members)
        for indicator, day in counting
        if cuts[indicator.area]
        for distinct in indicator.distinct(found)
    ]


def has_place(indicator: Indicator, found: Event | Listing, day: str | None) -> bool:
    """It counts now, or it did from a known day to a known day."""
    if phase_of(found) in indicator.phases.get(found.kind, ()):
        return True
    return day is not None and indicator.ended_on(found) is not None


class Cuts(dict[Dimension, str]):
    """The values of an event's dimensions, each read once however many figures are cut by it.

    Several values of a dimension are joined by ``;`` and the event counts in each.
    """

    def __init__(self, found: Event | Listing) -> None:
        self.found = found

    def __missing__(self, dimension: Dimension) -> str:
        value = self[dimension] = ";".join(dimension.cut(self.found))
        return value


def contribution(
    indicator: Indicator, distinct: str, day: str | None, cuts: Cuts, members: Sequence[Sighting]
) -> Contribution:
    """What the event behind these cuts adds to one figure under one distinct key."""
    found = cuts.found
    amount = getattr(found.statement, indicator.amount) if indicator.amount and isinstance(found, Event) else None
    return Contribution(
        indicator=indicator.id,
        distinct=distinct,
        event=found.id,
        revision=found.revision,
        live=phase_of(found) in indicator.phases[found.kind],
        occurred_on=day,
        until=indicator.ended_on(found),
        dimensions={
            AREA.id: cuts[indicator.area],
            **{dimension.id: cuts[dimension] for dimension in indicator.dimensions},
        },
        amount=amount,
        amount_missing=indicator.amount is not None and amount is None,
        authority=authority_of(indicator, members),
        received_at=found.received_at,
        synthetic=found.synthetic,
    )


def authority_of(indicator: Indicator, members: Sequence[Sighting]) -> str:
    """The authority behind the amount: of the most trusted sighting that names one."""
    if not indicator.amount:
        return members[0].authority
    naming = (sighting for sighting in members if getattr(sighting.statement, indicator.amount) is not None)
    return next(naming, members[0]).authority
