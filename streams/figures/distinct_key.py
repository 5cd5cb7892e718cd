"""Distinct key: what is counted once, the contributions behind it, and what a batch changes in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from schemas.figures import Indicator
from schemas.records.contribution import Contribution
from streams.figures.cells import Addend, Cell, Group, Weight, cells, groups_of


class DistinctKey:
    """The contributions behind one key by event, and the groups in which the live ones count."""

    def __init__(self, indicator: Indicator, addends: Mapping[str, Addend] | None = None) -> None:
        self.indicator = indicator
        self.addends: dict[str, Addend] = {}
        self.groups: dict[str, Group] = {}
        for addend in (addends or {}).values():
            self.put(addend)

    def put(self, addend: Addend) -> None:
        """Take a contribution in, instead of an earlier one of the same event."""
        self.forget(addend.event)
        self.addends[addend.event] = addend
        for name in groups_of(self.indicator, addend):
            self.groups.setdefault(name, Group()).add(addend)

    def forget(self, event: str) -> None:
        there = self.addends.pop(event, None)
        if there is None:
            return
        for name in groups_of(self.indicator, there):
            self.groups[name].remove(there)

    def cells(self, group: str) -> dict[Cell, Weight]:
        return cells(self.indicator, group, self.groups[group]) if group in self.groups else {}


class Change:
    """What a batch does to one distinct key: the groups it touches, the events it renews, how far revisions rise.

    ``floor``: contributions of an earlier generation lie below it and are not taken in.
    """

    def __init__(self, key: DistinctKey, floor: int) -> None:
        self.key, self.floor = key, floor
        self.before: dict[str, dict[Cell, Weight]] = {}  # of each group, when the batch first touched it
        self.events: set[str] = set()
        self.rise, self.as_of = 0, ""

    def accepted(self, contribution: Contribution) -> bool:
        """Take a contribution in, unless one of equal or higher revision of the same event is there."""
        there = self.key.addends.get(contribution.event)
        revision = there.revision if there else self.floor
        if contribution.revision <= revision:
            return False
        addend = Addend.of(contribution)
        for each in (there, addend):
            for group in groups_of(self.key.indicator, each) if each else ():
                if group not in self.before:
                    self.before[group] = self.key.cells(group)
        self.key.put(addend)
        self.events.add(addend.event)
        self.rise += contribution.revision - revision
        self.as_of = max(self.as_of, contribution.received_at)
        return True

    def differences(self) -> Iterator[tuple[dict[Cell, Weight], dict[Cell, Weight]]]:
        """What the key weighed before the batch and weighs after it, for each group that the batch touched."""
        for group, before in self.before.items():
            yield before, self.key.cells(group)
