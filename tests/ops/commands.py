"""The tree of ``tongda``, walked; and whether ``tongda …`` as written in a text is a command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from ops.cli.lazy import Deferred
from ops.cli.tree import tongda

Path = tuple[str, ...]


def walk(command: Any = None, path: Path = ()) -> Iterator[tuple[Path, TyperCommand | TyperGroup]]:
    """Every command and group below the root, imported; one that an older module answers as it stands in the table."""
    command = command or tongda()
    for name, below in command.commands.items() if isinstance(command, TyperGroup) else ():
        if isinstance(below, Deferred):
            below = below.loaded()
        yield (*path, name), below
        yield from walk(below, (*path, name))


def understood(text: str) -> None:
    """Raises an error of usage when no command takes these words."""
    with suppress(typer.Exit):  # --help ends the reading of the words
        context: Any = tongda().make_context("tongda", shlex.split(text))
        while isinstance(context.command, TyperGroup) and (words := [*context._protected_args, *context.args]):
            name, command, rest = context.command.resolve_command(context, words)
            context = command.make_context(name, rest, parent=context)
