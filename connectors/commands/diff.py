"""Diff 比较: what changed between two answers of a platform, or between two definitions that read the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from connectors.commands.preview import short, typed_rows
from connectors.commands.tryout import page_of
from connectors.read.page import Page, Row, folded
from schemas.errors import NotFound
from schemas.source.model import Feed, Source
from schemas.source.reading import top
from schemas.wire import encode

HIDDEN = "***"  # in place of a column of personal data


class Difference(NamedTuple):
    """One row that is ``new``, ``gone``, or in one field ``changed``."""

    key: str
    change: str
    field: str = ""
    before: str = ""
    after: str = ""


def stored(source: Source, feed_id: str, file: Path) -> Page:
    """The rows of a saved answer. Raises NotFound, Failure, Reject."""
    return page_of(source, feed_id, file.name, saved(file))


def saved(file: Path) -> bytes:
    """The bytes of a saved answer. Raises NotFound."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"{file} cannot be read: {error.strerror} · 无法读取 {file}", next_step=f"ls -l {file}"
        ) from None


def by_answers(feed: Feed, before: Page, after: Page) -> Iterator[Difference]:
    """Rows of one definition in two answers: what a poll of the second would publish after one of the first."""
    earlier, later = _rows(before), _rows(after)
    yield from _only(earlier, later)
    for key in (key for key in earlier if key in later):
        old, new = earlier[key], later[key]
        if old.digest == new.digest:
            continue
        for column in dict.fromkeys((*old.content, *new.content)):
            values = _text(old.content.get(column)), _text(new.content.get(column))
            if values[0] != values[1] and column not in feed.volatile:
                hidden = column in map(top, feed.drop)
                yield Difference(new.key, "changed", column, *((HIDDEN, HIDDEN) if hidden else values))


def by_definitions(feed_id: str, sources: tuple[Source, Source], pages: tuple[Page, Page]) -> Iterator[Difference]:
    """Rows of one answer as two definitions read them: keys, typed values, refusals."""
    earlier, later = (
        {row.key or row.row: row for row in typed_rows(source, feed_id, page)}
        for source, page in zip(sources, pages, strict=True)
    )
    yield from (Difference(key, "gone") for key in earlier if key not in later)
    yield from (Difference(key, "new") for key in later if key not in earlier)
    for key in (key for key in earlier if key in later):
        told = [
            {"kind": ", ".join(row.kinds), "refused": row.refused}
            | {name: short(value) for values in row.values for name, value in values.items()}
            for row in (earlier[key], later[key])
        ]
        for name in dict.fromkeys((*told[0], *told[1])):
            if told[0].get(name, "") != told[1].get(name, ""):
                yield Difference(key, "changed", name, told[0].get(name, ""), told[1].get(name, ""))


def _rows(page: Page) -> dict[str, Row]:
    return {folded(row.key): row for row in page.rows}


def _only(earlier: dict[str, Row], later: dict[str, Row]) -> Iterator[Difference]:
    yield from (Difference(row.key, "gone") for key, row in earlier.items() if key not in later)
    yield from (Difference(row.key, "new") for key, row in later.items() if key not in earlier)


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else encode(value).decode()
