"""Release 放行: a person lets pass what the hub holds of a feed (tongda.release). Key: ``source|feed``."""

from __future__ import annotations

from schemas.records.base import Record


class Release(Record, frozen=True):
    """One decision about one hold: ``held_since`` names the hold, so that the decision never covers the next one."""

    source: str
    feed: str
    held_since: str
    released_at: str
    reason: str  # why; no names of persons
