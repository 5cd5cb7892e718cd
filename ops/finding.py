"""A finding of ``tongda doctor``."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One check and its outcome."""

    check: str
    well: bool
    detail: str
    next_step: str = ""
