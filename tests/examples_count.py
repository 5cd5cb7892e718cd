"""How many examples a property is tried with: all of them in `make test`, a quarter in `make unit`, which is the quick loop."""

from __future__ import annotations

import os

QUICK = "QUICK_PROPERTIES"  # set by `make unit`


def examples(many: int) -> int:
    """``many``, or a quarter of it in a quick run."""
    return max(10, many // 4) if os.environ.get(QUICK) else many
