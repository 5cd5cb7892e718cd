"""Cursors: opaque to readers, bound to the filter they came from (pure)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from schemas.wire import decode, digest, encode
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.read.filters import Paged
from sinks.portal.search.filter import ListingFilter

Item = TypeVar("Item")
CONTROL = {*map(chr, range(32)), "\x7f"}


def write_cursor(filter: Paged | ListingFilter, position: Sequence[Any]) -> str:
    """Where a page of this filter ended."""
    return base64.urlsafe_b64encode(encode([_name(filter), *position])).decode().rstrip("=")


def read_cursor(filter: Paged | ListingFilter, *types: type) -> tuple[Any, ...] | None:
    """The position in the filter's cursor, None on the first page. Raises QueryInvalid for another filter's."""
    if filter.cursor is None:
        return None
    try:
        found = decode(base64.urlsafe_b64decode((filter.cursor + "=" * (-len(filter.cursor) % 4)).encode()))
    except ValueError:
        found = None
    if not isinstance(found, list) or found[:1] != [_name(filter)] or not _fits(found[1:], types):
        message = "no cursor of this list and filter; start again without it · 翻页标记不属于这个列表，请从第一页开始"
        raise QueryInvalid([FieldError(name="cursor", message=message)])
    return tuple(found[1:])


def cut(items: Sequence[Item], filter: Paged) -> tuple[tuple[Item, ...], str | None]:
    """One page of a list that is whole in memory, and the cursor of the next."""
    (start,) = read_cursor(filter, int) or (0,)
    page = tuple(items[max(start, 0) :][: filter.limit])
    end = max(start, 0) + len(page)
    return page, write_cursor(filter, [end]) if end < len(items) else None


def _fits(position: Sequence[Any], types: Sequence[type]) -> bool:
    """Only what a cursor of ours can hold: a forged text could hold characters that the database refuses."""
    texts = [part for part in position if isinstance(part, str)]
    return [type(part) for part in position] == list(types) and not any(CONTROL & set(text) for text in texts)


def _name(filter: Paged | ListingFilter) -> str:
    """Pins everything but the page's size and position."""
    asked = {name: value for name, value in asdict(filter).items() if name not in ("cursor", "limit")}
    return digest([type(filter).__name__, asked])[:12]
