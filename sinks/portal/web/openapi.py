"""OpenAPI 3.1, as FastAPI makes it of the routes, put right: media types of problems, statements by their kinds."""

from __future__ import annotations

import re
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
NAME = re.compile(r"^[A-Za-z0-9]+$")  # what OpenAPI takes for a name, without its punctuation
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
    return _named(made)


def _named(made: dict[str, Any]) -> dict[str, Any]:
    """Every object that has a title stands once, under it: generators make a class for each, and refuse a second of one name."""
    schemas: dict[str, Any] = {}
    components = made["components"]
    for name, part in components["schemas"].items():
        schemas[name] = {key: _named_part(each, schemas) for key, each in part.items()}
    return {**made, "paths": _named_part(made["paths"], schemas), "components": {**components, "schemas": schemas}}


def _named_part(part: Any, schemas: dict[str, Any]) -> Any:
    """The same with references in place of titled objects, which are added to ``schemas``; one that differs stays."""
    if isinstance(part, list):
        return [_named_part(each, schemas) for each in part]
    if not isinstance(part, dict):
        return part
    inner = {name: _named_part(each, schemas) for name, each in part.items()}
    title = str(inner.get("title", "")).removeprefix("Response ")  # as FastAPI calls a record that is a whole answer
    if not NAME.match(title) or inner.get("type") != "object" or not isinstance(inner.get("properties"), dict):
        return inner
    titled = {**inner, "title": title}
    return {"$ref": f"{REFS}{title}"} if _bare(schemas.setdefault(title, titled)) == _bare(titled) else inner


def _bare(part: Any) -> Any:
    """A schema without its words: what decides which values it takes."""
    if isinstance(part, list):
        return [_bare(each) for each in part]
    if not isinstance(part, dict):
        return part
    words = ("title", "description", "x-tongda-source", "x-tongda-class")
    return {name: _bare(each) for name, each in part.items() if not (name in words and isinstance(each, str))}


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
