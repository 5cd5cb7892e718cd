"""Robots files: the robots.txt of each host, asked for once a day by all processes together, restarts included.

What a host answered stands in a small file beside the evidence, ``robots/<host>.json``: day, status, and the digest under
which the bytes are kept. It can be removed at any time; then the host is asked once more.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode, urljoin, urlsplit

from connectors.http.messages import Answer, Failure, FailureClass, HttpRequest
from connectors.http.retry import retry_after
from connectors.http.robots import TOKEN, Rules, rules_of
from connectors.poll.evidence import keep
from connectors.poll.guards import LONGEST_RETRY_AFTER
from ops.evidence import EvidenceStore
from schemas.errors import HubError

MOST_REDIRECTS = 5  # RFC 9309 §2.3.1.2; further ones mean that there is no file
Ask = Callable[[str], Answer]  # an address of the definition's own hosts; raises Failure


class Known(NamedTuple):
    """What a host's robots.txt said on one day."""

    day: str
    rules: Rules


@dataclass
class RobotsFiles:
    """The files of all hosts. One object for all polls of a process; a host is asked by one of them."""

    store: EvidenceStore
    known: dict[str, Known] = field(default_factory=dict)
    locks: dict[str, threading.Lock] = field(default_factory=dict, repr=False)  # by host

    def check(self, request: HttpRequest, day: str, ask: Ask) -> None:
        """Raises Failure: ``robots_disallowed`` for an address that is not to be asked for; what ``rules`` raises."""
        parts = urlsplit(request.url)
        rules = self._rules(f"{parts.scheme}://{parts.netloc}", request.hosts, day, ask)
        query = urlencode(request.query)
        if not rules.allow(f"{request.url}{'&' if parts.query else '?'}{query}" if query else request.url):
            raise Failure(
                "blocked",
                "robots_disallowed",
                f"robots.txt of {parts.netloc} keeps {TOKEN} from {parts.path[:200]}",
                code="T7002",
                next_step="agree the access with the operator, then access.robots: ignored with the reason",
            )

    def _rules(self, origin: str, hosts: tuple[str, ...], day: str, ask: Ask) -> Rules:
        with self.locks.setdefault(origin, threading.Lock()):  # of several polls of one host the first one asks
            known = self.known.get(origin)
            if known is None or known.day != day:
                rules = self._noted(origin, day)
                known = self.known[origin] = Known(day, rules or self._asked(origin, hosts, day, ask))
            return known.rules

    def _asked(self, origin: str, hosts: tuple[str, ...], day: str, ask: Ask) -> Rules:
        """Raises Failure where the host gives no answer: then nothing of it may be read (§2.3.1.4)."""
        try:
            answer = _followed(f"{origin}/robots.txt", hosts, ask)
        except Failure as failure:
            if failure.kind != "contract":  # no answer at all is told as it is for any page
                raise
            raise Failure("blocked", "robots_unreadable", f"{origin}/robots.txt: {failure.message}") from None
        if answer.status == 429 or answer.status >= 500:
            after = min(
                LONGEST_RETRY_AFTER, retry_after(answer.headers.get("retry-after", ""), answer.received_at) or 0
            )
            message = f"{origin}/robots.txt has status {answer.status}; nothing is read there until it can be read"
            kind: FailureClass = "rate" if after else "transient"
            raise Failure(kind, "robots_unreachable", message, after_seconds=after, answer=answer)
        sha256 = keep(self.store, answer)
        self._note(origin, {"day": day, "status": answer.status, "sha256": sha256})
        return rules_of(answer.status, answer.body)

    def _place(self, origin: str) -> Path:
        return self.store.folder / "robots" / f"{quote(origin, safe='')}.json"

    def _note(self, origin: str, note: dict[str, object]) -> None:
        """Whole or not at all; several processes may write it."""
        place = self._place(origin)
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_suffix(f".{os.getpid()}.part")
        aside.write_text(json.dumps(note), encoding="utf-8")
        aside.replace(place)

    def _noted(self, origin: str, day: str) -> Rules | None:
        """What this or another process was told today."""
        try:
            note = json.loads(self._place(origin).read_text(encoding="utf-8"))
            return rules_of(note["status"], self.store.get(note["sha256"])) if note["day"] == day else None
        except (OSError, ValueError, KeyError, TypeError, HubError):
            return None  # none, or one that cannot be read: the host is asked


def _followed(url: str, hosts: tuple[str, ...], ask: Ask) -> Answer:
    """The answer at an address, through redirects between the definition's own hosts. Raises Failure."""
    answer = ask(url)
    for _ in range(MOST_REDIRECTS):
        location = answer.headers.get("location", "")
        target = urljoin(answer.url, location)
        if not 300 <= answer.status < 400 or not location or urlsplit(target).netloc not in hosts:
            break
        answer = ask(target)
    return answer
