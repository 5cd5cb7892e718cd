"""Each identity, broken on purpose, is named with its cell."""

from __future__ import annotations

import pytest

from sinks.figures.cells import Cell, Change, changes, name_of, written
from sinks.figures.identities import Broken, broken


def a_cell(indicator: str = "transfers", value: str = "1", **more: str) -> Cell:
    """A count of one month; ``more``: area, dimension, category, period."""
    return Cell(
        indicator=indicator,
        area=more.get("area", "430000"),
        dimension=more.get("dimension", ""),
        category=more.get("category", ""),
        accumulation="period",
        period=more.get("period", "2025-03"),
        value=value,
        unit="次",
        status="P",
        coverage="",
        contributions=int(float(value)),
        flags="",
        def_version=1,
        as_of="2025-03-10T00:00:00+08:00",
        synthetic=False,
    )


SOUND = [
    a_cell(value="3"),
    a_cell(value="2", area="430100"),
    a_cell(value="1", area="OTHER"),
    a_cell(value="2", dimension="right_type", category="invention"),
    a_cell(value="1", dimension="right_type", category="design"),
    a_cell(value="2", area="430100", dimension="right_type", category="invention"),
    a_cell(value="1", area="OTHER", dimension="right_type", category="design"),
    a_cell("transferred_patents", "2"),
    a_cell("transferred_patents", "2", area="430100"),
    a_cell("transferred_patents", "1", area="OTHER"),  # 件 in a window: a patent may be sold in both
]


def test_what_adds_up_is_sound() -> None:
    assert broken(SOUND) == []


@pytest.mark.parametrize(
    ("instead", "found"),
    [
        (
            a_cell(value="3", area="430100"),
            {
                Broken("areas_are_the_province", "transfers:430000:period:2025-03", "3", "4"),
                Broken("categories_are_the_total", "transfers:430100:right_type:period:2025-03", "3", "2"),
            },
        ),
        (
            a_cell(value="2", dimension="right_type", category="design"),
            {
                Broken("areas_are_the_province", "transfers:430000:right_type:design:period:2025-03", "2", "1"),
                Broken("categories_are_the_total", "transfers:430000:right_type:period:2025-03", "3", "4"),
            },
        ),
        (
            a_cell("transferred_patents", "4"),
            {
                Broken("transferred_patents_within_transfers", "transferred_patents:430000:period:2025-03", "≤ 3", "4"),
            },
        ),
        (
            a_cell("transferred_patents", "-1", area="OTHER"),
            {Broken("not_negative", "transferred_patents:OTHER:period:2025-03", "≥ 0", "-1")},
        ),
        (
            a_cell("university_to_sme_licences", "1", area="430100"),
            {
                Broken("areas_are_the_province", "university_to_sme_licences:430000:period:2025-03", "0", "1"),
                Broken(
                    "university_to_sme_licences_within_licences",
                    "university_to_sme_licences:430100:period:2025-03",
                    "≤ 0",
                    "1",
                ),
                Broken("university_to_sme_deals_is_the_sum", "university_to_sme_deals:430100:period:2025-03", "1", "0"),
            },
        ),
    ],
    ids=["areas", "categories", "part", "negative", "sum"],
)
def test_an_identity_that_does_not_hold_is_named_with_its_cell(instead: Cell, found: set[Broken]) -> None:
    cells = {cell.key: cell for cell in SOUND} | {instead.key: instead}
    assert set(broken(cells.values())) == found


def test_events_with_several_industries_need_not_add_up() -> None:
    assert broken([a_cell(value="0"), a_cell(value="0", dimension="industry", category="T1")]) == []
    assert broken([a_cell("supply_listings", "1", period="current"), *_of_two_industries()]) == []


def test_two_firms_may_file_one_product_together() -> None:
    filed = [("product_recordals", "1"), ("product_enterprises", "2")]
    areas = ("430000", "430100")
    assert broken([a_cell(name, value, period="current", area=area) for name, value in filed for area in areas]) == []


def _of_two_industries() -> list[Cell]:
    of = {"period": "current", "dimension": "industry"}
    listing = a_cell("supply_listings", "1", period="current", area="430100")
    industries = [
        a_cell("supply_listings", "1", area=area, category=category, **of)
        for area in ("430000", "430100")
        for category in ("T1", "N2")
    ]
    return [listing, *industries]


def test_equal_cells_give_equal_bytes_in_any_order() -> None:
    assert written(SOUND) == written(reversed(SOUND))
    assert written(SOUND).splitlines()[1] == (
        b"transferred_patents,430000,,,period,2025-03,2,\xe6\xac\xa1,P,,2,,1,2025-03-10T00:00:00+08:00,False"
    )


def test_every_change_between_two_releases_has_its_cause() -> None:
    first = a_cell(value="3")
    cases = [
        (first._replace(value="4", contributions=4), "late"),
        (first._replace(value="2", contributions=2), "withdrawn"),
        (first._replace(value="2"), "correction"),
        (first._replace(value="2", contributions=9, def_version=2), "definition"),
    ]
    for second, cause in cases:
        assert changes([first], [second]) == [Change(name_of(first.key), "3", second.value, cause)]
    assert changes([first], []) == [Change(name_of(first.key), "3", None, "withdrawn")]
    assert changes([], [first]) == [Change(name_of(first.key), None, "3", "late")]
    assert changes([first], [first._replace(as_of="2025-04-01T00:00:00+08:00")]) == []
