"""Routes that refuse what FastAPI lets pass: a parameter given twice, and any parameter where none has a meaning."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, get_origin

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from sinks.portal.errors import FieldError, QueryInvalid
from sinks.portal.web.problems import understood

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OnceRoute(APIRoute):
    """A parameter that is no list is given at most once."""

    def get_route_handler(self) -> Handler:
        handler, fields = super().get_route_handler(), parameters_of(self)
        lists = {name for name, is_list in fields.items() if is_list}

        async def once(request: Request) -> Response:
            self.check(request, fields)
            given = [name for name, value in request.query_params.multi_items() if value and name not in lists]
            if repeated := sorted({name for name in given if given.count(name) > 1} & set(fields)):
                raise QueryInvalid([FieldError(name=name, message="given more than once") for name in repeated])
            try:
                return await handler(request)
            except RequestValidationError as error:
                raise understood(error, tuple(fields)) from None

        return once

    def check(self, request: Request, fields: dict[str, bool]) -> None:
        """Whether this address takes parameters at all: a page without any ignores them."""


class StrictRoute(OnceRoute):
    """An address of the API that its path names whole takes no parameters."""

    def check(self, request: Request, fields: dict[str, bool]) -> None:
        if not fields and request.query_params:
            message = "unknown: this address takes no parameters"
            raise QueryInvalid([FieldError(name=name[:60], message=message) for name in request.query_params])


def parameters_of(route: APIRoute) -> dict[str, bool]:
    """The names of a route's query parameters, and whether each is a list."""
    found: dict[str, bool] = {}
    for field in route.dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, each in model.model_fields.items():
                found[each.alias or name] = get_origin(each.annotation) in (tuple, list)
        else:
            found[field.alias] = False
    return found
