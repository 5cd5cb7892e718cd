"""One measured figure, and the percentile that several of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Line:
    """A figure with what it is compared with: the floor in the same run, or the aim."""

    section: str
    metric: str
    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None

    def __str__(self) -> str:
        beside = f"   baseline {self.baseline:,.1f}   ratio {self.ratio:.2f}" if self.baseline and self.ratio else ""
        return f"{self.section:<11} {self.metric:<44} {self.value:>12,.1f} {self.unit:<10}{beside}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
