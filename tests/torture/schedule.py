"""Schedule: which fault comes when. A pure function of the seed, so one number replays a run's plan."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.torture.proxy import TOXICS

Action = Literal["zombie", "skew", "scale", "freeze", "toxic", "fill"]
Card = tuple[Action, str, str]  # what is done to whom, and how

# How often each dies among a hundred deaths: the parts that write, more often than those that answer; the broker is dear.
WEIGHTS = {"streams": 27, "connectors": 25, "store": 17, "portal": 9, "platforms": 8, "kafka": 7, "postgres": 7}
VICTIMS = tuple(WEIGHTS)
ROUND = 13  # deaths of a round
CALM_EVERY = 5  # of so many rounds one leaves time to recover after each death
PROCESSES: tuple[Card, ...] = (  # what befalls the processes beside the deaths, dealt anew each time it ran out
    ("zombie", "streams", ""),
    ("scale", "streams", "3"),
    ("zombie", "connectors", ""),
    ("skew", "connectors", "+86400"),
    ("zombie", "store", ""),
    ("skew", "connectors", "-86400"),
)
SURROUNDINGS: tuple[Card, ...] = (  # what befalls links, disks and servers
    *(("toxic", server, toxic) for server in ("kafka", "postgres") for toxic in TOXICS),
    *(("fill", volume, "") for volume in ("kafka", "postgres", "evidence")),
    *(("freeze", victim, "") for victim in ("kafka", "postgres", "platforms", "portal")),
)
# A round of everything once, for the short test.
SAMPLE: tuple[tuple[Card, ...], tuple[Card, ...]] = (
    (("zombie", "streams", ""), ("scale", "streams", "3"), ("skew", "connectors", "+86400")),
    (("toxic", "kafka", "half"), ("fill", "evidence", ""), ("toxic", "postgres", "reset"), ("freeze", "portal", "")),
)


@dataclass(frozen=True)
class Death:
    """``kill -9`` of a process, and how long to wait before the next."""

    victim: str
    pause_seconds: float


@dataclass(frozen=True)
class Trouble:
    """A fault that lasts while processes die beside it."""

    action: Action
    victim: str
    how: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.action, self.victim, self.how)))


@dataclass(frozen=True)
class Round:
    """Deaths, with two sequences of troubles beside them; then the hub is left alone until it has recovered."""

    deaths: tuple[Death, ...]
    processes: tuple[Trouble, ...]
    surroundings: tuple[Trouble, ...]
    calm: bool  # it recovers after each death as well

    def beside(self, held: bool) -> list[Death]:
        """The deaths of those that are held meanwhile as zombies, which come when that is over; or all the others."""
        zombies = {trouble.victim for trouble in self.processes if trouble.action != "scale"}
        return [death for death in self.deaths if (death.victim in zombies) == held]


def plan(seed: int, kills: int) -> list[Round]:
    """As many deaths as asked for; each process dies in the first rounds. A plan of one round has every trouble once."""
    chance = random.Random(seed)
    victims, rounds = _victims(chance, kills), -(-kills // ROUND)
    if rounds == 1:
        return [_round(chance, victims, *SAMPLE)]
    processes, surroundings = _dealt(chance, PROCESSES), _dealt(chance, SURROUNDINGS)
    return [
        _round(
            chance,
            itertools.islice(victims, ROUND),
            [next(processes)],
            [next(surroundings), next(surroundings)],
            calm=number % CALM_EVERY == CALM_EVERY - 1,
        )
        for number in range(rounds)
    ]


def _round(
    chance: random.Random,
    victims: Iterable[str],
    processes: Sequence[Card],
    surroundings: Sequence[Card],
    calm: bool = False,
) -> Round:
    deaths = tuple(Death(name, _pause(chance)) for name in victims)
    beside, around = (
        tuple(Trouble(*card, chance.uniform(2, 5)) for card in lane) for lane in (processes, surroundings)
    )
    return Round(deaths, beside, around, calm)


def _victims(chance: random.Random, kills: int) -> Iterator[str]:
    """First every process once, then by weight."""
    first = chance.sample(VICTIMS, len(VICTIMS))[:kills]
    return iter(first + chance.choices(VICTIMS, list(WEIGHTS.values()), k=kills - len(first)))


def _dealt(chance: random.Random, cards: Sequence[Card]) -> Iterator[Card]:
    while True:
        yield from chance.sample(cards, len(cards))


def _pause(chance: random.Random) -> float:
    """One in three dies together with the one before it."""
    return 0.0 if chance.random() < 1 / 3 else chance.uniform(0.2, 1.2)
