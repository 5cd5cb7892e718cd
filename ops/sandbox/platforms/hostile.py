"""Hostile: when a platform misbehaves, and how. Seeded: the n-th request to a platform meets the same under the same seed.

A platform has bouts: some honest answers, then a few spoilt ones. After two that were spoilt a page, with the file attached
to it, is shown honestly for a while: what a hub asks for in three polls it is given. While the world is paused all platforms answer honestly,
so whoever compares the hub with the world (``tongda verify``) finds it readable.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ops.sandbox.platforms.offences import OFFENCES, Asked, Offence
from ops.sandbox.platforms.web import Answer, Call

LONGEST_BOUT, LONGEST_REST = 4, 12  # answers
MOST_SPOILT, HONEST_AFTER = 2, 6  # answers of one page
REMEMBERED = 200  # addresses of one platform
FILES: dict[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    "copies_half_a_file": lambda data: (data[: len(data) // 2], data),
    "sums_half_a_file": lambda data: (data[: len(data) // 2], data[: len(data) // 2]),
    "puts_an_empty_file": lambda data: (b"", b""),
    "sums_another_file": lambda data: (data, data + b"\0"),
}


@dataclass
class Mood:
    """One platform: how many answers are left of its bout or its rest, and the offences that it has not yet committed."""

    chance: random.Random
    left: int = 0
    is_hostile: bool = False
    deck: list[Offence] = field(default_factory=list)
    before: dict[str, Answer] = field(default_factory=dict)
    spoilt: Counter[str] = field(default_factory=Counter)  # answers, by page; below 0: so many honest ones are due

    def turns(self) -> bool:
        """One more answer; says whether it is to be spoilt."""
        if not self.left:
            self.is_hostile = not self.is_hostile
            self.left = self.chance.randint(1, LONGEST_BOUT if self.is_hostile else LONGEST_REST)
        self.left -= 1
        return self.is_hostile

    def offences(self) -> list[Offence]:
        """All that are left, in an order of chance; all come before one comes again."""
        if not self.deck:
            self.deck = [*OFFENCES]
            self.chance.shuffle(self.deck)
        return self.deck

    def remember(self, address: str, honest: Answer) -> None:
        """What the platform shows now, for a cache that shows it later."""
        self.before.pop(address, None)
        self.before[address] = honest
        if len(self.before) > REMEMBERED:
            del self.before[next(iter(self.before))]


class Hostile:
    """All platforms of one world. ``seed`` 0: they are honest. ``met``: how often each offence was committed."""

    def __init__(self, seed: int) -> None:
        self.seed, self.resting = seed, False
        self.met: Counter[str] = Counter()
        self._moods: dict[str, Mood] = {}

    @property
    def is_on(self) -> bool:
        return bool(self.seed) and not self.resting

    def spoil(self, platform: str, call: Call, honest: Answer) -> Answer:
        """The answer as the platform gives it."""
        if not self.is_on:
            return honest
        mood = self._mood(platform)
        asked = Asked(call, mood.chance, mood.before)
        page = asked.address.replace(".xlsx", ".html")
        is_spared = mood.spoilt[page] < 0
        given = self._commit(mood, asked, honest) if mood.turns() and not is_spared else honest
        mood.spoilt[page] += is_spared or given != honest
        if mood.spoilt[page] == MOST_SPOILT:
            mood.spoilt[page] = -HONEST_AFTER
        mood.remember(asked.address, honest)
        return given

    def file(self, platform: str, data: bytes) -> tuple[bytes, bytes] | None:
        """A file that is about to be put into an inbox: what is put there, and the bytes that its checksum is of.

        None: it is put as it is.
        """
        if not self.is_on or not (mood := self._mood(platform)).turns():
            return None
        name, spoilt = mood.chance.choice(tuple(FILES.items()))
        self.met[name] += 1
        return spoilt(data)

    def _mood(self, platform: str) -> Mood:
        return self._moods.setdefault(platform, Mood(random.Random(f"{self.seed} {platform}")))

    def _commit(self, mood: Mood, asked: Asked, honest: Answer) -> Answer:
        deck = mood.offences()
        for offence in deck:
            spoilt = offence(asked, honest)
            if spoilt is not None and spoilt != honest:
                deck.remove(offence)
                self.met[offence.__name__] += 1
                return spoilt
        deck.clear()  # none of those that are left fits this platform
        return honest
