"""Expect: whether rows, and a slice, are what the definition expects (``expect`` of source.yml). Pure.

Rows are judged before they are published: a column that vanished, or 万元 that became 元, would be copied faithfully and
still be wrong. A row that the definition cannot read does not count here: it is published as raw and becomes a dead
letter, and many of them open the circuit. What is outside its bounds is held until a person mends the definition or
releases it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import exp, log
from statistics import median_low

from connectors.http.messages import Failure
from connectors.poll.cursor import Window
from schemas.fields.amount import read_amount
from schemas.fields.money import Money
from schemas.fields.price import Price
from schemas.source.model import Expect
from schemas.source.reading import Reading, Statement

LEAST_ROWS = 30  # fewer prove neither a share nor a median by themselves
LEAST_AMOUNTS = 10  # of fewer not even all may be outside the bounds
CHANCE = 1e-6  # how probable a share may be at least, in rows drawn from a list that is as it should be
LEAST_DAYS, MONTH_DAYS = 28, 30


def check_rows(expect: Expect, readings: Sequence[Reading]) -> None:
    """Raises Failure(``contract``): ``expect_fill``, ``expect_median``.

    Of fewer than 30 rows a share counts only when chance cannot explain it, and amounts only when all of them are on
    one side of the bounds.
    """
    number = len(readings)
    for ours, least in expect.fill.items():
        filled = sum(ours in reading.values for reading in readings)
        if filled < least * number and (number >= LEAST_ROWS or is_improbable(filled, number, least)):
            raise Failure("contract", "expect_fill", f"{ours}: {filled} of {number} rows have it, {least:.0%} must")
    for ours, bounds in expect.median.items():
        low, high = (read_amount(bound).fen or 0 for bound in bounds)
        amounts = amounts_of(readings, ours)
        if len(amounts) < LEAST_AMOUNTS or low <= (middle := median_low(amounts)) <= high:
            continue
        if len(amounts) >= LEAST_ROWS or min(amounts) > high or max(amounts) < low:
            met = f"the median of {len(amounts)} amounts is {Money.of(middle).value} 元"
            raise Failure("contract", "expect_median", f"{ours}: {met}, expected {' … '.join(bounds)}")


def is_improbable(found: int, number: int, share: float) -> bool:
    """So few of ``number`` rows, where ``share`` of all rows have it, are no chance (bound of Chernoff and Hoeffding)."""
    share = min(max(share, 0.001), 0.999)
    met = found / number if number else share
    if met >= share:
        return False
    distance = (met * log(met / share) if met else 0.0) + (1 - met) * log((1 - met) / (1 - share))
    return exp(-number * distance) < CHANCE


def amounts_of(readings: Sequence[Reading], ours: str) -> list[int]:
    """The amounts that the rows name in one of our fields, in 分."""
    statements = (statement for reading in readings for statement in reading.statements)
    return [fen for statement in statements if (fen := _fen(statement, ours))]


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
