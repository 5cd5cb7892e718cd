"""How each process and each command with work of its own begins: settings, log lines, failpoints, a home to write to."""

from __future__ import annotations

import os
from typing import Any

from ops import failpoints, run, telemetry
from ops.settings import Settings, read_settings


def begin(role: str, *, writes: bool = True, **derived: Any) -> Settings:
    """The settings of this environment, with what no setting says (``generation``). Raises Misconfigured.

    ``writes``: the process needs a home that it can write to; a command that only looks does not.
    """
    settings = read_settings(os.environ).model_copy(update=derived)
    telemetry.configure_logging(settings, role)
    if writes:
        run.must_be_writable(settings.home)
    telemetry.gauge("tongda_failpoints_armed", failpoints.arm(settings))
    return settings
