"""Middleware: security headers, a trace id, an ETag where the body is whole, who may read it, and metrics for every answer."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from ops import telemetry
from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.web.methods import ANY_ORIGIN, Proceed, answered, is_for_machines
from sinks.portal.web.problems import trace_id
from sinks.portal.web.quotas import Quotas, is_free

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
UNBUFFERED = {"x-accel-buffering": "no"}  # of an answer that is sent while it is made
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
NO_CONTROL = "control characters (U+0000 to U+001F, U+007F to U+009F) are accepted nowhere · 不接受控制字符"
TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
Fault = Callable[[Request, Exception], Response]


def middleware(fault: Fault, quotas: Quotas) -> Callable[[Request, Proceed], Awaitable[Response]]:
    """``fault`` makes the answer for an exception that no handler takes, so that this one has the headers too."""

    async def traced(request: Request, proceed: Proceed) -> Response:
        started, left = time.monotonic(), None
        try:
            left = None if is_free(request.url.path) else quotas.spend(*_caller(request))
            refuse_control_characters(request)
            response = await answered(request, proceed)
            if response.status_code == 200:
                response = await _tagged(request, response)  # makes the body: it can fail too
        except Exception as error:
            response = fault(request, error)
        response.headers.update(left.headers if left else {})
        for name, value in (ANY_ORIGIN if is_for_machines(request) else {}).items():
            response.headers[name] = value
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault(
            "Vary", "X-Live, Authorization"
        )  # an open page asks its address for its numbers alone
        response.headers["traceresponse"] = f"00-{trace_id(request)}-{uuid.uuid4().hex[:16]}-00"
        _count(request, response, time.monotonic() - started)
        return response

    async def around(request: Request, proceed: Proceed) -> Response:
        request.state.trace_id = _trace_id(request)
        with telemetry.traced(request.state.trace_id):
            return await traced(request, proceed)

    return around


def _caller(request: Request) -> tuple[str, str]:
    """Address and credential, as they came."""
    return request.client.host if request.client else "", request.headers.get("authorization", "")


def refuse_control_characters(request: Request) -> None:
    """No address and no parameter has one: PostgreSQL refuses some of them, logs and pages show none. Raises QueryInvalid."""
    wrong = [name for name, value in request.query_params.multi_items() if CONTROL.search(name + value)]
    if CONTROL.search(request.scope["path"]):  # as decoded; ``url`` drops some of them
        wrong.insert(0, "path")
    if wrong:
        names = dict.fromkeys(CONTROL.sub("\ufffd", name)[:60] for name in wrong)
        raise QueryInvalid([FieldError(name=name, message=NO_CONTROL) for name in names])


def _trace_id(request: Request) -> str:
    """That of the caller, when it is one: it stands in pages and in the log."""
    match = TRACE.fullmatch(request.headers.get("traceparent", ""))
    return match[1] if match else uuid.uuid4().hex


def _count(request: Request, response: Response, seconds: float) -> None:
    """Every label is from a list of ours: a client must not make new series."""
    route = getattr(request.scope.get("route"), "path", "unknown")
    method = request.method if request.method in METHODS else "other"
    telemetry.count("tongda_http_requests_total", route=route, method=method, code=str(response.status_code))
    telemetry.observe("tongda_http_request_duration_seconds", seconds, route=route)


async def _tagged(request: Request, response: Response) -> Response:
    """With a tag by what it says and how it is packed. What is sent while it is made is not waited for, and to HEAD not made."""
    if UNBUFFERED.items() <= dict(response.headers).items():
        if request.method == "HEAD":
            return Response(headers=dict(response.headers))
        return response
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    packed = "-gzip" if "gzip" in request.headers.get("accept-encoding", "") else ""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}{packed}"'
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    headers["etag"] = tag
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, response.status_code, headers)
