"""Every measure, in the order in which it is printed."""

from __future__ import annotations

from pathlib import Path

from tests.measures.announcements import interface_answer, legal_events, vendor_column
from tests.measures.identifiers import classifications, credit_codes, patent_number_measures
from tests.measures.masking import masking
from tests.measures.matching import matching
from tests.measures.measure import Measure
from tests.measures.merging import merging
from tests.measures.open_licences import open_licences
from tests.measures.parties import name_comparison
from tests.measures.places import industries, places
from tests.measures.searching import searching


def measures(data: Path | None) -> tuple[Measure, ...]:
    """Without the real records only what needs none."""
    without = (*merging(), *searching(), *matching())
    return (*of_records(data), *without) if data else without


def of_records(data: Path) -> tuple[Measure, ...]:
    return (
        *patent_number_measures(data),
        credit_codes(data),
        classifications(data),
        *legal_events(data),
        interface_answer(data),
        vendor_column(data),
        *places(data),
        industries(data),
        *name_comparison(data),
        open_licences(data),
        *masking(data),
    )
