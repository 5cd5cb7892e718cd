"""What commands print: results on stdout, the rest on stderr; an error is a code, a sentence, a next step."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import Exit, HubError

if TYPE_CHECKING:
    from rich.console import Console

RUNBOOK = Path(__file__).with_name("runbook") / "codes.md"
SEPARATOR = " · "  # English before it, Chinese after it


class Form(StrEnum):
    """The form in which a list is printed."""

    TABLE = "table"
    JSON = "json"


def out(text: str) -> None:
    """Print one line of a result. When the reader has closed the pipe (``| head``), the command ends with exit code 0."""
    try:
        sys.stdout.write(text + "\n")
    except BrokenPipeError:
        # else the interpreter writes to the closed pipe once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def note(text: str) -> None:
    """Print one line about progress on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def as_json(value: Any) -> None:
    """Print a result as JSON."""
    out(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def listing(rows: Iterable[Mapping[str, Any]], headings: Mapping[str, str], form: str = Form.TABLE) -> None:
    """Rows as a JSON list, or the fields that have a heading as a table, one row a line, padded by display cells."""
    rows = list(rows)
    if form == Form.JSON:
        as_json(rows)
        return
    for line in aligned([list(headings.values()), *([_cell(row.get(name)) for name in headings] for row in rows)]):
        out(line)


def aligned(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    """Lines whose cells stand under each other; a Chinese character is two cells wide."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(padded).rstrip()


def number(count: int, noun: str) -> str:
    """``1 feed``, ``2 feeds``."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else " ".join(str(value).split())


def console() -> Console:
    """Rich's console, for the live table; colour only on a terminal."""
    from rich.console import Console  # its import takes a tenth of a second, which most commands do not need

    return Console(highlight=False)


def language(environ: Mapping[str, str]) -> str:
    """The language of messages: TONGDA_LANG, else English where the locale says so, else Chinese."""
    locale = environ.get("LC_ALL") or environ.get("LANG") or ""
    return environ.get("TONGDA_LANG") or ("en" if locale.lower().startswith("en") else "zh")


def of(lang: str, zh: str, en: str) -> str:
    """The words of one language."""
    return en if lang == "en" else zh


def in_language(message: str, lang: str) -> str:
    """The part of a message that is in this language; the English one of a message that has no other."""
    english, _, chinese = message.partition(SEPARATOR)
    return of(lang, chinese or english, english)


def next_step(step: str, lang: str) -> str:
    """What to type next, as the line below what it is about."""
    return f"  {of(lang, '下一步', 'next')}  {step}"


def failure(error: HubError, lang: str) -> Exit:
    """Print an error in both languages, that of the reader first; gives the exit code.

    An error without a next step of its own has that of its code, which stands in the runbook. An error without a Chinese
    sentence has the Chinese words of its exit code, and the English one in brackets.
    """
    english, _, chinese = error.message.partition(SEPARATOR)
    first = f"错误 {error.code}  {chinese or f'{error.exit_code.chinese}（{english}）'}"
    second = f"error {error.code}: {english}"
    if lang != "zh":
        first, second = second, first
    note(first)
    note(next_step(error.next_step or f"less {RUNBOOK}", lang))
    note(f"{second} (exit {error.exit_code:d})" if lang == "zh" else second)
    return error.exit_code
