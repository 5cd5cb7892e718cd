"""Frozen: the base of checked values at the doors (definitions, settings, API answers). Records are ``schemas.records``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that is never changed; unknown keys are refused, for a misspelt key must not pass in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
