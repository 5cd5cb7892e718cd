"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.say import Form as Form

Format = Annotated[Form, typer.Option("--format", help="输出形式 form of the output")]
Yes = Annotated[bool, typer.Option("--yes", help="确认 yes, do it")]


def told(value: str) -> str:
    """A text that somebody answers for, as the office that signs: blanks say nothing. Raises BadParameter."""
    if not value.strip():
        raise typer.BadParameter("is blank · 不能为空")
    return value.strip()
