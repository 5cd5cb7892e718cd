"""A figure is exact: money to the last 分, each distinct key once, nothing invented."""

from __future__ import annotations

from tests.planted.bug import Bug

COUNTING = "tests/streams/test_counting.py::"

BUGS = (
    Bug(
        "float money",
        "large amounts lose 分",
        "schemas.fields.money:Money.fen",
        "int(digits) * 100 + int(rest.ljust(2, '0'))",
        "abs(int(float(self.value) * 100))",
        ("tests/schemas/test_promises.py::test_an_amount_comes_back_from_the_wire_to_the_last_fen",),
    ),
    Bug(
        "None as 0",
        "a transfer without a price counts as one for 0 元",
        "streams.figures.contributions:contribution",
        "amount_missing=indicator.amount is not None and amount is None",
        "amount_missing=False",
        (f"{COUNTING}test_an_amount_that_nobody_named_is_not_nothing",),
    ),
    Bug(
        "delta statistics",
        "a point says what changed and not what is",
        "streams.figures.points:point",
        "str(weight.keys)",
        "str(min(1, weight.keys))",
        ("tests/streams/test_worked_example.py",),
    ),
    Bug(
        "件 summed over months",
        "a patent sold in two months counts in one of them only",
        "streams.figures.cells:COUNTING",
        "window",
        "once",
        (f"{COUNTING}test_a_patent_sold_in_two_months_is_one_patent_in_each_and_one_in_the_year",),
    ),
    Bug(
        "money of every statement added up",
        "one pledge of two patents is worth twice its loan",
        "streams.figures.cells:weight_of",
        "min(named)[2]",
        "sum(fen for *_, fen in named)",
        (f"{COUNTING}test_one_pledge_of_two_patents_has_its_money_once",),
    ),
)
