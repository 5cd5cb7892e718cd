"""Identity 同一性: what makes two sightings of one subject and kind the same event, and under which name.

An official number or a recorded day names the event; parties, dates and titles only stand in for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from schemas.wire import short_hash

OFFICIAL, STANDING_IN = 0, 1


class Identity(NamedTuple):
    """``strength`` orders the names of one event: official ones first, then the earliest posting, then the parts."""

    strength: tuple[int, str]
    parts: tuple[str, ...]  # what the event's id is a hash of, beside the kind

    @property
    def is_official(self) -> bool:
        return self.strength[0] == OFFICIAL


def official(*parts: str) -> Identity:
    """The identity that an official number or a recorded day gives."""
    return Identity((OFFICIAL, ""), parts)


def standing_in(*parts: str, since: str = "") -> Identity:
    """The identity that parties, dates or titles give until an official one is known; ``since`` orders several."""
    return Identity((STANDING_IN, since), parts)


def joined(keys: frozenset[str]) -> str:
    """Several parties as one part of an identity."""
    return ";".join(sorted(keys))


@lru_cache(maxsize=65_536)
def event_id(kind: str, parts: tuple[str, ...]) -> str:
    """The public name of what has this identity: a function of kind and identity, never of source, arrival or clock."""
    return f"{kind}:{short_hash(kind, *parts)}"
