"""The world: a seeded province and its agenda of stories.

What happens is a function of seed, size, first day and the day of each step: repeating the same steps gives the same state.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from ops.sandbox.world import facts as the_facts
from ops.sandbox.world.facts import Facts, Holder, Patent
from ops.sandbox.world.ledger import Fact

HISTORY_DAYS = 700  # below the 730 days that feeds read back
DAYS_A_TICK = 3  # once the world is live, one step counts as so many days of a story's wait
# Universities that announce what they are going to sell, with the platform of each; some patents of the world are theirs.
UNIVERSITIES = {"中南大学": "univ_csu", "湖南大学": "univ_hnu", "湘潭大学": "univ_xtu"}
OUTSIDERS = (
    Holder("深圳市样例智能科技有限公司", "enterprise", "440300"),
    Holder("上海样例材料股份有限公司", "enterprise", "310000"),
)


@dataclass(frozen=True)
class Wait:
    """A story continues after some days. Every story begins with ``day = yield Wait(0)``."""

    days: int


@dataclass(frozen=True)
class Draft:
    """A change that a story makes, before the ledger numbers it (``ledger.Change`` describes the fields)."""

    source: str
    feed: str
    record: str
    op: Literal["insert", "edit", "delete"]
    event: str
    content: dict[str, Any] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    unreadable: str = ""
    place: str = ""


Story = Generator[Draft | Wait, date, None]


class World:
    """Organisations, patents, and the stories that have begun."""

    def __init__(self, facts: Facts, seed: int, size: int, start: date) -> None:
        self.facts, self.size, self.start = facts, size, start
        self.first = start - timedelta(HISTORY_DAYS)
        self.chance = random.Random(seed)
        self.organisations = list(facts.organisations)
        self.enterprises = [holder for holder in facts.organisations if holder.type == "enterprise"]
        self.research = [
            holder for holder in facts.organisations if holder.type in ("university", "research_institute")
        ]
        self.small: dict[str, date] = {}  # name → listed as a specialised SME from that day
        self.patents = the_facts.patents(facts, size, self.chance, self.first, start)
        for patent in self.patents[::37]:
            patent.holders = [self.chance.choice(OUTSIDERS)]
        universities = [holder for holder in facts.organisations if holder.name in UNIVERSITIES]
        for number, patent in enumerate(self.patents[5::17]):
            patent.holders = [universities[number % len(universities)]]
        self.busy: set[str] = set()  # numbers of patents that a story has taken
        self.live = False
        self._happened: set[tuple[str, ...]] = set()
        self._counts: dict[str, int] = {}
        self._agenda: list[tuple[int, int, Story]] = []
        self._order = 0
        self._ticks = 0

    def begin(self, story: Story, when: int) -> None:
        """Put a new story on the agenda: a day's ordinal in history, a tick's number when live."""
        next(story)  # to its first wait, which receives the day
        self._put(story, when)

    def _put(self, story: Story, when: int) -> None:
        self._order += 1
        heapq.heappush(self._agenda, (when, self._order, story))

    def history(self) -> Iterator[tuple[date, list[Draft]]]:
        """Everything up to the first day, in order; afterwards the world is live."""
        while self._agenda and self._agenda[0][0] <= self.start.toordinal():
            when, _, story = heapq.heappop(self._agenda)
            day = date.fromordinal(when)
            drafts, wait = self._continue(story, day)
            if wait is not None:
                self._put(story, when + wait)
            yield day, drafts
        left = sorted(self._agenda)
        self._agenda = []
        for when, _, story in left:
            self._put(story, 1 + (when - self.start.toordinal()) // DAYS_A_TICK)
        self.live = True

    def tick(self, day: date, story: Story, *, due_first: bool = False) -> list[Draft]:
        """One step of the new story, or with ``due_first`` of one that is due, if any; the new one is then not used."""
        self._ticks += 1
        if due_first and self._agenda and self._agenda[0][0] <= self._ticks:
            _, _, story = heapq.heappop(self._agenda)
        else:
            next(story)
        drafts, wait = self._continue(story, day)
        if wait is not None:
            self._put(story, self._ticks + max(1, wait // DAYS_A_TICK))
        return drafts

    def _continue(self, story: Story, day: date) -> tuple[list[Draft], int | None]:
        """The drafts up to a story's next wait, and the days it waits; None when it has ended."""
        drafts: list[Draft] = []
        try:
            step = story.send(day)
            while not isinstance(step, Wait):
                drafts.append(step)
                step = story.send(day)
        except StopIteration:
            return drafts, None
        return drafts, step.days

    def number(self, name: str) -> int:
        """The next number of a series."""
        self._counts[name] = self._counts.get(name, 0) + 1
        return self._counts[name]

    def first_time(self, *what: str) -> bool:
        """Whether this is asked for the first time."""
        fresh = what not in self._happened
        self._happened.add(what)
        return fresh

    def take(self, ready: Callable[[Patent], bool] = lambda patent: True) -> Patent | None:
        """A patent that no other story has taken and that is ready; None when twelve draws find none. Return it by ``give_back``."""
        for _ in range(12):
            patent = self.chance.choice(self.patents)
            if patent.number not in self.busy and ready(patent):
                self.busy.add(patent.number)
                return patent
        return None

    def give_back(self, *patents: Patent) -> None:
        """Let other stories take these patents."""
        self.busy.difference_update(patent.number for patent in patents)

    def buyer(self, giver: Holder) -> Holder:
        """The party that takes a right: mostly a small firm, sometimes another firm, one from elsewhere, or a person."""
        dice = self.chance.random()
        if dice < 0.06:
            return self.chance.choice([holder for holder in OUTSIDERS if holder != giver])
        if dice < 0.10:
            return the_facts.invented_person(self.chance, self.chance.choice(list(self.facts.places)))
        pool = [holder for holder in self.enterprises if holder.name in self.small] if dice < 0.6 else self.enterprises
        found = self.chance.choice(pool or self.enterprises)
        return found if found.name != giver.name else self.buyer(giver)


def notice(world: World, day: date) -> str:
    """The name of the next notice that an office publishes, with its day."""
    return f"t{day:%Y%m%d}_{world.number('notice'):04d}"


def publication_day(day: date) -> date:
    """The last Tuesday or Friday not after that day."""
    return day - timedelta(min((day.weekday() - 1) % 7, (day.weekday() - 4) % 7))
