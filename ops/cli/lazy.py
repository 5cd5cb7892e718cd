"""Commands that are imported when they are called: help and completion of the whole tree need only the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ops.cli.table import Command
from ops.cli.usage import no_command, told

PLAIN: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}
AS_TYPED: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def group(callback: Callable[..., Any] | None = None, lines: Sequence[Command] = ()) -> typer.Typer:
    """A group of commands: those added to it, or the lines of a table.

    ``callback`` runs before each of them, and alone when none is named.
    """
    return typer.Typer(
        **PLAIN,
        cls=tabled(lines),
        context_settings=AS_TYPED,
        no_args_is_help=callback is None,
        invoke_without_command=callback is not None,
        callback=callback or (lambda: None),
    )


class Deferred(TyperCommand):
    """A line of the table in its group: known by name and help, imported when its arguments are to be read."""

    def __init__(self, line: Command) -> None:
        super().__init__(name=line.name, help=line.help, rich_markup_mode=None)
        self.line = line

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself, which also answers help and completion below this one."""
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> TyperCommand | TyperGroup:
        """The command or group itself."""
        return load(self.line)


def load(line: Command) -> TyperCommand | TyperGroup:
    """Import what a line of the table names."""
    module, _, attribute = line.where.partition(":")
    found: Any = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(**PLAIN)
        single.command(line.name, help=line.help, context_settings=AS_TYPED)(found)
        found = single
    command: Any = get_command(found)
    command.name, command.help = line.name, line.help
    return command  # type: ignore[no-any-return]


def tabled(lines: Sequence[Command]) -> type[TyperGroup]:
    """A group that has the lines of a table as commands, beside its own; its list shows every help whole.

    Raises Misused for words that it does not take.
    """

    class Tabled(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = {**self.commands, **{line.name: Deferred(line) for line in lines}}
            for command in self.commands.values():
                command.short_help = command.help

        def make_context(self, *given: Any, **extra: Any) -> Any:
            with told():
                return super().make_context(*given, **extra)

        def invoke(self, ctx: Any) -> Any:
            with told():
                return super().invoke(ctx)

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            if args[0] not in self.commands and not args[0].startswith("-") and not ctx.resilient_parsing:
                raise no_command(args[0], list(self.commands), ctx.command_path)
            return super().resolve_command(ctx, args)

    return Tabled
