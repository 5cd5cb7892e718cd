"""Loans 贷款: the amount of a pledge's loan, the bands of its size, and the dated ceilings of inclusive loans 普惠性贷款."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import NamedTuple

from schemas import codes
from schemas.fields.amount import UNITS
from schemas.fields.span import in_force
from schemas.kinds.pledge import Pledge
from schemas.records.event import Event


def loan(event: Event) -> int | None:
    """The loan in 分, else what is secured; None: nobody names either."""
    pledge: Pledge = event.statement
    amount = pledge.loan_amount or pledge.secured_amount
    return None if amount is None else amount.fen


class Ceiling(NamedTuple):
    """Up to which amount, in 分, a loan counts as inclusive from a day on."""

    since: str
    fen: int


def within_ceiling(series: str) -> Callable[[Event], bool]:
    """Condition: the loan counts as inclusive by the ceilings of this series (``codes/loan_ceilings.csv``)."""
    return lambda event: is_inclusive(event, ceilings(series))


def is_inclusive(event: Event, steps: tuple[Ceiling, ...]) -> bool:
    """Each loan by itself, never a firm's sum, is not above the ceiling of the day on which it was registered.

    ``steps``: the newest first. A loan of which nobody names the amount does not count.
    """
    fen, day = loan(event), event.statement.registered_on
    ceiling = next((step.fen for step in steps if in_force(day, step.since, None)), None)
    return fen is not None and ceiling is not None and fen <= ceiling


@cache
def ceilings(series: str) -> tuple[Ceiling, ...]:
    """The ceilings of one series, the newest first."""
    return ceilings_in(codes.rows("loan_ceilings"), series)


def ceilings_in(rows: Iterable[Mapping[str, str]], series: str) -> tuple[Ceiling, ...]:
    """The ceilings that rows of the table give one series, the newest first; of one day the last row holds."""
    amounts = {
        row["from"]: int(row["ceiling"].removesuffix("万元")) * UNITS["万元"] for row in rows if row["series"] == series
    }
    return tuple(sorted((Ceiling(*each) for each in amounts.items()), reverse=True))
