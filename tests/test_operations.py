"""Counted operations: the same work counts the same, every turn of a loop counts, and no stage grows with the hub."""

from __future__ import annotations

import pytest

from schemas.wire import short_hash
from tests.examples import a_transfer
from tests.hub import Hub
from tests.operations import Operations, counted

FEW, MANY = 10, 2_000


def a_patent(number: int) -> str:
    """A number of the old form, which has no check digit to compute."""
    return f"20211{number:07d}.0"


def cost_of_the_next(hub: Hub, number: int) -> Operations:
    """What the stages do for the transfer of a patent that the hub does not know yet."""
    with counted() as operations:
        hub.sight([a_transfer(a_patent(number), record=f"hn_ip_service|transfers|{number}")])
    return operations


@pytest.mark.slow
def test_the_record_of_a_new_patent_costs_the_same_among_many_patents_as_among_few() -> None:
    hub, known = Hub(), 0
    costs = []
    for known_then in (FEW, MANY):
        hub.sight(
            a_transfer(a_patent(number), record=f"hn_ip_service|transfers|{number}")
            for number in range(known, known_then)
        )
        costs.append(cost_of_the_next(hub, known_then))
        known = known_then + 1
    few, many = costs
    assert few.count > 100
    assert many.count <= 2 * few.count, many.dearest()


def test_the_same_work_counts_the_same() -> None:
    cost_of_the_next(Hub(), 0)  # fills the caches
    assert cost_of_the_next(Hub(), 0).by_code == cost_of_the_next(Hub(), 0).by_code


@pytest.mark.parametrize("turns", [10, 1000])
def test_every_turn_of_a_loop_counts(turns: int) -> None:
    with counted() as operations:
        short_hash(*["a"] * turns)
    assert turns < operations.count < 10 * turns
