"""Shares and differences of figures: of what is published, rounded as the bureau's workbooks round, of nothing none."""

from __future__ import annotations

from decimal import Decimal

from schemas.figures import BY_ID, Counting
from schemas.figures.derived import DERIVED
from schemas.figures.units import Unit

OF = {each.id: each for each in DERIVED}


def test_a_side_is_a_published_figure_with_the_dimension_it_holds() -> None:
    for each in DERIVED:
        sides = [BY_ID[side.indicator] for side in (each.first, each.second)]
        for side, indicator in zip((each.first, each.second), sides, strict=True):
            words = {dimension.id: dimension.values for dimension in indicator.dimensions}
            assert len(side.held) < 2 and all(value in words[name] for name, value in side.held.items())
            assert indicator.counting is not Counting.STOCK
        assert sides[0].unit == sides[1].unit == (sides[0].unit if each.unit is Unit.PERCENT else each.unit)
        assert each.id not in BY_ID and each.definition.zh.endswith("。") and each.definition.en.endswith(".")
    assert len(OF) == len(DERIVED)


def test_a_share_is_rounded_half_up_from_unrounded_values_and_a_share_of_nothing_is_none() -> None:
    """2021: 71.8 % inclusive items cannot be had from the printed 1.1 and 1.5万家, which give 73.3."""
    share = OF["inclusive_loan_share"]
    pairs = ((1, 3), (1, 800), (0, 7), (7, 7), (0, 0), (11_000, 15_000))
    found = [share.of(*map(Decimal, pair)) for pair in pairs]
    assert [None if each is None else str(each) for each in found] == ["33.3", "0.1", "0.0", "100.0", None, "73.3"]


def test_a_net_flow_may_be_below_nothing() -> None:
    assert OF["transfer_net"].of(Decimal(3), Decimal(5)) == -2
