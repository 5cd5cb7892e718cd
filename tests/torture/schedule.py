"""Schedule: which fault comes when. A pure function of the seed, so that a seed repeats a plan."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.torture.proxy import TOXICS

Action = Literal["zombie", "skew", "scale", "freeze", "toxic", "fill"]
Case = tuple[Action, str, str]  # action, target, how

# Kills of each process in a hundred: those that write, more often than those that only read; restarting the broker is slow.
WEIGHTS = {"streams": 27, "connectors": 25, "store": 17, "portal": 9, "platforms": 8, "kafka": 7, "postgres": 7}
TARGETS = tuple(WEIGHTS)
ROUND = 13  # kills of a round
CALM_EVERY = 5  # one of so many rounds leaves time to recover after each kill
PROCESSES: tuple[Case, ...] = (  # faults of processes beside the kills; all come before one repeats
    ("zombie", "streams", ""),
    ("scale", "streams", "3"),
    ("zombie", "connectors", ""),
    ("skew", "connectors", "+86400"),
    ("zombie", "store", ""),
    ("skew", "connectors", "-86400"),
)
SURROUNDINGS: tuple[Case, ...] = (  # faults of connections, disks and servers
    *(("toxic", server, toxic) for server in ("kafka", "postgres") for toxic in TOXICS),
    *(("fill", volume, "") for volume in ("kafka", "postgres", "evidence")),
    *(("freeze", target, "") for target in ("kafka", "postgres", "platforms", "portal")),
)
# One round with every action, for the short test.
SAMPLE: tuple[tuple[Case, ...], tuple[Case, ...]] = (
    (("zombie", "streams", ""), ("scale", "streams", "3"), ("skew", "connectors", "+86400")),
    (("toxic", "kafka", "half"), ("fill", "evidence", ""), ("toxic", "postgres", "reset"), ("freeze", "portal", "")),
)


@dataclass(frozen=True)
class Kill:
    """``kill -9`` of a process, and the pause before the next."""

    target: str
    pause_seconds: float


@dataclass(frozen=True)
class Trouble:
    """A fault that lasts while processes are killed."""

    action: Action
    target: str
    how: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.action, self.target, self.how)))


@dataclass(frozen=True)
class Round:
    """Kills, with two sequences of troubles at the same time; afterwards the hub has time to recover."""

    kills: tuple[Kill, ...]
    processes: tuple[Trouble, ...]
    surroundings: tuple[Trouble, ...]
    calm: bool  # recover after each kill as well

    def beside(self, held: bool) -> list[Kill]:
        """The kills of processes that are zombies in this round, which come after the troubles; or all others."""
        zombies = {trouble.target for trouble in self.processes if trouble.action != "scale"}
        return [kill for kill in self.kills if (kill.target in zombies) == held]


def plan(seed: int, kills: int) -> list[Round]:
    """A plan of so many kills, beginning with one of each process. A plan of one round has every action once."""
    chance = random.Random(seed)
    targets, rounds = _targets(chance, kills), -(-kills // ROUND)
    if rounds == 1:
        return [_round(chance, targets, *SAMPLE)]
    processes, surroundings = _shuffled(chance, PROCESSES), _shuffled(chance, SURROUNDINGS)
    return [
        _round(
            chance,
            itertools.islice(targets, ROUND),
            [next(processes)],
            [next(surroundings), next(surroundings)],
            calm=number % CALM_EVERY == CALM_EVERY - 1,
        )
        for number in range(rounds)
    ]


def _round(
    chance: random.Random,
    targets: Iterable[str],
    processes: Sequence[Case],
    surroundings: Sequence[Case],
    calm: bool = False,
) -> Round:
    kills = tuple(Kill(name, _pause(chance)) for name in targets)
    beside, around = (
        tuple(Trouble(*case, chance.uniform(2, 5)) for case in lane) for lane in (processes, surroundings)
    )
    return Round(kills, beside, around, calm)


def _targets(chance: random.Random, kills: int) -> Iterator[str]:
    """Every process once, then by weight."""
    first = chance.sample(TARGETS, len(TARGETS))[:kills]
    return iter(first + chance.choices(TARGETS, list(WEIGHTS.values()), k=kills - len(first)))


def _shuffled(chance: random.Random, cases: Sequence[Case]) -> Iterator[Case]:
    while True:
        yield from chance.sample(cases, len(cases))


def _pause(chance: random.Random) -> float:
    """Seconds before the next kill; none for one in three."""
    return 0.0 if chance.random() < 1 / 3 else chance.uniform(0.2, 1.2)
