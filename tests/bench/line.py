"""One measured figure with the way it was measured, and the percentile that several of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Line:
    """A figure with what it is compared with: the floor in the same run, or the aim. ``method``: how, in one line."""

    section: str
    metric: str
    value: float
    unit: str
    method: str
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    def __str__(self) -> str:
        """The figure; its method is printed below the first of those that share it."""
        beside = f"  beside {shown(self.baseline)}: ratio {self.ratio:.2f}" if self.baseline else ""
        return f"{self.section:<11} {self.metric:<46} {shown(self.value):>9} {self.unit:<9}{beside}".rstrip()

    def as_row(self) -> dict[str, object]:
        """A line of bench.json."""
        return {**vars(self), "ratio": self.ratio}


def shown(value: float) -> str:
    """Three digits or more."""
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
