"""Schedule: which fault comes when. A pure function of the seed, so one number replays a run's plan."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Action = Literal["kill", "freeze", "zombie", "scale"]

# How often each dies among twelve deaths: the parts that write, more often than those that answer.
WEIGHTS = {"streams": 3, "connectors": 3, "store": 2, "portal": 1, "platforms": 1, "kafka": 1, "postgres": 1}
VICTIMS = tuple(WEIGHTS)
WRITERS = ("streams", "connectors", "store")     # who can be a zombie: another may take over what they hold
FROZEN = ("kafka", "postgres", "platforms", "portal")
EVERY_STOPS = 12                                 # deaths between two zombies, between two freezes, between two scalings


@dataclass(frozen=True)
class Fault:
    """One fault, and how long to leave the hub alone after it."""

    action: Action
    victim: str
    pause_seconds: float
    seconds: float = 0.0        # of a freeze
    workers: int = 1            # of a scaling


def plan(seed: int, kills: int, stops: bool = True) -> list[Fault]:
    """As many deaths as asked for; each process dies in the first round. Between them zombies, freezes and scalings."""
    chance = random.Random(seed)
    faults: list[Fault] = []
    for number, victim in enumerate(_victims(chance, kills)):
        faults.append(Fault("kill", victim, _rhythm(chance, number)))
        if stops and number % EVERY_STOPS == 3:
            faults.append(Fault("scale", "streams", chance.uniform(2, 4), workers=3))
        if stops and number % EVERY_STOPS == 5:
            faults.append(Fault("zombie", WRITERS[number // EVERY_STOPS % len(WRITERS)], chance.uniform(1, 3)))
        if stops and number % EVERY_STOPS == 7:
            faults.append(Fault("freeze", chance.choice(FROZEN), chance.uniform(1, 3), seconds=chance.uniform(2, 8)))
        if stops and number % EVERY_STOPS == 9:
            faults.append(Fault("scale", "streams", chance.uniform(1, 3), workers=1))
    return faults


def _victims(chance: random.Random, kills: int) -> Iterator[str]:
    """Rounds: first every process once, then rounds of twelve by weight, each in an order of its own."""
    dealt: Sequence[str] = VICTIMS
    while kills > 0:
        yield from chance.sample(dealt, len(dealt))[:kills]
        kills -= len(dealt)
        dealt = [name for name, weight in WEIGHTS.items() for _ in range(weight)]


def _rhythm(chance: random.Random, number: int) -> float:
    """Two rhythms in turn, six deaths each: with time to recover, and without."""
    return chance.uniform(2.5, 6.0) if number // 6 % 2 == 0 else chance.uniform(0.2, 1.2)
