"""The figures: what is counted, by which rule, and in which words. One entry each, in the order of display.

Contributions, points, recount, pages, API and their words follow from the entry (docs/guides/figure.md).
"""

from __future__ import annotations

from functools import cache

from schemas.figures.activities import ACTIVITIES
from schemas.figures.contracts import CONTRACTS
from schemas.figures.deals import DEALS
from schemas.figures.definition import by_id
from schemas.figures.grants import GRANTS
from schemas.figures.indicator import Counting, Indicator, Reads, phase_of
from schemas.figures.licences import LICENCES
from schemas.figures.listings import LISTINGS
from schemas.figures.pledges import PLEDGES
from schemas.figures.products import PRODUCTS
from schemas.figures.subjects import SUBJECTS
from schemas.figures.transfers import TRANSFERS

__all__ = ["BY_ID", "INDICATORS", "SUBJECTS", "Counting", "Indicator", "Reads", "phase_of", "that_read"]

INDICATORS: tuple[Indicator, ...] = (
    *TRANSFERS,
    *LICENCES,
    *DEALS,
    *PLEDGES,
    *CONTRACTS,
    *PRODUCTS,
    *GRANTS,
    *LISTINGS,
    *ACTIVITIES,
)

BY_ID: dict[str, Indicator] = by_id(INDICATORS)


@cache
def that_read(kind: str, phase: str) -> tuple[Indicator, ...]:
    """The figures that read a kind in this phase (state of a listing), or have counted it: few of all, and most phases have none."""
    return tuple(
        indicator
        for indicator in BY_ID.values()
        if phase in (*indicator.phases.get(kind, ()), *indicator.phases_over.get(kind, ()))
    )
