"""Holds: which feeds wait for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from connectors.poll.cursor import Cursor
from ops.bus import read_to_end
from ops.settings import Settings
from schemas.topics import CURSOR
from schemas.wire import load


class Hold(NamedTuple):
    """A feed that is held: since when, for what reason, and the evidence that shows it."""

    source: str
    feed: str
    held_since: str
    reason: str
    detail: str
    evidence: str
    next_poll_at: str


def holds(settings: Settings) -> Iterator[Hold]:
    """Every feed that is held, by its cursor."""
    last = {one.key: one.value for one in read_to_end(settings, CURSOR.name) if one.key.count(b"|") == 1}
    for key, value in sorted(last.items()):
        cursor = load(Cursor, value) if value is not None else Cursor()
        if cursor.held_since:
            source, _, feed = key.decode().partition("|")
            yield Hold(
                source,
                feed,
                cursor.held_since,
                cursor.reason,
                cursor.detail or "",
                cursor.evidence or "",
                cursor.next_poll_at or "",
            )
