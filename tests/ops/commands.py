"""Whether ``tongda …`` as written in a text is a command."""

from __future__ import annotations

import shlex

import sinks.store.__main__ as store

import connectors.__main__ as connectors
import streams.rebuild.__main__ as rebuild
from ops.cli import ELSEWHERE, parser


def understood(command: str) -> None:
    """Raises SystemExit when neither the front nor the folder that answers knows it."""
    words = shlex.split(command)
    if words[0] not in ELSEWHERE:
        parser().parse_args(words)
        return
    module, *begin = ELSEWHERE[words[0]].command
    if module == "connectors":
        connectors.parser().parse_args([*begin, *words[1:]])
    elif module == "sinks.store":
        store._parser().parse_args([*begin, *words[1:]])
    elif module == "streams.rebuild":
        rebuild.parser().parse_args([*begin, *words[1:]])
