"""Memory: what a reader made of a text, kept for the next time the text comes. For pure readers only."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

Reader = TypeVar("Reader", bound=Callable[..., Any])
LONGEST = 400  # signs; names and addresses are shorter


def remembered(maxsize: int) -> Callable[[Reader], Reader]:
    """``lru_cache`` by the number of texts and their length, for a reader whose first argument is the text: a longer text is
    read each time, so that hostile ones do not fill the memory. Readers that refuse long texts need only ``lru_cache``,
    which keeps no exception.
    """

    def decorated(reader: Reader) -> Reader:
        kept = lru_cache(maxsize=maxsize)(reader)

        @wraps(reader)
        def read(text: str, *args: Any, **kwargs: Any) -> Any:
            if isinstance(text, str) and len(text) <= LONGEST:
                return kept(text, *args, **kwargs)
            return reader(text, *args, **kwargs)

        return cast(Reader, read)

    return decorated
