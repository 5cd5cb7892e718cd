"""Floors of the measures on real records; skipped where the records are not."""

from __future__ import annotations

from functools import cache

import pytest

from tests.measures.all import measures
from tests.measures.measure import Measure
from tests.measures.records import folder

pytestmark = pytest.mark.skipif(folder() is None, reason="the real records are not on this machine (TONGDA_REAL_DATA)")

FLOORS = {
    "patent_numbers_complete": (44_931, 1.0),
    "credit_codes_read": (2, 1.0),
    "gazette_classifications_read": (57_967, 1.0),
    "gazette_events_read": (1_005, 1.0),
    "gazette_transfers_with_form": (24, 1.0),
    "interface_events_read": (5, 1.0),
    "vendor_column_events_read": (1_005, 1.0),
    "places_prefecture": (1_342, 1.0),
    "places_county": (1_078, 0.80),
    "industries_mapped": (596, 0.479),
    "name_spelling_recall": (10, 0.71),
    "open_licence_rows_read": (1_599, 0.996),
    "persons_masked": (62_669, 1.0),
    "organisations_public": (26_200, 0.999),
    "merge_pairs_precision": (124, 1.0),
    "merge_pairs_recall": (124, 1.0),
    "merge_doubtful_apart": (25, 1.0),
}


@cache
def measured() -> dict[str, Measure]:
    place = folder()
    assert place is not None
    return {measure.name: measure for measure in measures(place)}


@pytest.mark.parametrize("name", FLOORS)
def test_a_measure_does_not_fall_below_its_floor(name: str) -> None:
    value, share = FLOORS[name]
    measure = measured()[name]
    assert measure.value >= value and measure.share >= share, measure.as_json()


def test_no_number_is_refused_for_another_reason_than_damage_or_a_foreign_office() -> None:
    assert set(measured()["patent_numbers_read"].misses) <= {
        "patent_number_destroyed",
        "foreign_number",
        "patent_number_shape",
    }


def test_one_compared_name_never_stands_for_two_companies_of_a_vendor() -> None:
    assert measured()["name_pairs_precision"].misses["vendor_keeps_apart"] == 0


def test_thirteen_transfers_change_the_holder_and_eleven_add_a_co_owner() -> None:
    forms = measured()["gazette_transfers_with_form"].misses
    assert (forms["form whole"], forms["form entry"]) == (13, 11)
