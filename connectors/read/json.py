"""JSON: the rows of a JSON answer."""

from __future__ import annotations

from typing import Any

from connectors.http.messages import Failure
from connectors.read.page import Page, keyed
from schemas.source.model import Code, Feed
from schemas.source.pointer import at


def matches(code: Code | None, value: Any) -> bool:
    """A business code has one of its declared values; ``"200"`` is not 200, and true is not 1."""
    found = at(value, code.at) if code else None
    return code is not None and any(type(found) is type(one) and found == one for one in code.values)


def json_page(value: Any, feed: Feed) -> Page:
    """The rows of a JSON answer whose business code was already found good. Raises Failure: ``envelope``."""
    items = at(value, feed.records)
    if not isinstance(items, list):
        raise Failure("blocked", "envelope", f"there is no list at {feed.records or '/'}")
    rows, refused = keyed(feed, ((f"{feed.records}/{number}", item) for number, item in enumerate(items)))
    paging = feed.paging
    must = "total_each_page" in paging.proof
    more = at(value, paging.more) if paging.more else None
    following = at(value, paging.next) if paging.next else None
    return Page(
        rows,
        refused,
        _count(value, paging.total, must) if feed.claims.total == "reliable" else None,
        _count(value, paging.pages, must),
        "" if following is None else str(following),
        more if isinstance(more, bool) else None,
    )


def _count(value: Any, pointer: str, must: bool) -> int | None:
    """A declared number: 412 or "412"; None when there is none. Raises Failure when this page ``must`` declare it."""
    if not pointer:
        return None
    found = at(value, pointer)
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 12:
        return int(found)
    if must:
        raise Failure("blocked", "envelope", f"there is no count at {pointer}")
    return None
