"""Safety: the settings that every client of the broker must have, checked before it starts. Pure: settings → complaints.

A client with any other value looks healthy and loses, repeats or reorders records. Checked for kafka-python and aiokafka.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from schemas.errors import Misconfigured

Safe = Mapping[str, Container[Any]]

READING: Safe = {
    "isolation_level": ("read_committed",),  # else records of aborted transactions would be read
    "enable_auto_commit": (False,),  # else an offset is committed before its effect
    "check_crcs": (True,),  # else a flipped byte becomes a fact
    "auto_offset_reset": ("earliest", "none"),  # else records written before the first start are skipped
}
WRITING: Safe = {
    "acks": ("all", -1),  # else a record can be lost with the one disk it is on
    "enable_idempotence": (True,),  # else a retry can write a record twice
    "transaction_timeout_ms": range(2_000, 600_001),  # the longest time for which a failed writer blocks readers
}


def complaints(config: Mapping[str, Any], safe: Safe) -> list[str]:
    """One sentence for each setting that is missing or has an unsafe value; empty when the client may start."""
    return [
        f"{name} is {config[name]!r}" if name in config else f"{name} is not set"
        for name, values in safe.items()
        if name not in config or config[name] not in values
    ]


def must_be_safe(config: Mapping[str, Any], safe: Safe) -> None:
    """Raises Misconfigured (T3004) when the client has unsafe settings."""
    if found := complaints(config, safe):
        raise Misconfigured(
            f"the client would run with unsafe settings: {'; '.join(found)}",
            code="T3004",
            next_step="git diff ops/bus/connection.py",
        )
