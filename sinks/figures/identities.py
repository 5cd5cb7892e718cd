"""Identities: what must hold between the cells of a release, whatever was counted. Pure.

A cell that is not published is 0. Sums are only formed where keys add up: 件 and 家 are distinct in a window and do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from schemas.figures import BY_ID, Counting
from schemas.figures.values import PROVINCE
from sinks.figures.cells import Cell, Key, name_of

# The first is a part of the second in every cell that both have: docs/figures.md#identities.
PARTS = (
    ("transferred_patents", "transfers"),
    ("university_to_sme_transfers", "transfers"),
    ("related_party_transfers", "transfers"),
    ("transfer_flows", "transfers"),  # as many, but for what was counted before flows were
    ("university_to_sme_licences", "licences"),
    ("patent_contract_value", "contract_value"),
    ("inclusive_loan_enterprises", "inclusive_loan_enterprises_20m"),
    ("inclusive_loan_enterprises_20m", "pledge_enterprises"),
)
# The first is the sum of the others.
SUMS = (("university_to_sme_deals", ("university_to_sme_transfers", "university_to_sme_licences")),)
Values = Mapping[Key, Decimal]
NAMES = (
    "not_negative",
    "areas_are_the_province",
    "categories_are_the_total",
    *(f"{part}_within_{whole}" for part, whole in PARTS),
    *(f"{whole}_is_the_sum" for whole, _ in SUMS),
)


class Broken(NamedTuple):
    """An identity that does not hold: its name, the cell, both sides, and a contribution behind it ('' when unknown)."""

    identity: str
    cell: str
    expected: str
    found: str
    contribution: str = ""


def broken(cells: Iterable[Cell]) -> list[Broken]:
    """Every identity that does not hold among these cells, cell by cell."""
    values = {cell.key: Decimal(cell.value) for cell in cells}
    return [one for check in (below_nothing, areas, categories, parts, sums) for one in check(values)]


def below_nothing(values: Values) -> Iterator[Broken]:
    """No count and no sum is negative."""
    return (Broken("not_negative", name_of(key), "≥ 0", str(value)) for key, value in values.items() if value < 0)


def areas(values: Values) -> Iterator[Broken]:
    """The prefectures and 其他 are the province."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for key, value in values.items():
        if key[1] != PROVINCE and adds_up(key):
            sums[key[0], PROVINCE, *key[2:]] += value
    yield from _compared("areas_are_the_province", sums, values, lambda key: key[1] == PROVINCE and adds_up(key))


def categories(values: Values) -> Iterator[Broken]:
    """The categories of a dimension are the total, where every event has exactly one of them."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for key, value in values.items():
        if key[2] and adds_up(key) and _divides(key):
            sums[key[0], key[1], "", key[2], *key[4:]] += value  # the dimension where the category stood
    for (indicator, area, _, dimension, *rest), value in sums.items():
        total = values.get((indicator, area, "", "", rest[0], rest[1]), Decimal(0))
        if total != value:
            cell = name_of((indicator, area, dimension, "", rest[0], rest[1]))
            yield Broken("categories_are_the_total", cell, str(total), str(value))


def parts(values: Values) -> Iterator[Broken]:
    """What is a part of another figure is not more than it."""
    for part, whole in PARTS:
        for key, value in values.items():
            if key[0] == part and not key[2] and value > (whole_value := values.get((whole, *key[1:]), Decimal(0))):
                yield Broken(f"{part}_within_{whole}", name_of(key), f"≤ {whole_value}", str(value))


def sums(values: Values) -> Iterator[Broken]:
    """A figure that is two others together is their sum in every cell without further dimensions."""
    for whole, addends in SUMS:
        cells = {key[1:] for key in values if key[0] in (whole, *addends) and not key[2]}
        for rest in sorted(cells):
            found = values.get((whole, *rest), Decimal(0))
            expected = sum((values.get((each, *rest), Decimal(0)) for each in addends), Decimal(0))
            if found != expected:
                yield Broken(f"{whole}_is_the_sum", name_of((whole, *rest)), str(expected), str(found))


def adds_up(key: Key) -> bool:
    """Its keys count once each: sums over areas and categories are the whole."""
    return BY_ID[key[0]].counting is not Counting.WINDOW


def _divides(key: Key) -> bool:
    return next(one.is_exclusive for one in BY_ID[key[0]].dimensions if one.id == key[2])


def _compared(identity: str, sums: Values, values: Values, is_whole: Callable[[Key], bool]) -> Iterator[Broken]:
    for key in sorted(sums.keys() | {key for key in values if is_whole(key)}):
        whole, found = values.get(key, Decimal(0)), sums.get(key, Decimal(0))
        if whole != found:
            yield Broken(identity, name_of(key), str(whole), str(found))
