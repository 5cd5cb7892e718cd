"""Ask: one request made politely: where, with which credential, how fast, and how long to wait before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from connectors.fetch import Ask
from connectors.plan import PageRequest
from schemas.errors import Misconfigured
from schemas.source.model import Source, seconds

TRIES = 5
WAIT_IN_PLACE_SECONDS = 60.0
FIRST_BACK_OFF_SECONDS, LONGEST_BACK_OFF_SECONDS = 2.0, 900.0
BLOCKED_SECONDS, LONGEST_BLOCKED_SECONDS = 3600.0, 86_400.0

Secret = Callable[[str], str]  # name → value; raises Misconfigured


def ask_for(source: Source, request: PageRequest, secret: Secret) -> Ask:
    """The request of one page of this source. Signed late: once per attempt."""
    base = source.access.base
    return Ask(
        source=source.id,
        url=urljoin(
            base if base.endswith("/") else base + "/",
            request.path.lstrip("/") if "://" not in request.path else request.path,
        ),
        host=urlsplit(base).netloc,
        method=request.method,
        query=tuple(request.query.items()),
        headers=credentials(source, secret),
        deadline_seconds=source.access.deadline_seconds,
        max_bytes=source.access.max_bytes,
        interval_seconds=0.0 if source.synthetic else interval(source.access.pace),
        guarded=not source.synthetic,
    )


def credentials(source: Source, secret: Secret) -> tuple[tuple[str, str], ...]:
    """Headers that prove who asks. Raises Misconfigured for a style that is not spoken."""
    auth = source.access.auth
    match auth.get("style", "none"):
        case "none":
            return ()
        case "header":
            return ((auth.get("name", "X-Api-Key"), secret(auth["secret"])),)
        case style:
            raise Misconfigured(
                f"{source.id}: access.auth.style {style!r} is not spoken; accepted: none, header", code="T3014"
            )


def interval(pace: str) -> float:
    """Seconds between two requests: ``2/s`` → 0.5, ``1/5s`` → 5."""
    number, _, unit = pace.partition("/")
    return (seconds(unit) if unit[:1].isdigit() else seconds(f"1{unit}")) / max(1, int(number))


def back_off(attempt: int, chance: random.Random) -> float:
    """Seconds before the next try, growing from 2 s to 15 min, spread so that feeds do not return together."""
    longest = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2.0 ** min(attempt, 10))
    return longest * (0.5 + chance.random() / 2)


def blocked_for(failures: int) -> float:
    """Seconds a source that refuses is left alone: an hour, doubling to a day."""
    return min(LONGEST_BLOCKED_SECONDS, BLOCKED_SECONDS * 2.0 ** min(max(0, failures - 1), 10))
