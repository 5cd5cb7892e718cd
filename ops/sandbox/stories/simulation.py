"""The simulation: draws stories, writes their changes to the ledger, then passes them on to be shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from ops.sandbox.rows.rows import Rows
from ops.sandbox.stories import conversion, licences, lists, market, offers, pledges, reports, rights, sales
from ops.sandbox.world import facts, ledger
from ops.sandbox.world.ledger import Change, Ledger
from ops.sandbox.world.world import Draft, Story, World
from schemas.errors import Misconfigured

# How often each story begins, among all that begin.
STORIES: dict[str, tuple[Callable[[World, Rows], Story], int]] = {
    "sold": (sales.sold, 20),
    "licensed": (licences.licensed, 14),
    "pledged": (pledges.pledged, 10),
    "contracted": (market.contracted, 16),
    "wanted": (market.wanted, 10),
    "offered": (offers.offered, 8),
    "granted": (offers.granted, 6),
    "packaged": (offers.packaged, 3),
    "joined_or_left": (sales.joined_or_left, 5),
    "moved_house": (sales.moved_house, 4),
    "took_a_new_name": (sales.took_a_new_name, 1),
    "lapsed": (rights.lapsed, 4),
    "preserved": (rights.preserved, 2),
    "opened": (licences.opened, 5),
    "misprinted": (rights.misprinted, 2),
    "met": (market.met, 4),
    "evaluated": (market.evaluated, 6),
    "listed": (lists.listed, 4),
    "contributed": (conversion.contributed, 5),
    "filed": (conversion.filed, 6),
    "navigated": (reports.navigated, 2),
}
STORIES_A_PATENT = 4.2  # 600 patents give about 5,000 records in two years


@dataclass(frozen=True)
class Origin:
    """What a world is made from. A ledger is continued only with the origin that it was begun with."""

    seed: int
    size: int
    start: date


class Simulation:
    """The world with its ledger. ``show`` is called with changes after they are durable."""

    def __init__(self, path: Path, origin: Origin, show: Callable[[list[Change]], None]) -> None:
        self.origin, self._show = _origin_of(path, origin), show
        self.lock = threading.RLock()
        self.world = World(facts.load(), self.origin.seed, self.origin.size, self.origin.start)
        self.rows = Rows(self.world.facts, self.world.chance)
        self.seq = self.ticks = 0
        self._file = path
        self._ledger: Ledger | None = None

    def open(self) -> int:
        """Make the history, or repeat it as far as the ledger has it, and show it; gives the number of changes so far."""
        for story, when in self._beginnings():
            self.world.begin(story, when)
        self._ledger = Ledger(self._file)
        known = {
            tick: list(changes) for tick, changes in groupby(ledger.read(self._file), key=lambda change: change.tick)
        }
        made = [change for day, drafts in self.world.history() for change in self._changes(drafts, _instant(day))]
        self._record(made, known.pop(0, []))
        while known:
            self.ticks += 1
            before = known.pop(self.ticks, [])
            # A step without a change was made on the way to the next change: on its day, in its story.
            change = (before or next(iter(known.values())))[0]
            drafts = self._step(date.fromisoformat(change.visible[:10]), change.story)
            self._record(self._changes(drafts, change.visible, change.story), before)
        return self.seq

    def tick(self, now: datetime, story: str = "") -> list[Change]:
        """One more step of the world; always makes at least one change."""
        with self.lock:
            changes: list[Change] = []
            while not changes:
                self.ticks += 1
                at = now.isoformat(timespec="milliseconds")
                changes = self._changes(self._step(now.date(), story), at, story)
            assert self._ledger is not None
            self._ledger.append(changes)
            self._show(changes)
            return changes

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()

    def _step(self, day: date, story: str) -> list[Draft]:
        """Drafts of the story that is due, else of a new one drawn by weight; with ``story``, of a new one of that name."""
        if story:
            return self.world.tick(day, STORIES[story][0](self.world, self.rows))
        drawn = self.world.chance.choices(list(STORIES), [weight for _, weight in STORIES.values()])[0]
        return self.world.tick(day, STORIES[drawn][0](self.world, self.rows), due_first=True)

    def _changes(self, drafts: list[Draft], visible: str, story: str = "") -> list[Change]:
        made = []
        for draft in drafts:
            self.seq += 1
            made.append(
                Change(
                    self.seq,
                    self.ticks,
                    draft.source,
                    draft.feed,
                    draft.record,
                    draft.op,
                    draft.event,
                    visible,
                    draft.content,
                    list(draft.facts),
                    draft.unreadable,
                    draft.place,
                    story,
                )
            )
        return made

    def _record(self, made: list[Change], known: list[Change]) -> None:
        """Append what the ledger lacks after a crash, and show all. Raises Misconfigured when it has other changes."""
        if [change.key for change in made[: len(known)]] != [change.key for change in known]:
            raise Misconfigured(
                f"{self._file} was written by another world", next_step="tongda reset --yes", code="T3020"
            )
        assert self._ledger is not None
        self._ledger.append(made[len(known) :])
        self._show(made)

    def _beginnings(self) -> Iterator[tuple[Story, int]]:
        """The stories of the history, each with the day on which it begins."""
        world, rows, chance = self.world, self.rows, self.world.chance
        first, last = world.first, self.origin.start
        yield lists.lists_of_the_first_day(world, rows), first.toordinal()
        for periodic in (reports.months, reports.years, reports.inventories):
            yield periodic(world, rows), first.toordinal()
        for patent in list(world.patents):
            if patent.granted_on >= first:
                yield offers.granted(world, rows, patent), patent.granted_on.toordinal()
            elif chance.random() < 0.7:
                yield offers.offered(world, rows, patent), (first + timedelta(chance.randrange(0, 420))).toordinal()
        names, weights = list(STORIES), [weight for _, weight in STORIES.values()]
        for name in chance.choices(names, weights, k=int(world.size * STORIES_A_PATENT)):
            day = first + timedelta(chance.randrange(100, (last - first).days + 1))
            yield STORIES[name][0](world, rows), day.toordinal()


def _instant(day: date | str) -> str:
    """The morning of a day as an instant; an instant is returned as it is."""
    return f"{day.isoformat()}T08:00:00.000+08:00" if isinstance(day, date) else day


def _origin_of(path: Path, origin: Origin) -> Origin:
    """The origin of an existing ledger, else the given one, which is written beside the new ledger."""
    file = path.with_name("origin.txt")
    if file.exists() and path.exists() and path.stat().st_size:
        seed, size, start = file.read_text().split()
        return Origin(int(seed), int(size), date.fromisoformat(start))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{origin.seed} {origin.size} {origin.start.isoformat()}\n")
    return origin
