"""Refusals: what the model refuses, as a complaint that says what to write. The only reader of pydantic's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from schemas.nearest import nearest
from schemas.source.complaint import Complaint
from schemas.source.model import Source
from schemas.source.secret_checks import INSTEAD

# Steps that pydantic adds to a place: of several types that a value may have, which one was tried.
TRIED = ("function-", "tuple[", "literal[", "constrained-")
TRIED_ALONE = ("str", "int", "float", "bool")
SIGNS = {  # our key → what may stand there
    "id": "small letters, digits and _, as the name of its folder",
    "media": "a media type, as application/json",
    "name": "letters, digits, - and _",
    "hosts": "names of hosts, as files.example.com",
}


def complaint(error: ErrorDetails) -> Complaint:
    """What pydantic found, in the words of the file: where, and what would have been accepted."""
    steps = (str(step) for step in error["loc"])
    place = tuple(step for step in steps if not step.startswith(TRIED) and step not in TRIED_ALONE)
    tell = SENTENCES.get(error["type"])
    return Complaint(place, tell(place, error) if tell else error["msg"].removeprefix("Value error, "))


def _extra(place: tuple[str, ...], error: ErrorDetails) -> str:
    known = list(_keys_beside(place))
    return f"no such key{nearest(place[-1], known)}; accepted: {', '.join(known)}"


def _literal(place: tuple[str, ...], error: ErrorDetails) -> str:
    accepted = str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
    return f"{error['input']!r} is none of {', '.join(accepted)}{nearest(str(error['input']), accepted)}"


def _pattern(place: tuple[str, ...], error: ErrorDetails) -> str:
    if place[:2] == ("access", "auth") and place[-1] in ("secret", "cipher"):  # its value may be the secret itself
        return f"is no name of a secret, which has capital letters, digits and _ alone, as HN_EXAMPLE_KEY; {INSTEAD}"
    if error["ctx"]["pattern"] in ("^(/.*)?$", "^/"):
        return f"{error['input']!r} is no JSON Pointer; accepted: /{error['input']}"
    accepted = next((words for key, words in SIGNS.items() if key in place[-2:]), error["ctx"]["pattern"])
    return f"{error['input']!r} has a sign that is not possible here; accepted: {accepted}"


def _missing(place: tuple[str, ...], error: ErrorDetails) -> str:
    return f"is missing; write {place[-1]}: …"


def _mapping(place: tuple[str, ...], error: ErrorDetails) -> str:
    known = list(_keys_beside((*place, "")))
    keys = f"; accepted: {', '.join(known)}" if error["type"] == "model_type" else ""
    return f"{_given(error)}, and must be keys with their values{keys}"


def _of(what: str) -> Callable[[tuple[str, ...], ErrorDetails], str]:
    return lambda place, error: f"{_given(error)}, and must be {what}"


def _bound(sign: str) -> Callable[[tuple[str, ...], ErrorDetails], str]:
    def tell(place: tuple[str, ...], error: ErrorDetails) -> str:
        (bound,) = (value for name, value in error["ctx"].items() if name in ("gt", "ge", "lt", "le"))
        return f"is {error['input']!r}, and must be {sign} {bound}"

    return tell


def _short(place: tuple[str, ...], error: ErrorDetails) -> str:
    return f"has too few; accepted: {error['ctx']['min_length']} or more"


def _given(error: ErrorDetails) -> str:
    """What stands there, by its sort, and by its value where that is short."""
    value = error["input"]
    if value is None:
        return "is empty"
    if isinstance(value, (dict, list, tuple)):
        return "is a list" if not isinstance(value, dict) else "is keys with values"
    return f"is {value!r:.60}"


SENTENCES: Mapping[str, Callable[[tuple[str, ...], ErrorDetails], str]] = MappingProxyType(
    {
        "extra_forbidden": _extra,
        "literal_error": _literal,
        "string_pattern_mismatch": _pattern,
        "missing": _missing,
        "model_type": _mapping,
        "model_attributes_type": _mapping,
        "dict_type": _mapping,
        "tuple_type": _of("a list, as [one, two]"),
        "string_type": _of('a text; a number or a yes stands in quotes, as "100"'),
        "int_type": _of("a whole number"),
        "int_parsing": _of("a whole number"),
        "int_from_float": _of("a whole number"),
        "float_type": _of("a number"),
        "float_parsing": _of("a number"),
        "bool_type": _of("true or false"),
        "bool_parsing": _of("true or false"),
        "greater_than": _bound("above"),
        "greater_than_equal": _bound("at least"),
        "less_than": _bound("below"),
        "less_than_equal": _bound("at most"),
        "string_too_short": _short,
        "too_short": _short,
    }
)


def _keys_beside(place: tuple[str, ...]) -> Iterator[str]:
    """The keys of the model that holds this place, as the file writes them."""
    model: Any = Source
    for step in place[:-1]:
        by_key = {field.alias or name: field for name, field in model.model_fields.items()} if model else {}
        if step in by_key:
            model = _model_in(by_key[step].annotation)
    for name, field in (model or Source).model_fields.items():
        if name != "synthetic":
            yield field.alias or name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field's type names, directly or as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(each) for each in getattr(annotation, "__args__", ()))
    return next((each for each in inner if each), None)
