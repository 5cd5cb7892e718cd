"""Stocks at the ends of past periods: by the days of the events, in whatever order, number or split these were heard of."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.records.contribution import Contribution
from schemas.topics import CONTRIBUTION
from schemas.wire import encode, load
from streams.rebuild.compare import substance
from tests.examples import D, a_pledge, worked_example
from tests.hub import Hub
from tests.recount import standing
from tests.streams.test_laws import laws, worlds

CHANGSHA = "area=430100"
STOCKS = ("pledges_outstanding", "pledged_patents_outstanding", "pledge_financing_outstanding")
ENDS = {
    "2025-02": ("0", "0", "0"),
    "2025-03": ("1", "3", "5000000.00"),
    "2025-04": ("2", "4", "8000000.00"),
    "2025-05": ("2", "3", "8000000.00"),
    "2025-06": ("1", "2", "5000000.00"),
}
MONTHS = ("2025-02", "2025-03", "2025-04", "2025-05", "2025-12", "2026-01")
Series = dict[str, dict[str, str]]


def heard(hub: Hub) -> list[Contribution]:
    return [load(Contribution, record.value or b"") for record in hub.log(CONTRIBUTION.name)]


def series(hub: Hub) -> Series:
    told = heard(hub)
    return {month: {cell: counted.value for cell, counted in standing(told, month).items()} for month in MONTHS}


def ends(hub: Hub) -> dict[str, tuple[str, ...]]:
    told = heard(hub)
    found = {month: standing(told, month) for month in ENDS}
    return {
        month: tuple(cells[key].value if (key := f"{name}:{CHANGSHA}:{month}") in cells else "0" for name in STOCKS)
        for month, cells in found.items()
    }


def test_the_worked_example_has_its_stocks_at_the_end_of_each_month_forwards_and_backwards() -> None:
    assert ends(Hub().sight(worked_example(), 3)) == ENDS
    assert ends(Hub().sight(reversed(worked_example()), 1)) == ENDS


def test_a_registration_whose_day_is_corrected_moves_in_the_series_though_it_was_released_long_ago() -> None:
    hub = Hub().sight(worked_example())
    hub.sight([a_pledge(D, "Y2025430000013", on="2025-03-02", sequence=2)])
    assert ends(hub)["2025-03"] == ("2", "4", "8000000.00")
    assert ends(hub)["2025-06"] == ENDS["2025-06"]


def test_what_was_released_on_no_known_day_or_registered_on_none_is_in_no_past_stock() -> None:
    for day in (None, "2025-05-08"):
        assert not any(
            one.until for one in heard(Hub().sight([a_pledge(D, "Y1", on=None, phase="released", released_on=day)]))
        )
    undated = Hub().sight([a_pledge(D, "Y1"), a_pledge(D, "Y1", on=None, phase="released")])
    assert series(undated) == {month: {} for month in MONTHS}


def test_what_has_ended_differs_between_generations_by_its_days_and_what_was_withdrawn_is_gone() -> None:
    (one,) = [
        each
        for each in heard(Hub().sight(worked_example()))
        if each.key.startswith("pledges_outstanding|") and each.until
    ][:1]
    assert not one.live and substance(CONTRIBUTION.name, encode(one)) is not None
    gone = encode(Contribution(**{**{name: getattr(one, name) for name in one.__struct_fields__}, "until": None}))
    assert substance(CONTRIBUTION.name, gone) is None


@laws
@given(worlds, st.randoms(), st.integers(1, 5))
def test_any_order_repetition_and_split_of_the_same_sightings_gives_the_same_series(
    world: list[dict[str, Any]], chance: random.Random, batch: int
) -> None:
    shuffled = [*world, *chance.sample(world, len(world) // 2)]
    chance.shuffle(shuffled)
    assert series(Hub().sight(shuffled, batch)) == series(Hub().sight(world))
