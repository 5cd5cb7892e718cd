"""Expect: whether a page, and a slice, are what the definition expects (``expect`` of source.yml). Pure.

A page is checked before anything of it is published: a column that vanished, or 万元 that became 元, would be copied
faithfully and still be wrong. A row that the definition cannot read does not count here: it is published as raw and
becomes a dead letter, and many of them open the circuit. What is outside its bounds is held until a person mends the
definition or releases it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median_low

from connectors.http.messages import Failure
from connectors.poll.cursor import Window
from schemas.fields.amount import read_amount
from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.source.model import Expect
from schemas.source.reading import Reading, Statement

LEAST_ROWS = 30  # fewer prove neither a share nor a median
LEAST_DAYS, MONTH_DAYS = 28, 30


def check_page(expect: Expect, readings: Sequence[Reading]) -> None:
    """Raises Failure(``contract``): ``expect_fill``, ``expect_median``. ``readings``: of the rows of one page."""
    for ours, least in expect.fill.items() if len(readings) >= LEAST_ROWS else ():
        filled = sum(ours in reading.values for reading in readings)
        if filled < least * len(readings):
            raise Failure(
                "contract", "expect_fill", f"{ours}: {filled} of {len(readings)} rows have it, {least:.0%} must"
            )
    for ours, bounds in expect.median.items():
        low, high = (read_amount(bound).fen or 0 for bound in bounds)
        statements = [statement for reading in readings for statement in reading.statements]
        amounts = [fen for statement in statements if (fen := _fen(statement, ours))]
        if len(amounts) >= LEAST_ROWS and not low <= (middle := median_low(amounts)) <= high:
            met = f"the median of {len(amounts)} amounts is {Money.of(middle).value} 元"
            raise Failure("contract", "expect_median", f"{ours}: {met}, expected {' … '.join(bounds)}")


def check_count(expect: Expect, window: Window, rows: int) -> None:
    """The rows of a slice of a month or more. Raises Failure(``contract``): ``expect_count``."""
    if expect.per_month is None or not window.start:
        return
    days = (date.fromisoformat(window.end) - date.fromisoformat(window.start)).days + 1
    low, high = expect.per_month
    if days >= LEAST_DAYS and not low * days <= rows * MONTH_DAYS <= high * days:
        message = f"{rows} rows from {window.start} to {window.end}, expected {low} … {high} a month"
        raise Failure("contract", "expect_count", message)


def _fen(statement: Statement, ours: str) -> int | None:
    """The amount that a statement names, in 分; of a price its lower end."""
    value = getattr(statement.said, ours, None)
    amount = value.low if isinstance(value, Price) else value
    return amount.fen if isinstance(amount, Money) else None
