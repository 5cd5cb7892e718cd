"""Shelves: what the platforms show now, built from the ledger's changes in order."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ops.sandbox.world.ledger import Change

DAY_COLUMNS = ("公示日期", "发布日期", "publishTime", "publishDate", "listDate", "noticeDate", "reportDate", "loadDate")


@dataclass
class Shelf:
    """One list: records with their posting days, oldest first; an edit keeps the position."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    by_place: dict[str, list[str]] = field(default_factory=dict)

    def apply(self, change: Change) -> None:
        """Show one change."""
        if change.op == "delete":
            at = self.order.index(change.record)
            del self.order[at], self.days[at], self.rows[change.record]
            self.by_place[self.places.pop(change.record)].remove(change.record)
            return
        if change.record not in self.rows:
            day = next(
                (str(change.content[name])[:10] for name in DAY_COLUMNS if name in change.content), change.visible[:10]
            )
            at = bisect.bisect_right(self.days, day)
            self.days.insert(at, day)
            self.order.insert(at, change.record)
            self.places[change.record] = change.place
            self.by_place.setdefault(change.place, []).append(change.record)
        self.rows[change.record] = change.content

    def newest_first(self, start: str = "", end: str = "") -> list[str]:
        """Records posted from one day to another, both included."""
        low = bisect.bisect_left(self.days, start) if start else 0
        high = bisect.bisect_right(self.days, end) if end else len(self.days)
        return self.order[low:high][::-1]

    def at(self, place: str) -> list[dict[str, Any]]:
        """The rows of one file or notice, oldest first."""
        return [self.rows[record] for record in self.by_place.get(place, ())]


class Shelves:
    """All lists by source and feed."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[str, str], Shelf] = {}

    def __getitem__(self, key: tuple[str, str]) -> Shelf:
        return self._shelves.setdefault(key, Shelf())

    def feeds(self, source: str) -> list[str]:
        return [feed for of, feed in self._shelves if of == source]

    def apply(self, changes: Iterable[Change]) -> set[tuple[str, str, str]]:
        """Show changes; gives the files and notices that look different now: (source, feed, place).

        A record that is edited or printed again stays in its file.
        """
        touched = set()
        for change in changes:
            shelf = self[change.source, change.feed]
            touched.add((change.source, change.feed, shelf.places.get(change.record, change.place)))
            shelf.apply(change)
        return touched
