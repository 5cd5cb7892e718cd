"""Preview 预览: rows as the hub would read them: typed values by our fields, or why a row is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from connectors.commands.samples import raw_of
from connectors.commands.tryout import Trial, trying
from connectors.poll.pages import ReadPage
from connectors.poll.prove import End
from connectors.read.inbox import folder_of
from connectors.read.page import Page
from schemas.errors import NotFound, Reject
from schemas.kinds.occurrence import Statement
from schemas.source.model import Source
from schemas.source.reading import read as read_record

Values = dict[str, Any]


class Typed(NamedTuple):
    """One row. ``values``: our fields as they were understood, by statement; empty when it was ``refused`` for a reason."""

    row: str  # where it stands
    key: str
    kinds: tuple[str, ...]
    values: tuple[Values, ...]
    refused: str = ""

    @property
    def told(self) -> str:
        """The values in one line."""
        return "; ".join(f"{name}={short(value)}" for values in self.values for name, value in values.items())


def first_page(source: Source, feed_id: str, trial: Trial) -> ReadPage:
    """The first page of the newest slice, requested as a poll would, with the notices behind its rows. Nothing is published.

    Raises NotFound when there is nothing to read; Failure, Misconfigured.
    """
    with trying(source, feed_id, trial) as (poll, _):
        for part in list(poll.pages.slices(poll.cursor, poll.memory))[-1:]:
            for page in poll.pages.pages(part, poll.memory, is_first_sweep=False):
                if not isinstance(page, End):
                    return page
    raise NotFound(
        f"{source.id} {feed_id}: there is no file to read · 收件目录中没有可读的文件",
        next_step=f"ls {folder_of(source.access.base, source.access.folder, feed_id)}",
    )


def typed_rows(source: Source, feed_id: str, page: Page) -> Iterator[Typed]:
    """Every row of a page by its definition, those that cannot be read last."""
    for row in page.rows:
        try:
            statements = read_record(source, feed_id, raw_of(source, feed_id, row)).statements
        except Reject as error:
            yield Typed(row.pointer, row.key, (), (), f"{error.reason}: {error.message}")
            continue
        kinds = tuple(dict.fromkeys(f"{each.kind} {each.phase}" for each in statements))
        yield Typed(row.pointer, row.key, kinds, tuple(values_of(each) for each in statements))
    for refusal in page.refused:
        yield Typed(refusal.pointer, "", (), (), f"{refusal.reason}: {refusal.message}")


def values_of(statement: Statement) -> Values:
    """What a statement says, in plain values; what it does not say has no name."""
    plain = msgspec.to_builtins(statement.said)
    return {name: value for name, value in plain.items() if value not in (None, [], "", {})}


def short(value: Any) -> str:
    """A value for a table: of a party its name and type, of an amount its number."""
    if isinstance(value, list | tuple):
        return ", ".join(map(short, value))
    if isinstance(value, dict):
        if "name" in value:
            return " ".join(str(value[part]) for part in ("name", "party_type", "region") if value.get(part))
        return " ".join(str(part) for part in value.values() if part not in (None, ""))
    return str(value)
