"""Figures of the right itself: grants 授权."""

from __future__ import annotations

from schemas.figures.dimensions import PARTY_TYPE, RIGHT_TYPE
from schemas.figures.distinct import patent
from schemas.figures.indicator import Indicator, Reads
from schemas.figures.subjects import OTHER
from schemas.figures.units import Unit
from schemas.kinds.legal_status import LegalStatus
from schemas.words import Term

GRANTS = (
    Indicator(
        id="grants",
        label=Term("专利授权量", "Patents granted"),
        definition=Term("公告授权的专利件数。", "Patents announced as granted."),
        unit=Unit.PATENTS,
        subject=OTHER,
        reads=(Reads(LegalStatus, ("granted",)),),
        distinct=patent,
        dimensions=(RIGHT_TYPE, PARTY_TYPE),
    ),
)
