"""Content: what records say, without what only tells when they were said. Of records in their JSON form."""

from __future__ import annotations

from typing import Any

TIMES = frozenset({"revision", "received_at", "last_seen_at"})
TIMES_OF_A_SOURCE = frozenset({"received_at", "sequence", "evidence"})
OF_A_REDIRECT = ("id", "kind", "state", "merged_into")


def content(document: dict[str, Any]) -> dict[str, Any]:
    """What an event or a listing says; of a redirect where it leads."""
    if document["state"] == "merged":
        return {name: document[name] for name in OF_A_REDIRECT if name in document}
    sources = [without(source, TIMES_OF_A_SOURCE) for source in document["sources"]]
    return without(document, TIMES) | {"sources": sources}


def without(document: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}
