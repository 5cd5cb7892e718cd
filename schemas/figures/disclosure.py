"""Disclosure control 统计保密: which sums of money may be published so that nobody can work out one firm's amount. Pure.

A sum is *safe* when enough firms stand behind it and none of them, nor the largest but one, can estimate the largest
amount closely. Sums overlap: a month is part of a year, a prefecture of the province, today's total of yesterday's. So
``Disclosed`` keeps what readers can know at most: a division of all amounts into parts, of each of which they may know the
sum. A new sum divides parts that lie across its border; it is published only when every part that comes about is safe.

That is stricter than solving for what can be computed: whoever knows all published sums, of every cut and every day, knows at
most the sums of the parts, and each of these is safe. No search and no solver is needed, and the order decides
alone: what is offered first is published first.

Sources: Statistics Law 统计法 art. 25 (2009), data from which a single respondent can be inferred are not given out; for the two
tests of a sum Hundepool and others, Statistical Disclosure Control (2012), chapter 4 (minimum frequency, p% rule); for the
division compare Paige and Tarjan, Three partition refinement algorithms (1987).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nlargest
from typing import NamedTuple


class Rule(NamedTuple):
    """``fewest``: firms behind a sum; ``percent``: of the largest firm's amount, what all but the two largest add at least."""

    fewest: int = 3
    percent: int = 10


RULE = Rule()  # of the hub; docs/figures.md#suppression
WITHHELD = "Q"  # OBS_STATUS of a cell whose value this reader does not get


class Amount(NamedTuple):
    """What one distinct key adds: who gets or gives the money, and how much (分). Another amount of a key is another one."""

    key: str
    contributor: str
    fen: int


def is_safe(amounts: Iterable[Amount], rule: Rule = RULE) -> bool:
    """Nobody can tell one firm's amount from their sum. No amount at all is safe: a zero is not withheld."""
    of_firm: dict[str, int] = defaultdict(int)
    for amount in amounts:
        if amount.fen:
            of_firm[amount.contributor] += amount.fen
    if not of_firm:
        return True
    largest, *others = nlargest(2, of_firm.values())
    rest = sum(of_firm.values()) - largest - sum(others)
    return len(of_firm) >= rule.fewest and rest * 100 >= rule.percent * largest


class Disclosed:
    """A division of amounts into parts, by what has been published. ``part_of``: of each amount; who is not there is in none."""

    def __init__(self, part_of: Mapping[Amount, int] | None = None, rule: Rule = RULE) -> None:
        self.rule = rule
        self.part_of: dict[Amount, int] = dict(part_of or {})
        self.parts: dict[int, set[Amount]] = defaultdict(set)
        for amount, part in self.part_of.items():
            self.parts[part].add(amount)
        self._last = max(self.parts, default=0)

    def publish(self, cell: Collection[Amount]) -> bool:
        """Whether the sum of these may be published; if so it is known from now on."""
        halves = list(self._halves(cell))
        if not all(is_safe(half, self.rule) for half in halves):
            return False
        for half in halves:
            self._last += 1
            for amount in half:
                if amount in self.part_of:
                    self.parts[self.part_of[amount]].discard(amount)
                self.part_of[amount] = self._last
            self.parts[self._last] = half
        return True

    def _halves(self, cell: Collection[Amount]) -> Iterator[set[Amount]]:
        """The parts that come about: what is told first, and both sides of each part across which the border runs."""
        inside: dict[int | None, set[Amount]] = defaultdict(set)
        for amount in cell:
            inside[self.part_of.get(amount)].add(amount)
        for part, half in inside.items():
            if part is None:
                yield half
            elif outside := self.parts[part] - half:
                yield half
                yield outside
