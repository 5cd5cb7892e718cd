"""Sums of money are published only where nobody can work out one firm's amount from them: proven, and attacked."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.figures.disclosure import Amount, Disclosed, Rule, is_safe

Table = dict[str, set[Amount]]  # the amounts behind each cell


def amounts(*fen: int) -> list[Amount]:
    return [Amount(f"{number}", f"firm {number}", each) for number, each in enumerate(fen)]


@pytest.mark.parametrize(
    ("behind", "safe"),
    [
        (amounts(), True),  # a zero tells of nobody
        (amounts(0, 0), True),
        (amounts(5), False),
        (amounts(5, 5), False),
        (amounts(5, 5, 5), True),
        (amounts(100, 50, 9), False),  # the second firm knows the first one's to 9 %
        (amounts(100, 50, 10), True),
        ([Amount("1", "firm", 5), Amount("2", "firm", 5), Amount("3", "another", 5)], False),  # firms, not records
    ],
)
def test_a_sum_is_safe_with_three_firms_of_which_none_outweighs_the_others(behind: list[Amount], safe: bool) -> None:
    assert is_safe(behind) is safe


def test_the_two_thresholds_are_those_of_the_rule() -> None:
    assert is_safe(amounts(5, 5), Rule(fewest=2, percent=0))
    assert not is_safe(amounts(5, 5, 1), Rule(fewest=3, percent=30))


def test_what_could_be_had_by_subtraction_is_withheld_with_it() -> None:
    one, others, further = amounts(5), amounts(0, 1, 2, 3)[1:], amounts(0, 0, 0, 0, 4, 5, 6)[4:]
    known = Disclosed()
    assert known.publish([*one, *others, *further])  # the province
    assert not known.publish(one)  # a prefecture with one firm
    assert known.publish(others)  # of the two others the one that is offered first,
    assert not known.publish(further)  # for both would leave the first


def test_a_total_that_rose_by_one_firm_waits_until_three_have_come() -> None:
    known, first, late = Disclosed(), amounts(1, 2, 3), amounts(0, 0, 0, 4, 5, 6)[3:]
    assert known.publish(first)
    assert not known.publish([*first, late[0]])
    assert not known.publish([*first, *late[:2]])
    assert known.publish([*first, *late])
    assert not known.publish([*first, *late[1:]])  # one was withdrawn: it would be the difference
    again = Disclosed(known.part_of)
    assert not again.publish([*first, *late[1:]]) and again.publish([*first, *late])  # what is known is kept


few = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.integers(1, 50)), max_size=12)


@settings(deadline=None)
@given(rounds=st.lists(few, max_size=3), rule=st.sampled_from((Rule(), Rule(fewest=2, percent=50))))
def test_every_part_that_readers_may_know_stays_safe(rounds: list[list[tuple[int, int, int, int]]], rule: Rule) -> None:
    known, held = Disclosed(rule=rule), []
    for number, each in enumerate(rounds):
        held += [
            (Amount(f"{number}.{n}", f"{firm}", fen), area, month) for n, (firm, area, month, fen) in enumerate(each)
        ]
        for name, cell in table(held).items():
            if known.publish(cell):
                parts = {known.part_of[amount] for amount in cell}
                assert set().union(*(known.parts[part] for part in parts)) == cell, name
        assert all(is_safe(part, rule) for part in known.parts.values())
        assert {amount: part for part, those in known.parts.items() for amount in those} == known.part_of


def table(held: list[tuple[Amount, int, int]]) -> Table:
    """All sums of areas and months, the largest first."""
    cells: Table = defaultdict(set)
    for amount, area, month in held:
        for name in product(("all", f"area {area}"), ("year", f"month {month}")):
            cells[" ".join(name)].add(amount)
    return dict(sorted(cells.items(), key=lambda cell: (-len(cell[1]), cell[0])))


def careless(known: Disclosed, cell: set[Amount]) -> bool:
    """A rule that withholds unsafe cells and nothing else."""
    return is_safe(cell)


@pytest.mark.slow
def test_an_attacker_with_all_published_sums_bounds_no_sum_of_few_firms_within_ten_percent() -> None:
    """Linear programming over every cell of three vintages; the attacker knows who stands behind each, and not how much."""
    found = [attacked(seed, Disclosed.publish) for seed in range(4)]
    assert [bounded for bounded, _ in found] == [[]] * 4
    assert sum(withheld for _, withheld in found) > 50  # there was something to attack
    assert attacked(0, careless)[0]  # and the attacker can do it


def attacked(seed: int, publish: Callable[[Disclosed, set[Amount]], bool]) -> tuple[list[str], int]:
    """The unsafe cells that the attacker bounds within 10 %, and how many there were."""
    import numpy
    from scipy.optimize import linprog

    chance = random.Random(seed)
    known, told, withheld = Disclosed(), [], []
    held: list[tuple[Amount, int, int]] = []
    for vintage in range(3):
        for number in range(chance.randint(1, 15)):
            fen = int(chance.lognormvariate(8, 1.5)) + 1
            found = Amount(f"{vintage}.{number}", f"firm {chance.randint(0, 9)}", fen)
            held.append((found, chance.randint(0, 3), chance.randint(0, 2)))
        for name, cell in table(held).items():
            if publish(known, cell):
                told.append(cell)
            elif not is_safe(cell):
                withheld.append((f"{name} at {vintage}", cell))
    every = [amount for amount, _, _ in held]
    rows = numpy.array([[amount in cell for amount in every] for cell in told], dtype=float).reshape(-1, len(every))
    sums = [float(sum(amount.fen for amount in cell)) for cell in told]
    found = []
    for name, cell in withheld:
        aim = numpy.array([amount in cell for amount in every], dtype=float)
        value = sum(amount.fen for amount in cell)
        low, high = (linprog(sign * aim, A_eq=rows, b_eq=sums, bounds=(0, None)) for sign in (1, -1))
        if low.status == high.status == 0 and low.fun > 0.9 * value and -high.fun < 1.1 * value:
            found.append(name)
    return found, len(withheld)
