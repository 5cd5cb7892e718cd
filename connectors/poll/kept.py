"""Kept: the pages of a feed as they were last read. An answer whose bytes are the same need not be read again.

Most polls find nothing new, and most of their cost was to read what was read before. A page is known by its address and
the digest of its bytes; of lists that are no slices of days only keys and digests are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from connectors.http.messages import Answer
from connectors.read.page import Page
from schemas.source.model import Feed

MOST_ROWS = 50_000  # of one feed: about 15 MB


@dataclass
class KeptPages:
    """Of one feed, while this process polls it."""

    pages: dict[str, tuple[str, str, Page]] = field(default_factory=dict)  # address → digest, media type, page
    rows: int = 0

    def page(self, answer: Answer, sha256: str) -> Page | None:
        """The page that these bytes hold, if it is known."""
        known = self.pages.get(answer.url)
        if answer.status != 200 or known is None or known[:2] != (sha256, answer.headers.get("content-type", "")):
            return None
        return known[2]

    def keep(self, feed: Feed, answer: Answer, sha256: str, page: Page) -> None:
        """Remember a page that was read whole."""
        known = self.pages.pop(answer.url, None)
        self.rows -= known[2].read if known else 0
        if page.refused or answer.status != 200 or self.rows + page.read > MOST_ROWS:
            return
        if feed.slice.by == "none":  # of a slice the days of its rows are looked at
            page = replace(page, rows=tuple(replace(row, content={}) for row in page.rows))
        self.pages[answer.url] = (sha256, answer.headers.get("content-type", ""), page)
        self.rows += page.read
