"""Lists: a feed read over HTTP, slice by slice and page by page, each swept again while it drifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors import plan
from connectors.cursor import Progress, Window
from connectors.details import follow
from connectors.evidence import stamp
from connectors.expect import check_count
from connectors.extract import Page, Unreadable
from connectors.fetch import Answer, Failure
from connectors.memory import content_digest
from connectors.plan import PageRequest
from connectors.prove import Proof, Sweep, check_status, read_page, verdict
from connectors.publish import Origin
from schemas.errors import Reject

if TYPE_CHECKING:
    from connectors.poll import Poll

SWEEPS = 3


def read(poll: Poll) -> None:
    """Each slice from the oldest. The watermark moves over slices proved complete without a gap between them."""
    everything = plan.reconcile_due(poll.feed, poll.cursor, poll.started)
    waiting = plan.windows(poll.feed, poll.cursor, poll.started)
    while waiting:
        window = waiting.pop(0)
        try:
            proof, sweep = _slice(poll, window, everything)
        except Failure as failure:
            if failure.reason == "deep_page" and (parts := plan.halves(window)):
                waiting[:0] = parts
                continue
            poll.unproved(failure)
            if failure.kind == "short":
                continue
            break
        if proof.verdict == "complete" and not poll.tools.released:
            try:
                check_count(poll.feed.expect, window, sweep.distinct)
            except Failure as failure:
                poll.unproved(failure)
                break
        poll.outcome.take(proof, evidence=poll.origin.sha256 if poll.origin else None)
        if poll.outcome.verdict == "complete":
            _advance(poll, window, sweep)
    if everything and poll.outcome.verdict == "complete":
        poll.cursor = poll.cursor.model_copy(update={"reconciled_at": stamp(poll.started)})


def _advance(poll: Poll, window: Window, sweep: Sweep) -> None:
    """This slice, and all before it, are complete."""
    served = poll.origin.served_at if poll.origin else None
    mark = plan.watermark_after(window, poll.cursor.watermark, poll.started, served)
    poll.cursor = poll.cursor.model_copy(update={"watermark": mark})
    if poll.feed.slice.by == "none" and not any(page.refused for page in sweep.pages):
        poll.outcome.shown = set(sweep.digests)


def _slice(poll: Poll, window: Window, everything: bool) -> tuple[Proof, Sweep]:
    """One slice: at most three sweeps, the last of which decides. Raises Failure."""
    before: dict[str, str] | None = None
    for number in range(1, SWEEPS + 1):
        try:
            sweep = _sweep(poll, window, everything and number == 1)
        except Failure as failure:
            if failure.reason != "cursor_expired" or number == SWEEPS:
                raise
            continue  # the cursor expired: from the first page again
        proof = verdict(sweep, poll.feed.paging, before)
        if not proof.again:
            break
        before = dict(sweep.digests)
    return proof, sweep


def _sweep(poll: Poll, window: Window, everything: bool) -> Sweep:
    """From the first page to the last; each page is published as soon as it passed its guards. Raises Failure."""
    sweep, paging = Sweep(), poll.feed.paging
    request: PageRequest | None = plan.first_request(poll.feed, window)
    first_request = request
    failure: Failure | None = None
    while request is not None:
        try:
            page, origin = _page(poll, request, sweep)
        except Failure as missing:
            if missing.kind == "missing" and paging.style == "numbered_files" and sweep.pages:
                sweep.ended = True  # the next file is not there: that was the last one
                break
            raise
        rows_before = sweep.read - paging.overlap * max(0, len(sweep.pages) - 1)
        sweep.add(page, [content_digest(row.content, poll.feed.volatile) for row in page.rows], paging)
        failure = failure or _publish(poll, page, origin, Progress(window=window, page=request.number), everything)
        if sweep.repeated or sweep.stuck:
            break
        first = sweep.pages[0]
        if plan.is_too_deep(poll.feed, first) and plan.halves(window):
            raise Failure("paging", "deep_page", "the slice has more pages than the platform gives")
        following = plan.next_request(poll.feed, request, page, first, rows_before)
        sweep.ceiling = following is not None and request.number >= paging.ceiling
        request = None if sweep.ceiling else following
    if failure is not None:
        raise failure
    if "first_page_again" in paging.proof and len(sweep.pages) > 1 and first_request is not None:
        again, _ = _page(poll, first_request, Sweep())
        first = sweep.pages[0]
        sweep.first_again = [row.key for row in again.rows] == [
            row.key for row in first.rows
        ] and again.total == first.total
    return sweep


def _page(poll: Poll, request: PageRequest, sweep: Sweep) -> tuple[Page, Origin]:
    """One page; an empty one in the middle is asked for once more.

    Raises Failure. What cannot be read at all is published as a dead letter and raised as ``short``.
    """
    answers: list[Answer] = []

    def guarded(answer: Answer) -> Page:
        answers.append(answer)
        return read_page(answer, poll.source.access, poll.feed, poll.tools.now())

    try:
        page, origin = poll.request(request, guarded)
        if page.read == 0 and sweep.pages and plan.page_follows(page, sweep.pages[0], request.number - 1):
            page, origin = poll.request(request, guarded)
        return page, origin
    except Reject as error:
        assert poll.origin is not None
        refused = Page(refused=(Unreadable("", error.reason, error.message, answers[-1].body),))
        poll.publish(refused, poll.origin, poll.cursor.slice)
        raise Failure("short", error.reason, error.message, answer=answers[-1]) from None


def _publish(poll: Poll, page: Page, origin: Origin, progress: Progress, everything: bool) -> Failure | None:
    """Publish a page, with the notices behind its rows where the feed has them. Gives what kept a notice from us."""
    if poll.feed.detail is None:
        poll.publish(page, origin, progress)
        return None

    def fetch(url: str) -> tuple[Answer, Origin]:
        def guarded(answer: Answer) -> Answer:
            check_status(answer, poll.tools.now())
            return answer

        return poll.request(PageRequest(url), guarded)

    followed = follow(page, poll.feed, poll.memory, everything, poll.source.access.charset, fetch)
    poll.publish(followed.page, origin, progress, followed.notices)
    return followed.failure
