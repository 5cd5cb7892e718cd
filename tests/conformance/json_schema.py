"""Whether a JSON value is as its JSON Schema says: the keywords that schemas of records use, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
WORDS = frozenset({"title", "description", "default"})  # for people
BOUNDS = (
    ("minItems", "maxItems"),
    ("minLength", "maxLength"),
    ("minimum", "maximum"),
    ("minProperties", "maxProperties"),
)
KNOWN = WORDS | {name for pair in BOUNDS for name in pair}
KNOWN |= {"type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "items", "pattern"}


def complaints(schema: Any, value: Any, at: str = "") -> Iterator[str]:
    """Where the value is not as the schema says. Raises AssertionError for a keyword that is not known here."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "anyOf" in schema and all(list(complaints(each, value, at)) for each in schema["anyOf"]):
        yield f"{at}: {value!r} is none of the alternatives"
    if "type" in schema and not is_of_type(value, schema["type"]):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is not among the words"
    if isinstance(value, (int, str, list, dict)) and not isinstance(value, bool):
        yield from beyond(schema, value, at)
    if isinstance(value, dict):
        yield from (f"{at}/{name}: missing" for name in schema.get("required", ()) if name not in value)
        others = schema.get("additionalProperties", {})
        for name, each in value.items():
            part = schema.get("properties", {}).get(name, others if isinstance(others, dict) else {})
            yield from complaints(part, each, f"{at}/{name}")
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from complaints(schema.get("items", {}), each, f"{at}/{number}")


def is_of_type(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def beyond(schema: Any, value: int | str | list[Any] | dict[str, Any], at: str) -> Iterator[str]:
    """A bound that the value does not keep."""
    size = value if isinstance(value, int) else len(value)
    for low, high in BOUNDS:
        if not schema.get(low, size) <= size <= schema.get(high, size):
            yield f"{at}: {size} is not within {low} and {high}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} is not written as {schema['pattern']}"
