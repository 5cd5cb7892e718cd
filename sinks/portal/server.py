"""The web server: routes, errors as problem documents, headers, and what starts and stops with it."""

from __future__ import annotations

import contextlib
import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from ops import telemetry
from schemas.errors import HubError, NotFound, Paused, Unreachable
from sinks.portal import api, stream
from sinks.portal.filters import QueryInvalid
from sinks.portal.follow import Follower
from sinks.portal.models import Problem
from sinks.portal.pages import Pages
from sinks.portal.views import Gone, Moved, Views

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TITLES = {
    404: ("Nothing has that name", "没有这一内容"),
    405: ("This address takes no such request", "不支持这种请求"),
    410: ("It was here and is gone", "该内容已移除"),
    422: ("The address asks for something unknown", "请求参数有误"),
    500: ("The portal met a fault of its own", "门户内部故障"),
    503: ("The portal's database does not answer", "门户暂时无法读取数据"),
}
CODES = {404: "T4001", 405: "T4050", 410: "T4101", 422: "T4220", 500: "T1000", 503: "T8001"}


def create_app(views: Views, follower: Follower, pages: Pages | None = None) -> FastAPI:
    """The portal over these views. The follower's thread lives as long as the application."""

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
        openapi_url="/openapi.json",
        description="湖南省专利转化事件枢纽的公开接口。The hub's public interface.",
    )
    app.include_router(api.router(views))
    app.include_router(stream.router(views, follower))
    app.include_router(_health(views, follower))
    if pages is not None:
        app.include_router(pages.router())
    app.middleware("http")(_dressed)

    def answer(request: Request, status: int, error: Exception) -> Response:
        problem = _problem(request, status, error, follower.as_of)
        headers = {"Retry-After": "5"} if status == 503 else {}
        if pages is not None and _for_people(request):
            response = pages.problem(request, problem)
            response.headers.update(headers)
            return response
        return JSONResponse(
            problem.model_dump(mode="json"), status, headers=headers, media_type="application/problem+json"
        )

    @app.exception_handler(HubError)
    def hub_error(request: Request, error: HubError) -> Response:
        if isinstance(error, Moved):
            return RedirectResponse(_moved(request, error), 308)
        status = {NotFound: 404, Gone: 410, QueryInvalid: 422, Unreachable: 503, Paused: 503}.get(type(error), 500)
        return answer(request, status, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [{"name": str(each["loc"][-1]), "message": str(each["msg"])} for each in error.errors()]
        return answer(request, 422, QueryInvalid(errors))

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, error)

    @app.exception_handler(Exception)
    def fault(request: Request, error: Exception) -> Response:
        """A bug: told to the log with its trace id, to the reader without its text."""
        return answer(request, 500, error)

    return app


async def _dressed(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer: security headers, a trace id, an ETag with 304 where the body is whole, and its metrics."""
    started = time.monotonic()
    request.state.trace_id = request.headers.get("traceparent", "")[3:35] or uuid.uuid4().hex
    response = await proceed(request)
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not request.url.path.endswith("/stream"):
        response = await _tagged(request, response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-cache")
    route = getattr(request.scope.get("route"), "path", "unknown")
    telemetry.count("tongda_http_requests_total", route=route, method=request.method, code=str(response.status_code))
    telemetry.observe("tongda_http_request_duration_seconds", time.monotonic() - started, route=route)
    return response


async def _tagged(request: Request, response: Response) -> Response:
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    headers["etag"] = tag
    if tag in {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, response.status_code, headers)


def _health(views: Views, follower: Follower) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "role": "portal"}

    @router.get("/startupz")
    async def startupz() -> Response:
        """Started: the index was whole once."""
        body = {"status": "ok" if follower.ready else "failed", "role": "portal"}
        return JSONResponse(body, 200 if follower.ready else 503)

    @router.get("/readyz")
    async def readyz() -> Response:
        """Ready: the database answers and the index holds what was committed."""
        ready = follower.ready and follower.reachable
        checks = [
            {"name": name, "status": "ok" if ok else "failed"}
            for name, ok in (("database", follower.reachable), ("index", follower.ready))
        ]
        body = {"status": "ok" if ready else "failed", "role": "portal", "checks": checks}
        return JSONResponse(body, 200 if ready else 503)

    @router.get("/metrics")
    def metrics() -> Response:
        with contextlib.suppress(Unreachable, Paused):  # without the database the other metrics are still told
            views.measure()
        return Response(telemetry.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return router


def _problem(request: Request, status: int, error: Exception, as_of: str) -> Problem:
    title, title_zh = TITLES.get(status, TITLES[404 if status < 500 else 500])
    known = isinstance(error, HubError) and status != 500
    next_step = error.next_step if isinstance(error, HubError) and known else ""
    code = error.code if isinstance(error, HubError) and known else CODES.get(status, "T4000")
    if status >= 500:
        told = f"{type(error).__name__}: {error}"
        telemetry.log("request_failed", "error", path=request.url.path, error=told, trace_id=_trace(request))
    return Problem(
        type=f"/problems/{code}",
        title=title,
        title_zh=title_zh,
        status=status,
        code=code,
        instance=request.url.path,
        detail=_away(as_of) if status == 503 else str(error) if known else title,
        trace_id=_trace(request),
        errors=error.errors if isinstance(error, QueryInvalid) else (),
        next=(next_step,) if next_step.startswith("/") else ("/api/v1/listings", "/openapi.json"),
    )


def _away(as_of: str) -> str:
    """Addresses of our own servers are for the log; readers learn how old the last state is that was seen here."""
    return f"{TITLES[503][0]}; its last state seen here: {as_of or 'none yet'} · 最后读到的数据时间 {as_of or '无'}"


def _trace(request: Request) -> str:
    return str(getattr(request.state, "trace_id", ""))


def _for_people(request: Request) -> bool:
    return not request.url.path.startswith(("/api/", "/openapi", "/healthz", "/startupz", "/readyz", "/metrics"))


def _moved(request: Request, moved: Moved) -> str:
    """The same address with the new name; a page leaves out the kind before the colon, and so does its redirect."""
    path = request.url.path
    for old, new in ((moved.old, moved.new), (moved.old.rpartition(":")[2], moved.new.rpartition(":")[2])):
        if old in path:
            path = path.replace(old, new)
            break
    return quote(path, safe="/:.") + (f"?{request.url.query}" if request.url.query else "")
