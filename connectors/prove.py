"""Prove: what an answer, and a whole sweep through a slice, really showed. Pure.

Guards of one answer, in order and before decoding: status, address, media type, charset, envelope and business code,
sentinel, rows where expected (address and size are refused by ``fetch`` already). The verdict of a sweep comes from
declared totals, page sizes, repeated keys, the first page read again, and the proof of the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.extract import Page, at, html_page, json_page, matches, parse_json
from connectors.fetch import Answer, Failure, retry_after
from schemas.records.raw import Verdict
from schemas.source.model import Access, Feed, Paging

HTML_MEDIA = ("text/html", "application/xhtml+xml")
LONGEST_RETRY_AFTER = 86_400.0
BLOCKED_STATUS = (401, 403, 407, 412, 451)


def check_status(answer: Answer, now: datetime) -> None:
    """Raises Failure unless the platform says that this is an answer."""
    status = answer.status
    if status == 200:
        return
    asked = retry_after(answer.headers.get("retry-after", ""), now)
    if status == 429 or (status == 503 and asked is not None):
        if asked is not None and asked > LONGEST_RETRY_AFTER:
            raise Failure(
                "blocked",
                "retry_after",
                "asks to wait for more than a day",
                after_seconds=LONGEST_RETRY_AFTER,
                answer=answer,
            )
        raise Failure("rate", "throttled", f"status {status}", after_seconds=asked or 0.0, answer=answer)
    if status >= 500 or status in (408, 425):
        raise Failure("transient", "status_5xx" if status >= 500 else "timeout", f"status {status}", answer=answer)
    if status in BLOCKED_STATUS:
        raise Failure("blocked", f"status_{status}", f"status {status}", answer=answer)
    if 300 <= status < 400:
        raise Failure("blocked", "redirect", f"status {status} to another address", answer=answer)
    if status == 204:
        raise Failure("short", "no_content", "status 204 where a list was expected", answer=answer)
    raise Failure(
        "missing" if status in (404, 410) else "blocked", f"status_{status}", f"status {status}", answer=answer
    )


def check_media(answer: Answer, access: Access) -> None:
    """Raises Failure when the answer is not of the declared media type: a challenge, a login page, a limit notice."""
    accepted = HTML_MEDIA if access.media in HTML_MEDIA else (access.media,)
    if answer.media not in accepted:
        raise Failure(
            "blocked", "media_type", f"{answer.media[:60]!r} where {access.media} was expected", answer=answer
        )


def read_page(answer: Answer, access: Access, feed: Feed, now: datetime) -> Page:
    """The rows of an answer that passed every guard. Raises Failure; Reject when the whole page cannot be read."""
    if feed.paging.style == "cursor" and answer.status == 410:
        raise Failure("paging", "cursor_expired", "the cursor is no longer valid", answer=answer)
    check_status(answer, now)
    check_media(answer, access)
    if access.media in HTML_MEDIA:
        return html_page(answer, feed, access.charset)
    value = parse_json(answer.body)
    check_code(value, access, feed.paging, answer)
    return json_page(value, feed)


def check_code(value: Any, access: Access, paging: Paging, answer: Answer) -> None:
    """Raises Failure unless the business code says that the answer is good. A bad code is never an empty list."""
    if matches(paging.expired, value):
        raise Failure("paging", "cursor_expired", "the cursor is no longer valid", answer=answer)
    if matches(access.blocked, value):
        raise Failure("blocked", "business_code", "the platform refuses", answer=answer)
    if matches(access.retry, value):
        raise Failure("transient", "business_code", "the platform is busy", answer=answer)
    if access.ok is not None and not matches(access.ok, value):
        found = str(at(value, access.ok.at))[:40]
        raise Failure("transient", "business_code", f"code {found!r} is not a good one", answer=answer)


@dataclass
class Sweep:
    """One reading of a slice from its first page to its last."""

    pages: list[Page] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)  # key → digest, over all pages
    conflict: bool = False  # one key with two contents
    repeated: bool = False  # a page whose keys were all seen: the progress guard
    ended: bool = False  # the platform itself showed that nothing follows
    stuck: bool = False  # a cursor came back
    ceiling: bool = False  # the platform refuses deeper pages
    overlapped: bool = True  # each offset page began with the last row before it
    first_again: bool | None = None  # the first page, read again, is the same
    cursors: set[str] = field(default_factory=set)

    @property
    def read(self) -> int:
        return sum(page.read for page in self.pages)

    @property
    def distinct(self) -> int:
        """Records seen: keys, and refused rows, each of which stood for one."""
        return len(self.digests) + sum(len(page.refused) for page in self.pages)

    def add(self, page: Page, digests: Sequence[str], paging: Paging) -> None:
        """One more page; ``digests`` of its rows, in order."""
        keys = [row.key for row in page.rows]
        if self.pages and keys and all(key in self.digests for key in keys) and len(keys) > paging.overlap:
            self.repeated = True
        if paging.style == "offset" and paging.overlap and self.pages and keys and self.pages[-1].rows:
            self.overlapped &= keys[0] == self.pages[-1].rows[-1].key
        for key, digest in zip(keys, digests, strict=True):
            self.conflict |= self.digests.setdefault(key, digest) != digest
            self.digests[key] = digest
        if page.next:
            self.stuck |= page.next in self.cursors
            self.cursors.add(page.next)
        self.pages.append(page)


@dataclass(frozen=True)
class Proof:
    """A verdict with its short reason; ``again``: another sweep may prove what this one could not."""

    verdict: Verdict
    reason: str = ""
    again: bool = False


def verdict(sweep: Sweep, paging: Paging, before: Mapping[str, str] | None = None) -> Proof:
    """What one sweep proved. ``before``: what the previous sweep of the same slice saw; two equal ones prove too."""
    proof = _of_one(sweep, paging)
    if proof.verdict == "complete" and "two_equal_sweeps" in paging.proof:
        proof = Proof("unknown", "one_sweep", again=True)
    if proof.again and before is not None and before == sweep.digests and not sweep.conflict:
        return Proof("complete")
    return proof


def _of_one(sweep: Sweep, paging: Paging) -> Proof:
    if sweep.stuck:
        return Proof("unknown", "cursor_stuck")
    first, last = sweep.pages[0], sweep.pages[-1]
    if len({page.total for page in sweep.pages}) > 1 or len({page.pages for page in sweep.pages}) > 1:
        return Proof("drifted", "total_changed", again=True)
    if sweep.conflict:
        return Proof("drifted", "key_conflict", again=True)
    if not sweep.overlapped:
        return Proof("drifted", "overlap_lost", again=True)
    if sweep.first_again is False:
        return Proof("drifted", "first_page_changed", again=True)
    if sweep.ceiling:
        return Proof("short", "ceiling")
    if first.total is not None:
        if sweep.distinct < first.total:
            return Proof("short", "page_repeated" if sweep.repeated else "rows_missing")
        return Proof("complete") if sweep.distinct == first.total else Proof("drifted", "rows_beyond_total", again=True)
    if any(page.read < first.read for page in sweep.pages[:-1]) and paging.style == "page":
        return Proof("short", "page_short")
    if paging.style == "cursor":
        if last.more is True and not last.next or last.more is False and last.next:
            return Proof("unknown", "cursor_contradiction")
        return Proof("complete") if sweep.ended or last.more is False else Proof("unknown", "end_unproved", again=True)
    if sweep.repeated:
        return Proof("unknown", "page_repeated", again=True)
    if first.pages is not None and len(sweep.pages) >= first.pages:
        return Proof("complete")
    if sweep.ended or last.read < first.read or "end_marker" in paging.proof:
        return Proof("complete")
    return Proof("unknown", "end_unproved", again=True)
