"""Pointer: JSON Pointers (RFC 6901) of a definition, resolved in a platform's answer."""

from __future__ import annotations

from typing import Any


def at(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to; None when there is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
