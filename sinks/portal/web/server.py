"""The readers' application: its routes, what it answers to errors, and what starts and stops with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match

from ops.rounds import Rounds
from schemas.errors import HubError
from sinks.access.roles import Action
from sinks.portal.errors import Moved
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.web import api, contracts, feeds, health, openapi, posts, sdmx, stream, webhooks
from sinks.portal.web.doors import door
from sinks.portal.web.middleware import middleware
from sinks.portal.web.pages import Pages
from sinks.portal.web.problems import PROBLEM_JSON, Problem, headers_of, problem
from sinks.portal.web.quotas import Quotas

MACHINES = (
    "/api/",
    "/openapi",
    "/asyncapi",
    "/schemas/",
    "/sdmx/",
    "/dcat",
    "/healthz",
    "/startupz",
    "/readyz",
    "/metrics",
)  # addresses that answer no page
SMALL = 1_000  # bytes of an answer below which packing saves no packet
ProblemPage = Callable[[Request, Problem], Response]
COMPRESSION = 5  # of 9: levels above cost twice the time for some hundredths of the size


def create_app(
    views: Views,
    follower: Follower,
    pages: Pages | None = None,
    quotas: Quotas | None = None,
    beside: Sequence[Rounds] = (),
) -> FastAPI:
    """The portal over these views. The follower's thread runs as long as the application. Without ``quotas`` nobody is limited."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        follower.stop()

    app = FastAPI(
        title="通达 Tongda",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # a route of ours, which says what it does like every other
        redirect_slashes=False,  # its redirects would go to whatever host the request names
        description="湖南省专利转化事件枢纽的公开接口。The hub's public interface.",
    )
    app.state.views = views
    app.state.public_url = pages.public_url if pages else ""
    app.state.quotas = quotas = quotas or Quotas()
    app.openapi = cache(partial(openapi.document, app))  # type: ignore[method-assign]  # FastAPI's way to another one
    public = APIRouter()
    public.add_api_route("/openapi.json", lambda: app.openapi(), include_in_schema=False, name="openapi")
    for router in (
        public,
        contracts.router(),
        feeds.router(app.state.public_url),
        sdmx.router(),
        posts.router(),
        stream.router(follower),
    ):
        app.include_router(router, dependencies=[door(Action.READ_PUBLIC)])
    app.include_router(api.router())
    app.include_router(webhooks.router(), dependencies=[door(Action.HOLD_WEBHOOKS)])
    app.include_router(health.probes(follower, beside))
    if pages is not None:
        app.include_router(pages.router())
    return dressed(app, pages.problem if pages else None, follower, quotas)


def dressed(app: FastAPI, page_of: ProblemPage | None, follower: Follower, quotas: Quotas) -> FastAPI:
    """The application with answers to what goes wrong, headers, metrics and compression: the same at both listeners."""

    def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 404 and (place := without_slash(request)):
            return RedirectResponse(place, 307)
        if isinstance(error, Moved):
            return RedirectResponse(moved(request, error), 308)
        found = problem(request, error, follower.as_of)
        headers = headers_of(request, error, found.status)
        if page_of is not None and not request.url.path.startswith(MACHINES):
            response = page_of(request, found)
            response.headers.update(headers)
            return response
        return JSONResponse(found.model_dump(mode="json"), found.status, headers, PROBLEM_JSON)

    for expected in (HubError, HTTPException):
        app.add_exception_handler(expected, answer)
    app.middleware("http")(middleware(answer, quotas))
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=COMPRESSION)
    return app


def without_slash(request: Request) -> str:
    """The path without its last slash and host, when that is an address of the portal; else nothing."""
    path = request.url.path
    scope = {**request.scope, "path": path[:-1], "method": "GET"}
    if len(path) < 2 or not path.endswith("/") or path.startswith("//"):
        return ""
    if not any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
        return ""
    return quote(path[:-1], safe="/:.") + (f"?{request.url.query}" if request.url.query else "")


def moved(request: Request, error: Moved) -> str:
    """The same address with the new name; a page leaves out the kind before the colon, and so does its redirect."""
    path = request.url.path
    for old, new in ((error.old, error.new), (error.old.rpartition(":")[2], error.new.rpartition(":")[2])):
        if old in path:
            path = path.replace(old, new)
            break
    return quote(path, safe="/:.") + (f"?{request.url.query}" if request.url.query else "")
