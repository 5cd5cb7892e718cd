"""A figure that is defined for the length of a block: a new one, or one of another rule under an id that is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from schemas.figures import BY_ID, Indicator, that_read


@contextmanager
def defined(indicator: Indicator) -> Iterator[None]:
    """The hub counts by this entry, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BY_ID, indicator.id, indicator)
        that_read.cache_clear()
        yield
    that_read.cache_clear()
