"""Disjoint sets (union-find): which of n things belong together when some pairs do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


class DisjointSets:
    """The numbers 0 … n-1, each at first in a set of its own."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def find(self, number: int) -> int:
        """The number that stands for the set."""
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    def unite(self, one: int, other: int) -> None:
        """Put two sets together."""
        self._parents[self.find(one)] = self.find(other)

    def groups(self, things: Sequence[Thing]) -> list[list[Thing]]:
        """The things whose numbers are in one set, in the order of the first of each."""
        found: dict[int, list[Thing]] = {}
        for number, thing in enumerate(things):
            found.setdefault(self.find(number), []).append(thing)
        return list(found.values())
