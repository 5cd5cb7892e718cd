"""The named statements of queries.sql and webhooks.sql, and how statements are put together: by psycopg.sql, never as text."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from psycopg import sql

Composed = sql.Composed
Part = sql.Composable | str | int | Sequence[str]


@functools.cache
def queries() -> dict[str, str]:
    """The named statements of the files of SQL in this folder."""
    found: dict[str, str] = {}
    for file in sorted(Path(__file__).parent.glob("*.sql")):
        for name, text in _named(file):
            assert name not in found, f"two statements are named {name}"
            found[name] = text
    return found


def _named(file: Path) -> Iterable[tuple[str, str]]:
    parts = re.split(r"^-- name: (\w+)[^\n]*\n", file.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return zip(parts[::2], parts[1::2], strict=True)


def statement(name: str, /, **parts: Part) -> Composed:
    """A named statement. ``parts`` stand where its text has their names in braces; its own braces are then doubled.

    A text is the name of a table or a column, a number is itself, another statement stands as it is.
    """
    text = sql.SQL(queries()[name])
    return text.format(**{name: _composable(part) for name, part in parts.items()}) if parts else sql.Composed([text])


def of_table(name: str, table: str) -> Composed:
    """A named statement that is the same for every table of records: ``{table}``, its ``{revisions}``, its ``{name}``."""
    return statement(name, table=table, revisions=f"{table}_revision", name=sql.Literal(table))


def parameter(name: str) -> sql.Placeholder:
    """Where a statement takes a value of that name."""
    return sql.Placeholder(name)


def joined(statements: Iterable[sql.Composable]) -> Composed:
    """A list with commas."""
    return sql.SQL(", ").join(statements)


def _composable(part: Part) -> sql.Composable:
    match part:
        case sql.Composable():
            return part
        case str():
            return sql.Identifier(part)
        case int():
            return sql.Literal(part)
    return joined(map(sql.Identifier, part))
