"""Content: what an event or a listing says, without what only tells when it was said.

Equal content is never published twice: a source that repeats itself makes no revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, Final

from schemas.records.base import Record
from schemas.records.event import Event, Provenance
from schemas.records.listing import Listing
from schemas.wire import encode_records

STATE_OF_RECORD: Final = frozenset({"received_at", "sequence", "evidence"})  # of a provenance
NO_CONTENT: Final = frozenset({"revision", "last_seen_at", "sources"}) | STATE_OF_RECORD


def content_of(document: Event | Listing) -> bytes:
    """The canonical bytes of everything but the revision, times of reception, and which state of a record said it."""
    return encode_records([_saying(type(document))(document), [*map(_saying(Provenance), document.sources)]])


@cache
def _saying(record: type[Record]) -> Callable[[Any], tuple[Any, ...]]:
    """Reads the fields that are content, beside the sources."""
    return attrgetter(*(name for name in sorted(record.__struct_fields__) if name not in NO_CONTENT))


def content_digest(document: Event | Listing, *more: str) -> str:
    """By which equal content is known again: 64 bits of SHA-256 over it and what else it rests on."""
    return hashlib.sha256(b"|".join([content_of(document), *map(str.encode, more)])).hexdigest()[:16]
