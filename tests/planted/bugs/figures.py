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
        "int(float(self.value.lstrip('-')) * 100)",
        ("tests/schemas/test_promises.py::test_an_amount_comes_back_from_the_wire_to_the_last_fen",),
    ),
    Bug(
        "None as 0",
        "a contract without a value counts as one of 0 元",
        "streams.figures.cells:lone_share",
        "addend.fen is not None and indicator.amount is not None",
        "indicator.amount is not None",
        (f"{COUNTING}test_an_amount_that_nobody_named_is_not_nothing",),
    ),
    Bug(
        "delta statistics",
        "a point says what changed and not what is",
        "streams.figures.points:Breakdown.point",
        "str(now.keys)",
        "str(min(1, now.keys))",
        ("tests/streams/test_worked_example.py",),
    ),
    Bug(
        "件 summed over months",
        "a patent sold in two months counts in one of them only",
        "schemas.figures.transfers:TRANSFERS",
        "Counting.WINDOW",
        "Counting.ONCE",
        (f"{COUNTING}test_a_patent_sold_in_two_months_is_one_patent_in_each_and_one_in_the_year",),
    ),
    Bug(
        "money of every statement added up",
        "one pledge of two patents is worth twice its loan",
        "streams.figures.cells:Group.weight",
        "self.naming[0][2]",
        "sum(one[2] for one in self.naming)",
        (f"{COUNTING}test_one_pledge_of_two_patents_has_its_money_once",),
    ),
)
