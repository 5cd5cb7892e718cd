"""How many examples a property is tried with: all of them in `make test`, a tenth in `make unit`, which is the quick loop."""

from __future__ import annotations

import os

QUICK = "QUICK_PROPERTIES"  # set by `make unit`


def examples(many: int) -> int:
    """``many``, or a tenth of it, at least five, in a quick run."""
    return max(5, many // 10) if os.environ.get(QUICK) else many
