"""Methods: HEAD and OPTIONS for whatever can be read, and who may read it from another site's page.

There are no cookies and nothing is written: a page of any origin may read what anybody may, or with a key that it was given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

ALLOWED = "GET, HEAD, OPTIONS"
FOR_MACHINES = ("/api/", "/openapi", "/asyncapi", "/schemas/")
ANY_ORIGIN: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "ETag, Link, Content-Disposition, Retry-After, WWW-Authenticate",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
)
PREFLIGHT: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Methods": ALLOWED,
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
    scope = {**request.scope, "method": "GET"}
    if not any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
        raise HTTPException(404)
    return Response(status_code=204, headers={"Allow": ALLOWED, **(PREFLIGHT if is_for_machines(request) else {})})


def is_for_machines(request: Request) -> bool:
    """An address whose answers other sites' pages may read."""
    return request.url.path.startswith(FOR_MACHINES)
