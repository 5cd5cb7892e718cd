"""Usage: a command, an option or a value that ``tongda`` does not take, told in both languages with what was meant.

The door to Typer's errors of usage: each becomes a ``Misused`` with the help of its command as the next step.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer._click.exceptions import (  # Typer has no public name for all of them
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)

from schemas.errors import HubError
from schemas.nearest import nearest, nearest_zh, unknown

SEPARATOR = " · "
EXTRA = re.compile(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", re.S)


class Misused(HubError):
    """A command, an option or a value that it does not take."""

    code = "T2001"


@contextmanager
def told() -> Iterator[None]:
    """Raises Misused for an error of usage; a group without a command prints its help."""
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        path = error.ctx.command_path if error.ctx else "tongda"
        raise Misused(sentence(error), next_step=f"{path} --help") from None


def no_command(word: str, known: list[str], path: str) -> Misused:
    """A word that is no command of a group."""
    english = f"no such command: {path} {word}; there are: {', '.join(known)}{nearest(word, known)}"
    chinese = f"没有命令 {path} {word};可用:{'、'.join(known)}{nearest_zh(word, known)}"
    return Misused(english + SEPARATOR + chinese, next_step=f"{path} --help")


def sentence(error: UsageError) -> str:
    """What is wrong, in English and Chinese."""
    match error:
        case NoSuchOption():
            known = _options(error.ctx)
            word = error.option_name
            english = f"no such option: {word}; there are: {', '.join(known)}{nearest(word, known)}"
            return f"{english}{SEPARATOR}没有选项 {word};可用:{'、'.join(known)}{nearest_zh(word, known)}"
        case BadOptionUsage():
            if "does not take" in error.message:
                return f"{error.option_name} takes no value{SEPARATOR}选项 {error.option_name} 不带值"
            return f"{error.option_name} needs a value{SEPARATOR}选项 {error.option_name} 需要一个值"
        case MissingParameter():
            name, (chinese, english) = _named(error), _meaning(error.param)
            return f"{name} is missing{english}{SEPARATOR}缺少 {name}{chinese}"
        case BadParameter():
            return _bad_value(error)
    if extra := EXTRA.search(error.message):
        return f"too many words: {extra[1]}{SEPARATOR}多余的参数:{extra[1]}"
    return _both(error.message)


def _bad_value(error: BadParameter) -> str:
    """A value that an option or an argument cannot have; of a choice with what was meant."""
    name = _named(error)
    choices = [str(getattr(each, "value", each)) for each in _choices(error.param)]
    given = re.search(r"'(.*?)' is not one of", error.message)
    if choices and given:
        english = unknown(given[1], choices, "value of it")
        return f"{name}: {english}{SEPARATOR}{name} 不能是 {given[1]!r};可用:{'、'.join(choices)}{nearest_zh(given[1], choices)}"
    english, _, chinese = error.message.removeprefix("Value error, ").partition(SEPARATOR)
    return f"{name}: {english}{SEPARATOR}{name} 的值不可用:{chinese or english}"


def _both(message: str) -> str:
    """A message that has its Chinese part, or the same words in brackets after the general ones."""
    return message if SEPARATOR in message else f"{message}{SEPARATOR}用法错误（{message}）"


def _named(error: BadParameter) -> str:
    """The option or the argument as it is typed."""
    hint = error.param_hint
    if hint is None and error.param is not None:
        hint = error.param.get_error_hint()
    return (hint if isinstance(hint, str) else " / ".join(hint or ("a value",))).replace("'", "")


def _meaning(parameter: Any) -> tuple[str, str]:
    """What a parameter is, by its help, which is Chinese, a space, English."""
    chinese, _, english = str(getattr(parameter, "help", None) or "").partition(" ")
    return (f":{chinese}" if chinese else "", f": {english}" if english else "")


def _options(context: Any) -> list[str]:
    """The long options of a command."""
    found = (name for parameter in context.command.get_params(context) for name in parameter.opts) if context else ()
    return sorted(name for name in found if name.startswith("--"))


def _choices(parameter: Any) -> tuple[Any, ...]:
    return tuple(getattr(getattr(parameter, "type_descriptor", None), "choices", None) or ())
