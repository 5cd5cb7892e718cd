"""Options that several commands have."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from ops.say import Form as Form
from schemas.fields.instant import an_instant
from schemas.records.point import PERIOD

Format = Annotated[Form, typer.Option("--format", help="输出形式 form of the output")]
Yes = Annotated[bool, typer.Option("--yes", help="确认 yes, do it")]


def told(value: str) -> str:
    """A text that somebody answers for, as the office that signs: blanks say nothing. Raises BadParameter."""
    if not value.strip():
        raise typer.BadParameter("is blank · 不能为空")
    return value.strip()


def a_moment(value: str | None) -> str | None:
    """A day or an instant of the calendar, as an instant. Raises BadParameter."""
    try:
        return an_instant(value) if value else None
    except ValueError as error:
        raise typer.BadParameter(f"{error} · 不是有效的日期或时刻") from None


def a_period(value: str | None) -> str | None:
    """A year, a month or ``current``: of another one there would be nothing to find. Raises BadParameter."""
    if value is not None and not re.fullmatch(PERIOD, value):
        raise typer.BadParameter(f"{value!r} is no period; accepted: 2025, 2025-03, current · 不是有效的期间")
    return value
