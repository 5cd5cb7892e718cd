"""Spelling: a page with its records under the keys by which they are known, in whatever case or width it writes them."""

from __future__ import annotations

from dataclasses import replace

from connectors.poll.memory import Memory
from connectors.poll.pages import ReadPage
from connectors.read.page import Page
from schemas.source.model import Feed


def named(feed: Feed, memory: Memory, read: ReadPage) -> ReadPage:
    """The page as it is known; unless the feed's ids are exact, when each spelling is a record of its own."""
    if feed.claims.ids == "exact":
        return read
    records = None if read.records is None else known(memory, read.records)
    return replace(read, listed=known(memory, read.listed), records=records)


def known(memory: Memory, page: Page) -> Page:
    """The same page where all keys are spelled as they were."""
    keys = [memory.spelling(row.key) for row in page.rows]
    if all(key == row.key for key, row in zip(keys, page.rows, strict=True)):
        return page
    rows = tuple(replace(row, key=key) for key, row in zip(keys, page.rows, strict=True))
    return replace(page, rows=rows)
