"""Content: what an event or a listing says, without what only tells when it was said.

Equal content is never published twice: a source that repeats itself makes no revision.
"""

from __future__ import annotations

import hashlib
from typing import Any

from msgspec.structs import replace

from schemas.records.event import Event
from schemas.records.listing import Listing
from schemas.wire import encode

UNTIMED: dict[str, Any] = {"received_at": "", "sequence": 0, "evidence": None}  # of a provenance


def content_of(document: Event | Listing) -> bytes:
    """The canonical bytes of everything but the revision, times of reception, and which state of a record said it."""
    changes: dict[str, Any] = {"revision": 0, "received_at": ""}
    if isinstance(document, Listing):
        changes["last_seen_at"] = ""
    sources = tuple(replace(source, **UNTIMED) for source in document.sources)
    return encode(replace(document, sources=sources, **changes))


def content_digest(document: Event | Listing, *more: str) -> str:
    """By which equal content is known again: 64 bits of SHA-256 over it and what else it rests on."""
    hashed = hashlib.sha256(content_of(document))
    for text in more:
        hashed.update(b"|" + text.encode())
    return hashed.hexdigest()[:16]
