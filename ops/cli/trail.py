"""The audit trail for commands of folders that know no database; the trail is known here by name alone, as commands are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ops.settings import Settings

TRAIL = "sinks.store.commands:noted_in"


def noted(settings: Settings, name: str, object: str, reason: str = "") -> AbstractContextManager[None]:
    """What is inside is in the audit trail with who does it. Raises Unreachable before anything was done."""
    module, _, attribute = TRAIL.partition(":")
    enter: Any = getattr(import_module(module), attribute)
    made: AbstractContextManager[None] = enter(settings, name, object, reason)
    return made
