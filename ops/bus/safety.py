"""Safety: settings without which no client of the broker may start (pure: settings → complaints; both clients' doors ask).

Each value that is not allowed here breaks a promise in silence: a client that runs with it looks healthy.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from schemas.errors import Misconfigured

Safe = Mapping[str, Container[Any]]

READING: Safe = {
    "isolation_level": ("read_committed",),  # else what a dead writer left would count
    "enable_auto_commit": (False,),  # else an offset is committed before its effect
    "check_crcs": (True,),  # else a flipped byte becomes a fact
    "auto_offset_reset": ("earliest", "none"),  # else what came before the first start is skipped
}
WRITING: Safe = {
    "acks": ("all", -1),  # else a record lives on one disk and dies with it
    "enable_idempotence": (True,),  # else a retry doubles a record
    "transaction_timeout_ms": range(2_000, 600_001),  # how long a dead writer keeps readers waiting
}


def complaints(config: Mapping[str, Any], safe: Safe) -> list[str]:
    """One sentence for each setting that is missing or has an unsafe value; empty when the client may start."""
    return [
        f"{name} is {config[name]!r}" if name in config else f"{name} is not set"
        for name, values in safe.items()
        if name not in config or config[name] not in values
    ]


def must_be_safe(config: Mapping[str, Any], safe: Safe) -> None:
    """An unsafe client never starts. Raises Misconfigured (T3004)."""
    if found := complaints(config, safe):
        raise Misconfigured(f"the client would run with unsafe settings: {'; '.join(found)}", code="T3004")
