"""Pointer: JSON Pointers (RFC 6901) of a definition, resolved in a platform's answer.

A text on the way that holds JSON is read as what it holds: some platforms put a whole answer into a string.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.errors import Reject
from schemas.wire import decode_foreign


def at(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to; None when there is nothing."""
    for name in steps(pointer):
        if isinstance(value, str):
            value = opened(value)
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def opened(text: str) -> Any:
    """The object or list that a text holds as JSON; None when it holds none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return decode_foreign(text)
    except Reject:
        return None


def without(content: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    """The content without what a column's name or a JSON Pointer names. What is given is not changed."""
    first, *rest = steps(pointer) if pointer.startswith("/") else [pointer]
    if first not in content:
        return dict(content)
    if not rest:
        return {name: value for name, value in content.items() if name != first}
    inner = content[first]
    if isinstance(inner, str):
        inner = opened(inner)
    if not isinstance(inner, dict):
        return dict(content)
    return {**content, first: without(inner, "/" + "/".join(map(escaped, rest)))}


def placed(content: Mapping[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """The content with a value where a JSON Pointer leads; objects on the way are made."""
    first, *rest = steps(pointer)
    if not rest:
        return {**content, first: value}
    inner = content.get(first)
    return {
        **content,
        first: placed(inner if isinstance(inner, dict) else {}, "/" + "/".join(map(escaped, rest)), value),
    }


def steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
