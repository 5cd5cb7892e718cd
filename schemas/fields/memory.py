"""Memory: what a reader made of a text, kept for the next time the text comes. For pure readers only."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
LONGEST = 400  # signs; names and addresses are shorter


def remembered(maxsize: int) -> Callable[[Callable[Concatenate[str, P], T]], Callable[Concatenate[str, P], T]]:
    """``lru_cache`` by the number of texts and their length: a longer text is read each time, so that hostile ones do not
    fill the memory. Readers that refuse long texts need only ``lru_cache``, which keeps no exception.
    """

    def decorated(reader: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
        kept = lru_cache(maxsize=maxsize)(reader)

        @wraps(reader)
        def read(text: str, *args: P.args, **kwargs: P.kwargs) -> T:
            if isinstance(text, str) and len(text) <= LONGEST:
                return kept(text, *args, **kwargs)  # type: ignore[arg-type]  # only hashable arguments are given
            return reader(text, *args, **kwargs)

        return read  # type: ignore[return-value]  # mypy takes ``wraps`` for a change of the signature

    return decorated
