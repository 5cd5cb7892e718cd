"""Quotas: how many requests a caller may send in a minute, by its key or else by its address.

A caller has a bucket that fills evenly (GCRA): who asks at an even pace is never refused, who asks in bursts is when the
minute's number is used up. Answers tell it by ``RateLimit`` and ``RateLimit-Policy``, as draft-ietf-httpapi-ratelimit-headers-10
writes them (structured fields: ``r`` requests are left, all are back after ``t`` seconds; ``q`` in ``w`` seconds).
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from ops import telemetry
from ops.networks import client_network
from sinks.portal.errors import QuotaExceeded
from sinks.portal.web.listener import NOT_LIMITED

WINDOW = 60  # seconds
MOST_CALLERS = 20_000  # remembered, about 200 bytes each; the one that was quiet longest is forgotten and begins anew
MOST_KEYS = 2_000  # known to hold; another one is counted by its address until the store was asked
FREE = ("/healthz", "/startupz", "/readyz", "/metrics", "/static/", "/robots.txt")  # probes, and files that are kept
By = Literal["key", "address"]
Caller = tuple[By, str]


class Left(NamedTuple):
    """What a caller may still ask for. ``seconds``: until the whole quota is back."""

    by: By
    quota: int
    requests: int
    seconds: int

    @property
    def headers(self) -> Mapping[str, str]:
        return {
            "RateLimit-Policy": f'"{self.by}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.by}";r={self.requests};t={self.seconds}',
        }


class Quotas:
    """Of one portal process. ``of_address``, ``of_key``: requests a minute; 0: no limit. Thread-safe.

    An address of this machine is not limited: it is a proxy, which limits its own callers, or the operator.
    """

    def __init__(self, of_address: int = 0, of_key: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._quota: Mapping[By, int] = {"address": of_address, "key": of_key}
        self._clock = clock
        self._lock = threading.Lock()
        self._due: OrderedDict[Caller, float] = OrderedDict()  # when all that was asked for is paid back
        self._known: OrderedDict[str, None] = OrderedDict()  # digests of keys that hold

    @property
    def callers(self) -> int:
        """How many are remembered."""
        return len(self._due)

    def spend(self, address: str, credential: str) -> Left | None:
        """Count one request; None: it is not limited. Raises QuotaExceeded."""
        with self._lock:
            caller = self._caller(address, credential)
            by, quota = caller[0], self._quota[caller[0]]
            if not quota or (by == "address" and address in NOT_LIMITED):
                return None
            now, pace = self._clock(), WINDOW / quota
            due = max(self._due.get(caller, now), now) + pace
            is_refused = due - now > WINDOW + pace / 2  # half a step: sums of fractions are not exact
            if is_refused:
                due -= pace
            self._due[caller] = due
            self._due.move_to_end(caller)
            if len(self._due) > MOST_CALLERS:
                self._due.popitem(last=False)
        telemetry.gauge("tongda_quota_callers", len(self._due))
        if is_refused:
            telemetry.count("tongda_quota_refused_total", by=by)
            left = Left(by, quota, 0, math.ceil(due - now))
            raise QuotaExceeded(f"{quota} requests in {WINDOW} s by one {by}", math.ceil(pace), left.headers)
        return Left(by, quota, max(0, int((WINDOW - (due - now)) / pace + 0.5)), math.ceil(due - now))

    def note(self, credential: str, *, holds: bool) -> None:
        """What the store says of a key: from now on it has a quota of its own, or none any more."""
        with self._lock:
            self._known.pop(_digest(credential), None)
            if holds:
                self._known[_digest(credential)] = None
                if len(self._known) > MOST_KEYS:
                    self._known.popitem(last=False)

    def _caller(self, address: str, credential: str) -> Caller:
        """By its key alone when that is known to hold: with invented ones somebody would have as many quotas."""
        if credential and (digest := _digest(credential)) in self._known:
            return "key", digest
        return "address", client_network(address)


def is_free(path: str) -> bool:
    """Whether an address is not counted."""
    return path.startswith(FREE)


def _digest(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()
