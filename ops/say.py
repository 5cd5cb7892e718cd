"""How the command line speaks: results on stdout, the rest on stderr; an error is a code, a sentence, a next step."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from schemas.errors import HubError

if TYPE_CHECKING:
    from rich.console import Console

SEPARATOR = " · "  # English before it, Chinese after it


def out(text: str) -> None:
    """A result. A reader that has seen enough (``| head``) ends the command quietly."""
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or the interpreter complains once more at its end
        sys.exit(0)


def note(text: str) -> None:
    """Progress, or a remark."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def as_json(value: Any) -> None:
    """A result for machines."""
    out(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def console() -> Console:
    """For tables, padded by display cells; colour only on a terminal."""
    from rich.console import Console  # a tenth of a second that most commands need not wait

    return Console(highlight=False)


def failure(error: HubError, lang: str) -> int:
    """Tell an error to a person, in both languages; gives the exit code."""
    english, _, chinese = error.message.partition(SEPARATOR)
    first = f"错误 {error.code}  {chinese or english}" if lang == "zh" else f"error {error.code}: {english}"
    last = (
        f"error {error.code}: {english} (exit {error.exit_code})"
        if lang == "zh"
        else f"错误 {error.code}  {chinese or english}"
    )
    note(first)
    if error.next_step:
        note(f"  {'下一步' if lang == 'zh' else 'next'}  {error.next_step}")
    note(last)
    return error.exit_code
