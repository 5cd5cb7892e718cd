"""Lists: the pages of a feed read over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from connectors.http.messages import Answer, Failure
from connectors.poll import plan
from connectors.poll.cursor import Cursor
from connectors.poll.evidence import stamp
from connectors.poll.fetch import Fetcher
from connectors.poll.guards import read_page
from connectors.poll.memory import Memory
from connectors.poll.notices import with_notices
from connectors.poll.pages import Origin, ReadPage, Slice
from connectors.poll.plan import PageRequest
from connectors.poll.prove import End, Sweep
from connectors.read.page import Page, unread_page
from schemas.errors import Reject


@dataclass
class ListPages:
    """The page source of one poll of a list. ``everything``: its notices are all read again."""

    fetcher: Fetcher
    started: datetime
    everything: bool = field(default=False, init=False)

    @property
    def origin(self) -> Origin | None:
        return self.fetcher.origin

    def slices(self, cursor: Cursor, memory: Memory) -> Sequence[Slice]:
        feed = self.fetcher.feed
        self.everything = plan.reconcile_due(feed, cursor, self.started)
        return [Slice(window) for window in plan.windows(feed, cursor, self.started)]

    def pages(self, part: Slice, memory: Memory, *, is_first_sweep: bool) -> Iterator[ReadPage | End]:
        listed = self._listed(part)
        if self.fetcher.feed.detail is None:
            return listed
        return with_notices(listed, self.fetcher, memory, again=self.everything and is_first_sweep)

    def first_page(self, part: Slice) -> ReadPage:
        return self._page(plan.first_request(self.fetcher.feed, part.window))

    def _listed(self, part: Slice) -> Iterator[ReadPage | End]:
        """1 request  2 read  3 give the page  4 plan the next request by what the page declares."""
        feed, rows_before = self.fetcher.feed, 0
        first: Page | None = None
        request: PageRequest | None = plan.first_request(feed, part.window)
        while request is not None:
            try:
                read = self._page(request, first)
            except Failure as missing:
                if first is None or missing.kind != "missing" or feed.paging.style != "numbered_files":
                    raise
                yield End.NOTHING_FOLLOWS
                return
            yield read
            if read.failure is not None:
                return
            first = first or read.listed
            if plan.is_too_deep(feed, first) and plan.halves(part.window):
                raise Failure("paging", "deep_page", "the slice has more pages than the platform gives")
            following = plan.next_request(feed, request, read.listed, first, rows_before)
            if following is not None and request.number >= feed.paging.ceiling:
                yield End.CEILING
                return
            rows_before += read.listed.read - (feed.paging.overlap if request.number > 1 else 0)
            request = following

    def _page(self, request: PageRequest, first: Page | None = None) -> ReadPage:
        """One page; an empty one in the middle is requested once more. Raises Failure."""
        read = self._read(request)
        if first and read.listed.read == 0 and plan.page_follows(read.listed, first, request.number - 1):
            read = self._read(request)
        paging = self.fetcher.feed.paging
        is_without_total = read.failure is None and read.listed.total is None
        if first is None and is_without_total and paging.total and self.fetcher.feed.claims.total == "reliable":
            raise Failure("blocked", "envelope", f"there is no count at {paging.total}")
        return read

    def _read(self, request: PageRequest) -> ReadPage:
        """One answer and its rows. Raises Failure; what cannot be read at all is a page with one refusal."""

        def read(answer: Answer) -> tuple[Page, Failure | None]:
            try:
                return read_page(answer, self.fetcher.source.access, self.fetcher.feed, self.fetcher.now()), None
            except Reject as error:
                return unread_page(error, answer.body), Failure("short", error.reason, error.message, answer=answer)

        (page, failure), origin = self.fetcher.request(request, read)
        return ReadPage(page, origin, request.number, failure=failure)

    def smaller(self, part: Slice, failure: Failure) -> Sequence[Slice]:
        halves = plan.halves(part.window) if failure.reason == "deep_page" else None
        return [Slice(window) for window in halves or ()]

    def goes_on_after(self, failure: Failure) -> bool:
        return failure.kind == "short"  # anything else would meet the next slice as well

    def advanced(self, cursor: Cursor, part: Slice, sweep: Sweep, *, is_proved: bool) -> Cursor:
        if not is_proved:
            return cursor
        served = self.origin.served_at if self.origin else None
        return replace(cursor, watermark=plan.watermark_after(part.window, cursor.watermark, self.started, served))

    def shown(self, sweep: Sweep) -> set[str] | None:
        is_whole = self.fetcher.feed.slice.by == "none" and not any(page.refused for page in sweep.pages)
        return set(sweep.digests) if is_whole else None

    def finished(self, cursor: Cursor) -> Cursor:
        return replace(cursor, reconciled_at=stamp(self.started)) if self.everything else cursor
