"""Validity: whether a public record still tells something, or only that something is no longer so. Pure.

To a reader of current records, what is gone and what was never told are the same.
"""

from __future__ import annotations

import msgspec


class Validity(msgspec.Struct):
    """The fields by which events, listings, contributions and figures tell that they are no longer valid."""

    state: str = "current"
    state_reason: str | None = "absent"
    live: bool = True
    until: str | None = None
    contributions: int = 1

    @property
    def is_gone(self) -> bool:
        """An event or a listing that is no longer resolved, a contribution or a figure that nothing supports.

        A contribution that has ended on a day still counts at the ends of the periods before.

        A listing that its platform withdrew stays valid: the withdrawal was stated.
        """
        if self.state == "withdrawn":
            return self.state_reason == "absent"
        return (not self.live and self.until is None) or self.contributions == 0
