"""Garbage: how often a process that handles batches lets Python look for cycles."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Batches leave no cycles, and collecting as often as Python does by itself took a third of all CPU time.

    Objects that exist now are exempt from collection for good.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
