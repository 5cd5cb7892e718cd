"""Methods: HEAD and OPTIONS for whatever can be read, and who may read it from another site's page.

There are no cookies: a page of any origin may read what anybody may, or with a key that it was given. It may change nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

READING = ("GET", "HEAD", "OPTIONS")
CHANGING = ("POST", "DELETE")
FOR_MACHINES = ("/api/", "/openapi", "/asyncapi", "/schemas/", "/sdmx/", "/dcat")
ANY_ORIGIN: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Link, Content-Disposition, Retry-After, WWW-Authenticate, RateLimit, RateLimit-Policy, Traceresponse",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
)
PREFLIGHT: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Methods": ", ".join(READING),
        "Access-Control-Allow-Headers": "Authorization, If-None-Match, Last-Event-ID, Traceparent",
        "Access-Control-Max-Age": "86400",
    }
)
Proceed = Callable[[Request], Awaitable[Response]]


async def answered(request: Request, proceed: Proceed) -> Response:
    """The answer to any method. Raises HTTPException 404 for OPTIONS of an address that nothing has."""
    if request.method == "OPTIONS":
        return options(request)
    if request.method != "HEAD":
        return await proceed(request)
    request.scope["method"] = "GET"  # no route need have both; the server sends no body to HEAD
    try:
        return await proceed(request)
    finally:
        request.scope["method"] = "HEAD"


def options(request: Request) -> Response:
    """What an address takes; to a browser that asks for another site's page, also what it may send."""
    if not (methods := allowed(request)):
        raise HTTPException(404)
    headers = {"Allow": ", ".join(methods), **(PREFLIGHT if is_for_machines(request) else {})}
    return Response(status_code=204, headers=headers)


def allowed(request: Request) -> tuple[str, ...]:
    """The methods of an address; none: nothing has it."""
    taken = [
        method
        for method in ("GET", *CHANGING)
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]
    reading = READING if "GET" in taken else READING[2:]
    return (*reading, *(method for method in taken if method != "GET")) if taken else ()


def is_for_machines(request: Request) -> bool:
    """An address whose answers other sites' pages may read."""
    return request.url.path.startswith(FOR_MACHINES)
