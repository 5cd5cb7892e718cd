"""Release 放行: a person lets pass what the hub holds of a feed (tongda.release). Key: ``source|feed``."""

from __future__ import annotations

from schemas.records.raw import Frozen


class Release(Frozen):
    """One decision about one hold: ``held_since`` names it, so that it never lets pass the next."""

    source: str
    feed: str
    held_since: str
    released_at: str
    reason: str = ""  # why; no names of persons
