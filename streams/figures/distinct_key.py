"""Distinct key: what is counted once, the contributions behind it, and what a batch changes in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from schemas.figures import Indicator
from schemas.records.contribution import Contribution
from streams.figures.cells import NO_SHARE, Addend, Group, Share, groups_of, lone_share, moves


class Change(NamedTuple):
    """What a batch does to one distinct key."""

    taken: int = 0  # contributions that said something new
    addends: Mapping[str, Addend] = {}  # what the state holds from now on, of the events that it renews
    rise: int = 0  # of the revision of every figure that changes
    as_of: str = ""
    moves: Sequence[Share] = ()


class DistinctKey:
    """The contributions behind one key by event, and the groups in which the live ones count."""

    def __init__(self, indicator: Indicator, addends: Iterable[Addend] = ()) -> None:
        self.indicator = indicator
        self.addends: dict[str, Addend] = {}
        self.groups: dict[str, Group] = {}
        for addend in addends:
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

    def share(self, group: str) -> Share:
        return self.groups[group].share(self.indicator, group) if group in self.groups else NO_SHARE

    def change(self, told: Iterable[Contribution], floor: int) -> Change:
        """Take in the contributions that a batch has for it; ``floor``: contributions of an earlier generation lie below it."""
        taken, rise, as_of = 0, 0, ""
        renewed: dict[str, Addend] = {}
        before: dict[str, Share] = {}  # of each group, when the batch first touched it
        for one in told:
            there = self.addends.get(one.event)
            revision = there.revision if there else floor
            if one.revision <= revision:
                continue
            addend = renewed[one.event] = Addend.of(one)
            for each in (there, addend) if there else (addend,):
                for group in groups_of(self.indicator, each):
                    if group not in before:
                        before[group] = self.share(group)
            self.put(addend)
            taken, rise, as_of = taken + 1, rise + one.revision - revision, max(as_of, one.received_at)
        moved = [move for group, share in before.items() for move in moves(share, self.share(group))]
        return Change(taken, renewed, rise, as_of, moved)


def lone_change(indicator: Indicator, there: Addend | None, told: Iterable[Contribution], floor: int) -> Change:
    """The same for a key behind which stands one event alone, as behind most: no groups are made."""
    taken, as_of, last = 0, "", None
    revision = first = there.revision if there else floor
    for one in told:
        if one.revision > revision:
            last, revision = one, one.revision
            taken, as_of = taken + 1, max(as_of, one.received_at)
    if last is None:
        return Change()
    now = Addend.of(last)
    moved = moves(lone_share(indicator, there), lone_share(indicator, now))
    return Change(taken, {now.event: now}, revision - first, as_of, moved)
