"""Throw texts at every reader until the time is over: ``python -m tests.fuzz [seconds a target]``."""

from __future__ import annotations

import sys
import time

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.targets import TARGETS, Target, check
from tests.fuzz.texts import TEXTS


def run(target: Target, seconds: float) -> int:
    """How many texts were read without an untyped exception."""
    until, count = time.monotonic() + seconds, 0

    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(TEXTS)
    def round_of_texts(text: str) -> None:
        nonlocal count
        count += 1
        check(target, text)

    while time.monotonic() < until:
        round_of_texts()
    return count


if __name__ == "__main__":
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    for each in TARGETS:
        print(f"{each.name:20} {run(each, budget)} texts, no untyped exception, own output reads as itself")
