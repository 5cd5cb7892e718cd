"""Problems: whatever goes wrong, as an RFC 9457 document, counted and logged with an id where it is our fault."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ops import telemetry
from schemas.errors import HubError, NotFound, Paused, Unreachable
from schemas.frozen import Frozen
from sinks.portal.errors import (
    FieldError,
    Gone,
    KeyNeeded,
    NotAllowed,
    QueryInvalid,
    QuotaExceeded,
    SignInNeeded,
    TooManyStreams,
    unknown,
)
from sinks.portal.web.methods import allowed

TITLES = {
    400: ("The address asks for something unknown", "请求参数有误"),
    401: ("This is read with a key", "此内容凭密钥读取"),
    403: ("Not for this role, or not sent from a page of this site", "无权操作"),
    404: ("Nothing has that name", "没有这一内容"),
    405: ("This address takes no such request", "不支持这种请求"),
    410: ("It was here and is gone", "该内容已移除"),
    429: ("More is asked for than is served to one caller", "请求超出限额"),
    500: ("The portal met a fault of its own", "门户内部故障"),
    503: ("The portal's database does not answer", "门户暂时无法读取数据"),
}
CODES = {
    400: "T4220",
    401: "T4010",
    403: "T4030",
    404: "T4001",
    405: "T4050",
    410: "T4101",
    429: "T4291",
    500: "T1000",
    503: "T8001",
}
IN_CHINESE = {  # pydantic's complaints, which are in English alone; those of our own name what is accepted
    "string_too_long": "不超过 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "int_parsing": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不小于 {ge}",
    "less_than_equal": "不大于 {le}",
    "missing": "必填",
}
PROBLEM_JSON = "application/problem+json"
STATUSES: dict[type[Exception], int] = {
    KeyNeeded: 401,
    SignInNeeded: 401,
    NotAllowed: 403,
    NotFound: 404,
    Gone: 410,
    QueryInvalid: 400,
    TooManyStreams: 429,
    QuotaExceeded: 429,
    Unreachable: 503,
    Paused: 503,
}


class Problem(Frozen):
    """RFC 9457 ``application/problem+json``: what went wrong, in both languages, and where to go on."""

    type: str
    title: str
    title_zh: str
    status: int
    code: str
    detail: str
    instance: str
    facts: dict[str, Any] = {}
    errors: tuple[FieldError, ...] = ()  # 400: one a parameter
    next: tuple[str, ...] = ()
    trace_id: str = ""


PROBLEMS: dict[int | str, dict[str, Any]] = {  # of any address, for OpenAPI
    status: {"model": Problem, "content": {PROBLEM_JSON: {}}} for status in (400, 401, 404, 503, "default")
}


def problem(request: Request, error: Exception, as_of: str) -> Problem:
    """The document of an error; the text of a fault of our own goes to the log alone."""
    status = error.status_code if isinstance(error, HTTPException) else STATUSES.get(type(error), 500)
    title, title_zh = TITLES.get(status, TITLES[404 if status < 500 else 500])
    known = isinstance(error, HubError) and status != 500
    next_step = error.next_step if isinstance(error, HubError) and known else ""
    code = error.code if isinstance(error, HubError) and known else CODES.get(status, "T4000")
    if status >= 500:
        _logged(request, error, status)
    return Problem(
        type=f"/problems/{code}",
        title=title,
        title_zh=title_zh,
        status=status,
        code=code,
        instance=request.url.path,
        detail=_away(as_of) if status == 503 else str(error) if known else title,
        trace_id=trace_id(request),
        errors=error.errors if isinstance(error, QueryInvalid) else (),
        next=(next_step,) if next_step.startswith("/") else ("/api/v1/listings", "/openapi.json"),
    )


def headers_of(request: Request, error: Exception, status: int) -> dict[str, str]:
    """What an answer to this error carries besides its document."""
    if isinstance(error, KeyNeeded):
        invalid = ', error="invalid_token"' if error.was_given else ""
        return {"WWW-Authenticate": f'Bearer realm="tongda"{invalid}'}
    if status == 405:
        return {"Allow": ", ".join(allowed(request))}
    if isinstance(error, QuotaExceeded):
        return {"Retry-After": str(error.retry_after), **error.headers}
    return {"Retry-After": "5"} if status in (429, 503) else {}


def understood(error: RequestValidationError, known: Sequence[str]) -> HubError:
    """FastAPI's complaints as one of ours: a wrong part of the path names nothing (404), a wrong parameter is 400."""
    found = error.errors()
    in_path = [each for each in found if each["loc"][0] == "path"]
    if in_path:
        return NotFound(f"nothing is called {str(in_path[0].get('input'))[:60]!r}")
    return QueryInvalid([_field_error(each, known) for each in found])


def trace_id(request: Request) -> str:
    return str(getattr(request.state, "trace_id", ""))


def _field_error(error: Any, known: Sequence[str]) -> FieldError:
    name = str(error["loc"][1] if len(error["loc"]) > 1 else error["loc"][0])
    if error["type"] == "extra_forbidden":
        return unknown(name, name, known)
    message = str(error["msg"]).removeprefix("Value error, ")
    if chinese := IN_CHINESE.get(error["type"]):
        message += " · " + chinese.format_map(error.get("ctx", {}))
    return FieldError(name=name[:60], message=message[:1000])


def _logged(request: Request, error: Exception, status: int) -> None:
    """A 503 is the database's, any other a fault of the portal; both can be found by the id that the reader has."""
    facts = {
        "path": request.url.path,
        "status": status,
        "error": f"{type(error).__name__}: {error}",
        "trace_id": trace_id(request),
    }
    if not isinstance(error, HubError | HTTPException):
        facts["trace"] = "".join(traceback.format_exception(error))
    telemetry.log("request_failed", "error", **facts)


def _away(as_of: str) -> str:
    """Without the address of the server, which is for the log; with the age of the last state that was read."""
    return f"{TITLES[503][0]}; its last state seen here: {as_of or 'none yet'} · 最后读到的数据时间 {as_of or '无'}"
