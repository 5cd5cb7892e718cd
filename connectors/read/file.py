"""File: all rows of one workbook, CSV or XML document, alone or inside a zip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connectors.read.csv import csv_rows
from connectors.read.page import Row, Unreadable, encode_any
from connectors.read.table import Table
from connectors.read.workbook import workbook_rows
from connectors.read.xml import xml_rows
from connectors.read.zip import members
from schemas.errors import Reject
from schemas.kinds import BY_NAME
from schemas.kinds.columns import Reads
from schemas.kinds.occurrence import rules_of
from schemas.source.model import Feed, File
from schemas.source.reading import several


def file_table(name: str, body: bytes, feed: Feed) -> Table:
    """Pointer and content of each row of a file, before it has a key.

    Raises Reject when the file as a whole cannot be read, Failure(``contract``) when its header is not as declared.
    """
    assert feed.file is not None
    whole = Table()
    for prefix, part in _parts(name, body, feed.file):
        try:
            found = _table(part, feed, feed.file)
        except Reject as error:
            if not prefix:
                raise
            whole.refused.append(Unreadable(prefix, error.reason, error.message, part))
            continue
        whole.items += [(prefix + pointer, content) for pointer, content in found.items]
        whole.refused += [
            Unreadable(prefix + one.pointer, one.reason, one.message, one.original) for one in found.refused
        ]
        whole.doubt = whole.doubt or found.doubt
    return whole


def _table(body: bytes, feed: Feed, file: File) -> Table:
    """The rows of one part, by its format."""
    if file.format == "xlsx":
        return workbook_rows(body, file, days_of(feed))
    return csv_rows(body, file) if file.format == "csv" else xml_rows(body, file)


def days_of(feed: Feed) -> frozenset[str]:
    """The columns that the definition reads as days."""
    if feed.kind not in BY_NAME:
        return frozenset()
    rules = rules_of(BY_NAME[feed.kind])
    return frozenset(
        column
        for ours, names in feed.fields.items()
        if ours in rules and rules[ours].reads is Reads.DAY
        for column in several(names)
    )


def _parts(name: str, body: bytes, file: File) -> Iterator[tuple[str, bytes]]:
    if name.lower().endswith(".zip"):
        for member, data in members(body, file.members):
            yield f"member {member} > ", data
    else:
        yield "", body


def without_conflicts(
    rows: tuple[Row, ...], *, numbered: bool = False
) -> tuple[tuple[Row, ...], tuple[Unreadable, ...]]:
    """Rows of one file, which never changes while it is read. Of those that share a key and differ the first stands.

    The others are refused, or, where a platform names several things alike, ``numbered`` in the order of the file.
    """
    by_key: dict[str, list[Row]] = {}
    kept: list[Row] = []
    refused: list[Unreadable] = []
    for row in rows:
        alike = by_key.setdefault(row.key, [])
        place = next((place for place, one in enumerate(alike) if one.content == row.content), len(alike))
        if place == len(alike):
            alike.append(row)
        if place == 0:
            kept.append(row)
        elif numbered:
            kept.append(replace(row, key=f"{row.key}/{place + 1}"))
        else:
            message = f"the key {row.key[:80]} stands at {alike[0].pointer} with other fields"
            refused.append(Unreadable(row.pointer, "key_conflict", message, encode_any(row.content)))
    return tuple(kept), tuple(refused)
