"""Messages: a request to a platform, its answer, and the failure when there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from schemas.errors import HubError

FailureClass = Literal["transient", "rate", "blocked", "paging", "contract", "short", "missing", "local"]
CLOCK_YEARS = range(2000, 2200)  # a Date outside them comes from no working clock, and the calendar ends at 9999


@dataclass(frozen=True)
class HttpRequest:
    """One request to be made. ``guarded``: the address is the definition's own, so it must be a public one."""

    source: str
    url: str
    hosts: tuple[str, ...]  # those that the definition names, with their ports; the first is its own
    method: Literal["GET", "POST"] = "GET"
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold a credential, as the two below
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    deadline_seconds: float = 60.0
    max_bytes: int = 8 << 20
    interval_seconds: float = 1.0  # between two requests to one host
    parallel: int = 1  # requests to the host in flight at once
    guarded: bool = True
    shown: str = ""  # the address in evidence and records; empty: as it is asked

    @property
    def host(self) -> str:
        """The host that is asked, with its port: each has a pace of its own."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class Answer:
    """What a platform answered, or a file of an inbox: the bytes after content decoding, before any reading."""

    url: str
    body: bytes
    received_at: datetime
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wire_bytes: int = 0  # as they came, before content decoding
    waited_seconds: float = 0.0  # before the request's turn, for the pace

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def served_at(self) -> datetime | None:
        """The instant by the platform's clock; None when it gives none that a working clock can show."""
        try:
            served = parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, OverflowError):
            return None
        return served if served.tzinfo and served.year in CLOCK_YEARS else None

    @property
    def charset(self) -> str:
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.lower() == "charset":
                return value.strip("\"' ").lower()
        return ""


class Failure(HubError):
    """A platform gave nothing that can be read as an answer.

    ``kind`` decides what is done next; ``reason`` is a short code from a bounded set, which the public status page shows;
    ``message`` is for the operator only.
    """

    code = "T7001"

    def __init__(
        self,
        kind: FailureClass,
        reason: str,
        message: str = "",
        *,
        after_seconds: float = 0.0,
        answer: Answer | None = None,
        code: str | None = None,
        next_step: str = "",
    ) -> None:
        self.kind = kind
        self.reason = reason
        self.after_seconds = after_seconds
        self.answer = answer
        super().__init__(message or reason, code=code, next_step=next_step)

    @property
    def told(self) -> str:
        """The sentence for the operator, with code and next step where the failure has its own."""
        return f"{self.code} {self.message}; {self.next_step}" if self.next_step else self.message
