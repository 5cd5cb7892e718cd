"""Linked: a page of a list names the next one in its ``Link`` header too (RFC 8288), so that a reader needs no words of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

from fastapi import Request, Response

from sinks.portal.read.answers import Changes, Page


def linked(handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler; of a page that has a next one its address is in the headers.

    FastAPI gives the request, and the answer's headers, to one parameter of a handler: to its own, or to one that is added.
    """
    hints = get_type_hints(handler, include_extras=True)  # FastAPI would look for their names in this module
    own = {name: each.replace(annotation=hints[name]) for name, each in signature(handler).parameters.items()}
    names = {kind: next((name for name in own if hints[name] is kind), "") for kind in (Request, Response)}
    added = {kind: f"of_link_{kind.__name__.lower()}" for kind, name in names.items() if not name}
    request, response = ({**names, **added}[kind] for kind in (Request, Response))

    @wraps(handler)
    def answered(**parameters: Any) -> Any:
        answer = handler(**{name: value for name, value in parameters.items() if name in own})
        if isinstance(answer, Page) and answer.next is not None:
            name = "after" if isinstance(answer, Changes) else "cursor"
            following = parameters[request].url.include_query_params(**{name: answer.next})
            parameters[response].headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return answer

    extra = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for kind, name in added.items()]
    given = [*(each.replace(kind=Parameter.KEYWORD_ONLY) for each in own.values()), *extra]
    answered.__signature__ = Signature(given, return_annotation=hints["return"])  # type: ignore[attr-defined]
    return answered
