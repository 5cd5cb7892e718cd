"""JSON: the rows of a JSON answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.http.messages import Answer, Failure
from connectors.read.charset import text_of
from connectors.read.page import Page, keyed
from schemas.source.model import Code, Feed
from schemas.source.pointer import at, opened
from schemas.wire import decode_foreign

CALLBACK = re.compile(r"\s*(?:/\*\*/)?\s*[\w$.]+\s*\((.*)\)\s*;?\s*", re.DOTALL)
COUNT = re.compile(r"\d{1,11}|\d{1,3}(?:,\d{3}){1,3}")


def json_value(answer: Answer, charset: str) -> Any:
    """The value of an answer, in any charset, alone or as the argument of a callback (JSONP).

    Raises Failure (``markup``) for a page where JSON was declared; Reject for damage.
    """
    text = text_of(answer.body, answer.charset, charset)
    if text.lstrip()[:1] == "<":
        raise Failure(
            "blocked", "markup", "a page where JSON was declared: a login, a captcha, a notice", answer=answer
        )
    if call := CALLBACK.fullmatch(text) if text.lstrip()[:1] not in ("{", "[", '"') else None:
        text = call[1]
    return decode_foreign(text)


def matches(code: Code | None, value: Any) -> bool:
    """A business code has one of its declared values; ``"200"`` is not 200, and true is not 1."""
    found = at(value, code.at) if code else None
    return code is not None and any(type(found) is type(one) and found == one for one in code.values)


def json_page(value: Any, feed: Feed) -> Page:
    """The rows of a JSON answer whose business code was already found good. Raises Failure: ``envelope``."""
    rows, refused = keyed(feed, _items(value, feed))
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


def _items(value: Any, feed: Feed) -> Iterator[tuple[str, Any]]:
    """Pointer and content of each row: of a list, or of an object whose names stand in the column ``keyed``."""
    found = at(value, feed.records)
    if isinstance(found, str):
        found = opened(found)
    if feed.keyed and isinstance(found, dict):
        for name, item in found.items():
            yield f"{feed.records}/{name}", {**item, feed.keyed: name} if isinstance(item, dict) else item
    elif isinstance(found, list) and not feed.keyed:
        for number, item in enumerate(found):
            yield f"{feed.records}/{number}", item
    else:
        what = "object of rows" if feed.keyed else "list"
        raise Failure("blocked", "envelope", f"there is no {what} at {feed.records or '/'}")


def _count(value: Any, pointer: str, must: bool) -> int | None:
    """A declared number: 412, "412" or "1,035"; None when there is none.

    Raises Failure when this page ``must`` declare it.
    """
    if not pointer:
        return None
    found = at(value, pointer)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    if isinstance(found, str) and found.isascii() and COUNT.fullmatch(text := found.strip()):
        return int(text.replace(",", ""))
    if must:
        raise Failure("blocked", "envelope", f"there is no count at {pointer}")
    return None
