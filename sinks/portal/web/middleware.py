"""Middleware: security headers, a trace id, an ETag where the body is whole, and metrics for every answer."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from ops import telemetry

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
Proceed = Callable[[Request], Awaitable[Response]]
Fault = Callable[[Request, Exception], Response]


def middleware(fault: Fault) -> Callable[[Request, Proceed], Awaitable[Response]]:
    """``fault`` makes the answer for an exception that no handler takes, so that this one has the headers too."""

    async def around(request: Request, proceed: Proceed) -> Response:
        started = time.monotonic()
        request.state.trace_id = request.headers.get("traceparent", "")[3:35] or uuid.uuid4().hex
        try:
            response = await proceed(request)
        except Exception as error:
            response = fault(request, error)
        whole = response.status_code == 200 and not request.url.path.endswith("/stream")
        if whole and request.method in ("GET", "HEAD"):
            response = await _tagged(request, response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault(
            "Vary", "X-Live, Authorization"
        )  # an open page asks its address for its numbers alone
        _count(request, response, time.monotonic() - started)
        return response

    return around


def _count(request: Request, response: Response, seconds: float) -> None:
    route = getattr(request.scope.get("route"), "path", "unknown")
    telemetry.count("tongda_http_requests_total", route=route, method=request.method, code=str(response.status_code))
    telemetry.observe("tongda_http_request_duration_seconds", seconds, route=route)


async def _tagged(request: Request, response: Response) -> Response:
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    headers["etag"] = tag
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, response.status_code, headers)
