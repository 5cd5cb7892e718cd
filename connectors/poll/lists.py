"""Lists: the pages of a feed read over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from connectors.http.messages import Answer, Failure
from connectors.poll import plan
from connectors.poll.ahead import Early
from connectors.poll.cursor import Cursor, Window
from connectors.poll.evidence import stamp
from connectors.poll.fetch import Fetcher
from connectors.poll.guards import read_page
from connectors.poll.kept import KeptPages
from connectors.poll.memory import Memory
from connectors.poll.notices import with_notices
from connectors.poll.pages import PAGE, ROW, Origin, ReadPage, Replaced, Slice
from connectors.poll.plan import PageRequest
from connectors.poll.prove import End, Proof, Sweep
from connectors.read.page import Page, unread_page
from schemas.errors import Reject

WHOLE = Window()
REFUSED_PAGES = ("status_400", "status_404", "status_416", "status_422", "business_code")  # beyond a ceiling
CLOCK_BEHIND = timedelta(days=2)  # by a clock so far off no day can be said to be over


@dataclass
class ListPages:
    """The page source of one poll of a list. ``everything``: its notices are all read again."""

    fetcher: Fetcher
    started: datetime
    kept: KeptPages = field(default_factory=KeptPages)
    memory: Memory = field(default_factory=Memory, init=False)
    everything: bool = field(default=False, init=False)
    firsts: Early[PageRequest, ReadPage] = field(init=False)  # first pages of the slices to come, and, of the slice
    following: Early[PageRequest, ReadPage] = field(init=False)  # that is read, the pages to come: asked for early
    declared: int | None = field(default=None, init=False)  # rows, by the slice that is being read

    def __post_init__(self) -> None:
        self.firsts, self.following = Early(self._page), Early(self._page)

    @property
    def reads_everything(self) -> bool:
        return self.everything

    @property
    def doubt(self) -> Proof | None:
        """The platform's clock shows another day: it is open which of its days are over."""
        served = self.origin.served_at if self.origin else None
        if self.fetcher.feed.slice.by == "none" or served is None or self.started - served < CLOCK_BEHIND:
            return None
        return Proof("unknown", "clock_off", message=f"the platform's clock shows {stamp(served)}")

    @property
    def origin(self) -> Origin | None:
        return self.fetcher.origin

    def slices(self, cursor: Cursor, memory: Memory) -> Sequence[Slice]:
        feed, self.memory = self.fetcher.feed, memory
        self.everything = plan.reconcile_due(feed, cursor, self.started)
        found = plan.windows(feed, cursor, self.started)
        if self._parallel > 1 and len(found) > 1:
            self.firsts = Early(self._page, (plan.first_request(feed, window) for window in found), self._parallel)
        return [Slice(window) for window in found]

    def close(self) -> None:
        self.firsts.close()
        self.following.close()

    def pages(self, part: Slice, memory: Memory, *, is_first_sweep: bool) -> Iterator[ReadPage | End]:
        listed = self._listed(part)
        if self.fetcher.feed.detail is None:
            return listed
        return with_notices(listed, self.fetcher, memory, again=self.everything and is_first_sweep)

    def first_page(self, part: Slice) -> ReadPage:
        return self._page(plan.first_request(self.fetcher.feed, part.window))

    def _listed(self, part: Slice) -> Iterator[ReadPage | End]:
        """1 request  2 read  3 give the page  4 plan the next request by what the page declares."""
        feed = self.fetcher.feed
        reached: plan.Reached | None = None
        request: PageRequest | None = plan.first_request(feed, part.window)
        while request is not None:
            try:
                read = self._next(request, reached)
            except Failure as failure:
                if reached is None:
                    raise
                if failure.kind == "missing" and feed.paging.style == "numbered_files":
                    yield End.NOTHING_FOLLOWS
                    return
                raise self._too_deep(failure, request) from None
            yield read
            if read.failure is not None:
                return
            first = reached.first if reached else read.listed
            self.declared = first.total
            if plan.is_too_deep(feed, first) and self._parts(part):
                raise Failure("paging", "deep_page", "the slice has more pages than the platform gives")
            reached = reached or plan.Reached(first)
            following = plan.next_request(feed, request, read.listed, reached)
            if following is not None and plan.is_beyond(feed, request, reached, read.listed):
                yield End.CEILING
                return
            reached = reached.after(read.listed, plan.overlap_of(feed) if request.number > 1 else 0)
            request = following

    def _next(self, request: PageRequest, reached: plan.Reached | None) -> ReadPage:
        """The page of a request. Where the platform allows several at once, those that will follow are asked for early."""
        if reached is None:
            self.following.close()
            return self.firsts.take(request) or self._page(request)
        if request.number == 2 and self._parallel > 1 and self.fetcher.feed.paging.style in ("page", "offset"):
            likely = plan.likely_requests(self.fetcher.feed, request, begun := reached)
            self.following = Early(lambda each: self._page(each, begun), likely, self._parallel)
        return self.following.take(request) or self._page(request, reached)

    @property
    def _parallel(self) -> int:
        return self.fetcher.source.access.parallel

    def _too_deep(self, failure: Failure, request: PageRequest) -> Failure:
        """A page that is refused after others were given may lie beyond a ceiling that nobody declared."""
        is_refusal = failure.reason in REFUSED_PAGES and self.fetcher.feed.paging.style in ("page", "offset")
        if not is_refusal:
            return failure
        message = f"page {request.number} is refused: {failure.message}"
        return Failure("paging", "deep_page", message, answer=failure.answer)

    def _page(self, request: PageRequest, reached: plan.Reached | None = None) -> ReadPage:
        """One page; an empty one in the middle is requested once more. Raises Failure."""
        read, paging = self._read(request), self.fetcher.feed.paging
        if reached and read.listed.read == 0 and self._has_more(request, reached):
            read = self._read(request)
        is_without_total = read.failure is None and read.listed.total is None
        if reached is None and is_without_total and paging.total and self.fetcher.feed.claims.total == "reliable":
            raise Failure("blocked", "envelope", f"there is no count at {paging.total}")
        return read

    def _has_more(self, request: PageRequest, reached: plan.Reached) -> bool:
        """By the declared total or number of pages this page cannot be empty."""
        first = reached.first
        declared = first.total is not None or first.pages is not None
        return declared and plan.page_follows(first, reached, request.number - 1)

    def _read(self, request: PageRequest) -> ReadPage:
        """One answer and its rows. Raises Failure; what cannot be read at all is a page with one refusal."""

        def read(answer: Answer, origin: Origin) -> tuple[Page, Failure | None]:
            if (known := self._known(answer, origin)) is not None:
                return known, None
            feed = self.fetcher.feed
            try:
                page = read_page(answer, self.fetcher.source.access, feed, self.fetcher.now())
            except Reject as error:
                return unread_page(error, answer.body), Failure("short", error.reason, error.message, answer=answer)
            self.kept.keep(feed, answer, origin.sha256, page)
            return page, None

        (page, failure), origin = self.fetcher.request(request, read)
        refused = {each.name: ROW if failure is None else PAGE for each in page.refused}
        return ReadPage(page, origin, request.number, failure=failure, refused=refused)

    def _known(self, answer: Answer, origin: Origin) -> Page | None:
        """The page as it was read before, where its bytes are the same and none of its rows is news."""
        if self.fetcher.feed.detail is not None or self.everything:
            return None
        page = self.kept.page(answer, origin.sha256)
        return None if page is None or self.memory.shows_news(page.rows) else page

    def smaller(self, part: Slice, failure: Failure) -> Sequence[Slice]:
        return self._parts(part) if failure.reason == "deep_page" else []

    def _parts(self, part: Slice) -> list[Slice]:
        """The slice by days, or, where it is one day or a whole list, by the declared second parameter."""
        if halves := plan.halves(part.window):
            return [Slice(window) for window in halves]
        cut = plan.parts_by_cut(self.fetcher.feed, part.window)
        return [Slice(window, declared=self.declared) for window in cut]

    def goes_on_after(self, failure: Failure) -> bool:
        return failure.kind in ("short", "paging")  # anything else would meet the next slice as well

    def advanced(self, cursor: Cursor, part: Slice, sweep: Sweep, *, is_proved: bool) -> Cursor:
        if not is_proved:
            return cursor
        served = self.origin.served_at if self.origin else None
        return replace(cursor, watermark=plan.watermark_after(part.window, cursor.watermark, self.started, served))

    def shown(self, sweep: Sweep) -> set[str] | None:
        is_whole = sweep.window == WHOLE and not any(page.refused for page in sweep.pages)
        return set(sweep.digests) if is_whole else None

    @property
    def replaced(self) -> Replaced:
        return Replaced()

    def finished(self, cursor: Cursor) -> Cursor:
        return replace(cursor, reconciled_at=stamp(self.started)) if self.everything else cursor
