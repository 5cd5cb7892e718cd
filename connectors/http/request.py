"""Request: one page's request as it is sent: address, credential, bounds, and the source's pace."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urljoin, urlsplit

from connectors.http.auth import Secret, credentials
from connectors.http.messages import Failure, HttpRequest
from schemas.source.model import Source


def request_for(
    source: Source, path: str, query: dict[str, str], method: Literal["GET", "POST"], secret: Secret
) -> HttpRequest:
    """The request of one page of this source, signed when it is made: once per attempt.

    Raises Failure: ``local`` without the secret, ``contract`` for a link that is no address.
    """
    base = source.access.base
    relative = path if "://" in path else path.lstrip("/")
    try:
        url = urljoin(base if base.endswith("/") else base + "/", relative)
    except ValueError as error:
        raise Failure("contract", "host_refused", f"{path[:80]!r} is no address: {error}") from None
    return HttpRequest(
        source=source.id,
        url=url,
        host=urlsplit(base).netloc,
        method=method,
        query=tuple(query.items()),
        headers=credentials(source.access.auth, secret),
        deadline_seconds=source.access.deadline_seconds,
        max_bytes=source.access.max_bytes,
        interval_seconds=0.0 if source.synthetic else source.access.interval_seconds,
        guarded=not source.synthetic,
    )
