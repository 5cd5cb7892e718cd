"""A measure: how many of how many, and why the rest is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Measure:
    """``value`` of ``of``; ``misses`` by reason, with a few examples of each that name no person."""

    name: str
    value: int = 0
    of: int = 0
    misses: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def hit(self) -> None:
        self.value += 1
        self.of += 1

    def miss(self, reason: str, example: str = "") -> None:
        self.of += 1
        self.misses[reason] += 1
        shown = self.examples.setdefault(reason, [])
        if example and len(shown) < 5 and example not in shown:
            shown.append(example)

    @property
    def share(self) -> float:
        return self.value / self.of if self.of else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "of": self.of,
            "misses": dict(self.misses.most_common()),
            "examples": self.examples,
        }
