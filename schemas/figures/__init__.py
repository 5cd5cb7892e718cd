"""The figures: what is counted, by which rule, and in which words. One entry each, in the order of display.

Contributions, points, recount, pages, API and their words follow from the entry (docs/guides/figure.md).
"""

from __future__ import annotations

from schemas.figures.contracts import CONTRACTS
from schemas.figures.deals import DEALS
from schemas.figures.grants import GRANTS
from schemas.figures.indicator import Counting, Indicator, Reads
from schemas.figures.licences import LICENCES
from schemas.figures.listings import LISTINGS
from schemas.figures.pledges import PLEDGES
from schemas.figures.subjects import SUBJECTS
from schemas.figures.transfers import TRANSFERS

__all__ = ["BY_ID", "INDICATORS", "SUBJECTS", "Counting", "Indicator", "Reads"]

INDICATORS: tuple[Indicator, ...] = (
    *TRANSFERS,
    *LICENCES,
    *DEALS,
    *PLEDGES,
    *CONTRACTS,
    *GRANTS,
    *LISTINGS,
)

BY_ID: dict[str, Indicator] = {indicator.id: indicator for indicator in INDICATORS}
