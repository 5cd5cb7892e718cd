"""Guards: what one answer must pass before its rows are read, in order: status, media type, charset, envelope, business
code, sentinel, rows where expected. (Host, address and size are refused by ``http`` before.) Pure.

Each guard is a small rule that gives the failure it found; the first one decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from connectors.http.messages import Answer, Failure
from connectors.http.retry import retry_after
from connectors.read.html import html_page
from connectors.read.json import json_page, json_value, matches
from connectors.read.page import Page
from schemas.source.model import Access, Feed
from schemas.source.pointer import at

HTML_MEDIA = ("text/html", "application/xhtml+xml")
LONGEST_RETRY_AFTER = 86_400.0
BLOCKED_STATUS = (401, 403, 407, 412, 451)

StatusRule = Callable[[Answer, datetime], Failure | None]
CodeRule = Callable[[Any, Access, Feed], Failure | None]


def asks_too_much(answer: Answer, now: datetime) -> Failure | None:
    """A platform that demands a wait of more than a day is taken to refuse."""
    after = _retry_after(answer, now)
    if answer.status not in (429, 503) or after is None or after <= LONGEST_RETRY_AFTER:
        return None
    message = "asks to wait for more than a day"
    return Failure("blocked", "retry_after", message, after_seconds=LONGEST_RETRY_AFTER)


def throttles(answer: Answer, now: datetime) -> Failure | None:
    """Too many requests: the wait that the platform asks for is observed."""
    after = _retry_after(answer, now)
    if answer.status == 429 or (answer.status == 503 and after is not None):
        return Failure("rate", "throttled", f"status {answer.status}", after_seconds=after or 0.0)
    return None


def server_error(answer: Answer, now: datetime) -> Failure | None:
    """The platform has a fault of its own that may pass."""
    return Failure("transient", "status_5xx", f"status {answer.status}") if answer.status >= 500 else None


def timed_out_there(answer: Answer, now: datetime) -> Failure | None:
    """The request came too slowly or too early for the platform: the same may be sent again."""
    return Failure("transient", "timeout", f"status {answer.status}") if answer.status in (408, 425) else None


def refused_there(answer: Answer, now: datetime) -> Failure | None:
    """Not authorised, forbidden, blocked by a firewall: asking again makes it worse."""
    status = answer.status
    return Failure("blocked", f"status_{status}", f"status {status}") if status in BLOCKED_STATUS else None


def redirected(answer: Answer, now: datetime) -> Failure | None:
    """No redirect is followed: it may lead to a login page, or into our own network."""
    redirects = 300 <= answer.status < 400
    return Failure("blocked", "redirect", f"status {answer.status} to another address") if redirects else None


def empty_answer(answer: Answer, now: datetime) -> Failure | None:
    """No content is no empty list."""
    return Failure("short", "no_content", "status 204 where a list was expected") if answer.status == 204 else None


def gone(answer: Answer, now: datetime) -> Failure | None:
    """Nothing stands at this address: the end of numbered files, or a notice that was taken down."""
    found = answer.status in (404, 410)
    return Failure("missing", f"status_{answer.status}", f"status {answer.status}") if found else None


def any_other_status(answer: Answer, now: datetime) -> Failure | None:
    """Only 200 is an answer."""
    return None if answer.status == 200 else Failure("blocked", f"status_{answer.status}", f"status {answer.status}")


STATUS_RULES: tuple[StatusRule, ...] = (
    asks_too_much,
    throttles,
    server_error,
    timed_out_there,
    refused_there,
    redirected,
    empty_answer,
    gone,
    any_other_status,
)


def cursor_expired(value: Any, access: Access, feed: Feed) -> Failure | None:
    """The slice begins again from its first page."""
    expired = matches(feed.paging.expired, value)
    return Failure("paging", "cursor_expired", "the cursor is no longer valid") if expired else None


def token_expired(value: Any, access: Access, feed: Feed) -> Failure | None:
    """The token has expired: it is renewed once."""
    expired = matches(access.auth.expired, value)
    return Failure("blocked", "token_expired", "the token is no longer valid") if expired else None


def quota_used_up(value: Any, access: Access, feed: Feed) -> Failure | None:
    """The platform answers no more today."""
    used_up = matches(access.quota, value)
    return Failure("rate", "quota", "the calls of the day are used up") if used_up else None


def refusing_code(value: Any, access: Access, feed: Feed) -> Failure | None:
    """A code by which the platform refuses."""
    return Failure("blocked", "business_code", "the platform refuses") if matches(access.blocked, value) else None


def busy_code(value: Any, access: Access, feed: Feed) -> Failure | None:
    """A code of a platform that is busy: a 200 that holds no answer."""
    return Failure("transient", "business_code", "the platform is busy") if matches(access.retry, value) else None


def any_other_code(value: Any, access: Access, feed: Feed) -> Failure | None:
    """A code that is not declared good is never an empty list."""
    if access.ok is None or matches(access.ok, value):
        return None
    found = str(at(value, access.ok.at))[:40]
    return Failure("transient", "business_code", f"code {found!r} is not a good one")


CODE_RULES: tuple[CodeRule, ...] = (
    cursor_expired,
    token_expired,
    quota_used_up,
    refusing_code,
    busy_code,
    any_other_code,
)


def check_status(answer: Answer, now: datetime) -> None:
    """Raises Failure unless the status is that of an answer."""
    for rule in STATUS_RULES:
        if failure := rule(answer, now):
            raise _of(failure, answer)


def check_media(answer: Answer, access: Access) -> None:
    """Raises Failure when the answer is not of the declared media type: a challenge, a login page, a limit notice."""
    accepted = HTML_MEDIA if access.media in HTML_MEDIA else (access.media,)
    if answer.media not in accepted:
        message = f"{answer.media[:60]!r} where {access.media} was expected"
        raise Failure("blocked", "media_type", message, answer=answer)


def check_code(value: Any, access: Access, feed: Feed, answer: Answer, now: datetime) -> None:
    """Raises Failure unless the business code is a good one."""
    for rule in CODE_RULES:
        if failure := rule(value, access, feed):
            if failure.reason == "quota":
                failure.after_seconds = seconds_until_tomorrow(now)
            raise _of(failure, answer)


def seconds_until_tomorrow(now: datetime) -> float:
    """A day's quota ends with the day."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return (tomorrow - now).total_seconds()


def read_page(answer: Answer, access: Access, feed: Feed, now: datetime) -> Page:
    """The rows of an answer that passed every guard. Raises Failure; Reject when the whole page cannot be read."""
    if feed.paging.style == "cursor" and answer.status == 410:
        raise Failure("paging", "cursor_expired", "the cursor is no longer valid", answer=answer)
    check_status(answer, now)
    check_media(answer, access)
    if feed.html is not None:
        return html_page(answer, feed, access.charset)
    value = json_value(answer, access.charset)
    check_code(value, access, feed, answer, now)
    return json_page(value, feed)


def _retry_after(answer: Answer, now: datetime) -> float | None:
    return retry_after(answer.headers.get("retry-after", ""), now)


def _of(failure: Failure, answer: Answer) -> Failure:
    """The same failure with the answer that it was found in."""
    failure.answer = answer
    return failure
