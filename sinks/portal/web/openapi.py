"""OpenAPI 3.1, as FastAPI makes it of the routes, put right: media types of problems, statements by their kinds."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from schemas.contract.records import parts_of
from schemas.records.event import EVENTS
from sinks.portal.read.answers import ANY_EVENT
from sinks.portal.secrecy import KEY_HOLDER, shown_kinds
from sinks.portal.web.problems import PROBLEM_JSON

JSON = "application/json"
REFS = "#/components/schemas/"
METHODS = """

Every address takes GET, HEAD and OPTIONS, those of webhooks also POST and DELETE, and names them in `Allow`; any other method is
answered with 405.
"""


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document."""
    made = get_openapi(title=app.title, version=app.version, description=app.description + METHODS, routes=app.routes)
    for path in made["paths"].values():
        for operation in path.values():
            _problems(operation["responses"])
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which this portal answers as a problem
        schemas.pop(name, None)
    made["components"]["schemas"] = _with_kinds(schemas) | _kinds()
    made["paths"] = _with_kinds(made["paths"])
    return made


def _problems(responses: dict[str, Any]) -> None:
    """A problem has a media type of its own and no other (RFC 9457)."""
    responses.pop("422", None)
    for answer in responses.values():
        content = answer.get("content", {})
        if PROBLEM_JSON in content:
            answer["content"] = {PROBLEM_JSON: content[JSON]}


def _kinds() -> dict[str, Any]:
    """The schemas of every kind's events, those that topics have."""
    return {name: part for kind in shown_kinds(KEY_HOLDER) for name, part in parts_of(EVENTS[kind], REFS).items()}


def _with_kinds(part: Any) -> Any:
    """Wherever an event of any kind may stand, those of all kinds, told apart by ``kind``."""
    if isinstance(part, list):
        return [_with_kinds(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("title") == ANY_EVENT and "properties" in part:  # a field named ``event`` has the same title
        refs = {kind: f"{REFS}{EVENTS[kind].__name__}" for kind in shown_kinds(KEY_HOLDER)}
        return {
            "title": ANY_EVENT,
            "description": part["description"],
            "oneOf": [{"$ref": ref} for ref in refs.values()],
            "discriminator": {"propertyName": "kind", "mapping": refs},
        }
    return {name: _with_kinds(each) for name, each in part.items()}
