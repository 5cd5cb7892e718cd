"""Callers: who asks, by the key that the request carries, and the views that this reader gets.

Pages ask nobody: they are the same for all, and show what is public.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sinks.portal.errors import KeyNeeded
from sinks.portal.read.views import Views
from sinks.portal.secrecy import PUBLIC

BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="密钥 · a key made by `tongda keys make`")
WITHOUT_A_KEY: dict[str, Any] = {"security": [{}]}  # in OpenAPI: this too, beside the key
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


def of_caller(request: Request, given: Given) -> Views:
    """The views of whoever sent this request; without a key those of everybody.

    Raises KeyNeeded for a key that is unknown or revoked, and for another way to say who one is.
    """
    views: Views = request.app.state.views
    if "authorization" not in request.headers:
        return views.read_by(PUBLIC)
    reader = None if given is None else views.reader(given.credentials)
    request.app.state.quotas.note(request.headers["authorization"], holds=reader is not None)
    if reader is None:
        raise KeyNeeded("the key is unknown or revoked; accepted: Authorization: Bearer KEY · 密钥无效", was_given=True)
    return views.read_by(reader)


def add_call(routes: APIRouter, path: str, handler: Callable[..., Any], zh: str, en: str, **media: Any) -> None:
    """A call that is read with a key or without, named in both languages. ``media``: for OpenAPI, an answer that is no JSON."""
    routes.add_api_route(
        path,
        handler,
        methods=["GET"],
        summary=zh,
        description=en,
        operation_id=handler.__name__,
        openapi_extra=WITHOUT_A_KEY,
        **media,
    )


Asked = Annotated[Views, Depends(of_caller)]
