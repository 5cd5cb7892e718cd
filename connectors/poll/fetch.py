"""Fetch: one answer of a platform, with its evidence stored, within the day's budget, tried again while that helps."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from connectors.http.auth.draft import Draft
from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from connectors.http.guard import check_host
from connectors.http.messages import Answer, Failure, HttpRequest
from connectors.http.request import request_for, signed_request
from connectors.http.retry import TRIES, WAIT_IN_PLACE_SECONDS, back_off
from connectors.poll.evidence import keep
from connectors.poll.guards import seconds_until_tomorrow
from connectors.poll.outcome import BY_PERSON
from connectors.poll.pages import Origin
from connectors.poll.plan import PageRequest
from connectors.poll.robots import RobotsFiles
from ops.evidence import EvidenceStore
from schemas.records.source_status import Requests
from schemas.source.model import Feed, Source

Value = TypeVar("Value")
NOT_FOUND = (404, 410)
DAYS_KEPT = 6  # of the ledger of requests, beside the newest
NOT_AUTHORISED = ("status_401", "token_expired")


@dataclass
class Fetcher:
    """The requests of one poll. ``asked`` and ``earlier`` are their ledger by days; ``origin`` is the newest answer."""

    source: Source
    feed: Feed
    client: HttpClient
    evidence: EvidenceStore
    session: Session
    now: Callable[[], datetime]
    wait: Callable[[float], None]
    chance: random.Random
    robots: RobotsFiles
    asked: Requests = field(default_factory=Requests)
    earlier: tuple[Requests, ...] = ()
    budget: int | None = None  # requests that this feed may make today; None: as many as it needs
    validators: Validators = field(default_factory=Validators)
    is_paused: Callable[[], bool] = field(default=lambda: False)  # a person paused the feed
    origin: Origin | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)  # pages may be asked for side by side

    def request(self, page: PageRequest, read: Callable[[Answer, Origin], Value]) -> tuple[Value, Origin]:
        """One answer through ``read``, tried again while its failure is transient. Raises Failure.

        The evidence is stored before anything is read out of it.
        """
        attempt, renewed = 0, False
        while True:
            try:
                answer, origin = self._fetch(page)
                self.origin = origin
                return read(answer, origin), origin
            except Failure as failure:
                if failure.reason in NOT_AUTHORISED and self.session.is_signed:
                    if renewed:
                        raise Failure("blocked", "auth", failure.message, answer=failure.answer) from None
                    renewed = True
                    self.session.signer.forget()  # a token that expired, a clock window that was missed: once more
                    continue
                attempt += 1
                pause = self._pause_before_retry(failure, attempt)
                if pause is None:
                    raise
                self.wait(pause)

    def _pause_before_retry(self, failure: Failure, attempt: int) -> float | None:
        """Seconds to wait before the same request is sent again; None: it is not."""
        if attempt >= TRIES:
            return None
        if failure.kind == "transient":
            return back_off(attempt - 1, self.chance)
        in_place = failure.kind == "rate" and 0 < failure.after_seconds <= WAIT_IN_PLACE_SECONDS
        return failure.after_seconds if in_place else None

    def _check_robots(self, request: HttpRequest) -> None:
        """Raises Failure where the host's robots.txt does not allow the address, or cannot be read."""

        def ask(url: str) -> Answer:
            return self._exchange(request_for(self.source, Draft(url)))

        check_host(request)
        if self.source.access.robots == "obeyed":
            self.robots.check(request, self.now().date().isoformat(), ask)

    def _login(self, request: HttpRequest) -> Answer:
        self._check_robots(request)
        return self._exchange(request)

    def _exchange(self, request: HttpRequest) -> Answer:
        """One request sent, of the day's budget, and what came of it in the ledger. Raises Failure."""
        self._spend()
        try:
            answer = self.client.fetch(request)
        except Failure:
            self._note(Requests(refused=1))
            raise
        self._note(
            Requests(
                bytes=answer.wire_bytes,
                refused=int(answer.status >= 400 and answer.status not in NOT_FOUND),
                unchanged=int(answer.status == 304),
                waited_seconds=answer.waited_seconds,
            )
        )
        return answer

    def _note(self, more: Requests) -> None:
        with self.lock:
            self.asked += more

    def _spend(self) -> None:
        """One request of the day's budget. Raises Failure(``local``) when none is left: the feed goes on tomorrow; or when
        a person paused the feed while it was read."""
        if self.is_paused():
            raise Failure("local", BY_PERSON, "a person paused this feed while it was read")
        with self.lock:
            self._spend_one(self.now())

    def _spend_one(self, now: datetime) -> None:
        day = now.date().isoformat()
        spent = self.asked.on(day)
        if self.budget is not None and spent >= self.budget:
            message = f"the requests of {day} are used up: {self.source.access.budget}"
            raise Failure("local", "budget", message, after_seconds=seconds_until_tomorrow(now))
        if self.asked.day not in ("", day):
            self.earlier = (self.asked, *self.earlier)[:DAYS_KEPT]
        self.asked = (self.asked if spent else Requests(day=day)) + Requests(requests=1)

    def _fetch(self, page: PageRequest) -> tuple[Answer, Origin]:
        """One answer with its evidence stored; one that did not change is read from the evidence it had."""
        validators, store = self.validators, self.evidence
        self._check_robots(request_for(self.source, page))
        request = signed_request(self.source, page, self.session, self.now, self._login)
        if not (self.feed.request and self.feed.request.conditional):
            answer = self._exchange(request)
            sha256 = keep(store, answer)
        else:
            answer = self._exchange(validators.conditional(request, self.now(), store))
            answer = validators.unchanged(request, answer, store)
            sha256 = keep(store, answer)
            answer = validators.whole(request, answer, sha256)
        answer = replace(answer, body=self.session.signer.opened(answer.body)) if answer.status == 200 else answer
        return answer, Origin(sha256, answer.url, answer.received_at, answer.served_at)
