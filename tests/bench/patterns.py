"""Patterns: how the time of every regular expression grows with its text; 4 is in proportion, 16 would be quadratic."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from ops.settings import Settings
from tests.bench.line import Line
from tests.fuzz.texts import PIECES
from tests.schemas.patterns import patterns

SEEDS = ("1", "一", " ", "族", "A", "变更", "专利号", "·", "1,", "甲;", "2022.11.01#终止;", "(", *PIECES[:12])
SHORT, LONG = 2_500, 10_000
NOISE_SECONDS = 0.003  # a pattern that is faster over the longer text than this is not worth a division
METHOD = f"largest time over {LONG:,} characters divided by that over {SHORT:,}, best of three, over {len(SEEDS)} texts"


def measure(settings: Settings) -> Iterator[Line]:
    growth, place, seed = max(growths())
    yield Line("patterns", f"growth of the slowest pattern ({place} on {seed!r})", growth, "times", METHOD, 4)


def growths() -> Iterator[tuple[float, str, str]]:
    """Growth, place and text of each pattern and text."""
    for place, pattern in patterns():
        for seed in SEEDS:
            four_times = seconds_for(pattern, seed * (LONG // len(seed)))
            if four_times > NOISE_SECONDS:
                yield four_times / seconds_for(pattern, seed * (SHORT // len(seed))), place, seed
    yield 0.0, "none takes long enough to be measured", ""


def seconds_for(pattern: re.Pattern[str], text: str) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        sum(1 for _ in pattern.finditer(text))
        times.append(time.perf_counter() - start)
    return min(times)
