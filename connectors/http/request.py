"""Request: one page's request as it is sent: address, credential, bounds, and the source's pace."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from connectors.http.auth.draft import Draft
from connectors.http.auth.session import Session
from connectors.http.messages import Answer, Failure, HttpRequest
from schemas.source.model import Source
from schemas.wire import encode

Fetch = Callable[[HttpRequest], Answer]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def signed_request(
    source: Source, draft: Draft, session: Session, now: Callable[[], datetime], fetch: Fetch
) -> HttpRequest:
    """The request of one page of this source, signed when it is made: once per attempt.

    A credential goes to the source's own scheme, host and port only: a link to the same host by http would send it in
    plaintext. Raises Failure: ``local`` without the secret, ``contract`` for a
    link that is no address, whatever a login meets.
    """
    plain = request_for(source, draft)
    if origin(plain.url) != origin(source.access.base):
        return plain

    def ask(login: Draft) -> Any:
        answer = fetch(request_for(source, login))
        if answer.status != 200:
            message = f"the login answers with status {answer.status}"
            raise Failure("transient" if answer.status >= 500 else "blocked", "auth", message)
        try:
            return json.loads(answer.body)
        except ValueError:
            raise Failure("blocked", "auth", "the login gives no JSON") from None

    signed = session.sign(draft, now(), ask)
    return replace(request_for(source, signed), shown=plain.shown)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; the port that belongs to the scheme is the same as none. Raises Failure(``contract``)."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError as error:
        raise Failure("contract", "host_refused", f"{url[:80]!r} is no address: {error}") from None


def request_for(source: Source, draft: Draft) -> HttpRequest:
    """A draft as a request within the source's bounds. Raises Failure(``contract``): a link that is no address."""
    access, path = source.access, draft.path
    base = access.base
    relative = path if "://" in path else path.lstrip("/")
    try:
        url = urljoin(base if base.endswith("/") else base + "/", relative)
        host = urlsplit(base).netloc
    except ValueError as error:
        raise Failure("contract", "host_refused", f"{path[:80]!r} is no address: {error}") from None
    media, body = (JSON, encode(dict(draft.body))) if draft.body else (FORM, urlencode(dict(draft.form)).encode())
    headers = {**draft.headers, **({"Content-Type": media} if draft.body or draft.form else {})}
    return HttpRequest(
        source=source.id,
        url=url,
        hosts=(host, *access.hosts),
        method=draft.method,
        query=tuple(draft.query.items()),
        headers=tuple(headers.items()),
        body=body,
        deadline_seconds=access.deadline_seconds,
        max_bytes=access.max_bytes,
        interval_seconds=0.0 if source.synthetic else access.interval_seconds,
        parallel=access.parallel,
        guarded=not source.synthetic,
        shown=_shown(url, draft),
    )


def _shown(url: str, draft: Draft) -> str:
    """The address as evidence and records show it: with the page's own parameters, without a credential."""
    query = urlencode({**draft.query, **draft.form})
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url
