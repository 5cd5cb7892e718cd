"""Cursors: opaque to readers, bound to the filter they came from (pure)."""

from __future__ import annotations

import base64
from typing import Any

from schemas.wire import decode, digest, encode
from sinks.portal.filters import Filter, QueryInvalid

WRONG = {"name": "cursor", "message": "no cursor of this list and filter; start again without it"}


def write_cursor(filter: Filter, place: list[Any] | tuple[Any, ...]) -> str:
    """Where a page of this filter ended."""
    return base64.urlsafe_b64encode(encode([_name(filter), *place])).decode().rstrip("=")


def read_cursor(filter: Filter, *types: type) -> tuple[Any, ...] | None:
    """The place in the filter's cursor, None on the first page. Raises QueryInvalid."""
    if filter.cursor is None:
        return None
    try:
        padded = filter.cursor + "=" * (-len(filter.cursor) % 4)
        name, *place = decode(base64.urlsafe_b64decode(padded.encode()))
    except ValueError:
        raise QueryInvalid([WRONG]) from None
    if name != _name(filter) or [type(part) for part in place] != list(types):
        raise QueryInvalid([WRONG])
    return tuple(place)


def _name(filter: Filter) -> str:
    """Pins everything but the page's size and place."""
    return digest([type(filter).__name__, filter.model_dump(mode="json", exclude={"cursor", "limit"})])[:12]
