"""Files: rows out of workbooks, CSV and XML, alone or inside a zip. Headers are matched by text, never by position."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, load_workbook

from connectors.drop import check_bounds, members
from connectors.extract import Page, Row, Unreadable, decode, encode_any, keyed
from connectors.fetch import Failure
from schemas.errors import Reject
from schemas.source.model import Feed, File

MAX_ROWS = 300_000
HEADER_WITHIN = 30  # titles and notes above the header are few
BLANKS = re.compile(r"\s+")
Items = list[tuple[str, Any]]
Cells = list[Any]


def file_page(name: str, body: bytes, feed: Feed) -> Page:
    """All rows of one file; a damaged member is one refusal, the others are read.

    Raises Reject when the file as a whole cannot be read, Failure(``contract``) when its header is not as declared.
    """
    assert feed.file is not None
    items: Items = []
    refused: list[Unreadable] = []
    for prefix, part in _parts(name, body, feed.file):
        try:
            found, bad = READERS[feed.file.format](part, feed.file)
        except Reject as error:
            if not prefix:
                raise
            refused.append(Unreadable(prefix, error.reason, error.message, part))
            continue
        items += [(prefix + pointer, content) for pointer, content in found]
        refused += [Unreadable(prefix + one.pointer, one.reason, one.message, one.original) for one in bad]
    rows, unkeyed = keyed(feed, items)
    single, conflicting = without_conflicts(rows, numbered=feed.file.repeats == "numbered")
    return Page(single, (*refused, *unkeyed, *conflicting))


def without_conflicts(
    rows: tuple[Row, ...], *, numbered: bool = False
) -> tuple[tuple[Row, ...], tuple[Unreadable, ...]]:
    """Rows of one file, which never changes while it is read. Of those that share a key and differ the first stands.

    The others are refused, or, where a platform names several things alike, ``numbered`` in the order of the file.
    """
    told: dict[str, list[Row]] = {}
    kept: list[Row] = []
    refused: list[Unreadable] = []
    for row in rows:
        alike = told.setdefault(row.key, [])
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


def _parts(name: str, body: bytes, file: File) -> Iterator[tuple[str, bytes]]:
    if name.lower().endswith(".zip"):
        for member, data in members(body, file.members):
            yield f"member {member} > ", data
    else:
        yield "", body


def workbook_rows(body: bytes, file: File) -> tuple[Items, list[Unreadable]]:
    """Rows of the declared sheet, with the sheet's own coordinates (``Sheet1!R12``)."""
    try:
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                check_bounds(archive.infolist())
        book = load_workbook(io.BytesIO(body))
        if file.sheet >= len(book.sheet_names):
            raise Failure("contract", "header_changed", f"there is no sheet {file.sheet}")
        sheet = book.get_sheet_by_index(file.sheet)
        grid = _grid(sheet)
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        if isinstance(error, Reject):
            raise
        raise Reject("workbook_unreadable", f"not a workbook: {error}"[:200]) from None
    first = (sheet.start or (0, 0))[0] + 1
    header, begins = find_header(grid, file)
    return _table(
        header, [(f"{sheet.name}!R{first + number}", grid[number]) for number in range(begins, len(grid))], file
    ), []


def _grid(sheet: CalamineSheet) -> list[Cells]:
    grid = [[plain(value) for value in row] for row in sheet.to_python(skip_empty_area=True, nrows=MAX_ROWS + 1)]
    if len(grid) > MAX_ROWS:
        raise Reject("too_many_rows", f"the sheet has more than {MAX_ROWS} rows")
    return grid


def plain(value: Any) -> Any:
    """A cell as JSON holds it: whole numbers as integers, dates as the source's calendar shows them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, dt.timedelta) else value


def csv_rows(body: bytes, file: File) -> tuple[Items, list[Unreadable]]:
    """Rows of a CSV in its declared charset; a ragged row is a refusal with its line, the rest is read."""
    text = decode(body, file.encoding)
    delimiter = max(",\t;", key=text[:4000].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[str, Cells]] = []
    refused: list[Unreadable] = []
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                lines.append((f"line {reader.line_num}", list(cells)))
            if len(lines) > MAX_ROWS:
                raise Reject("too_many_rows", f"the file has more than {MAX_ROWS} rows")
    except csv.Error as error:
        rest = "\n".join(text.splitlines()[reader.line_num - 1 :])
        refused.append(Unreadable(f"line {reader.line_num}", "csv_invalid", str(error), rest.encode()))
    header, begins = find_header([cells for _, cells in lines], file)
    whole: list[tuple[str, Cells]] = []
    for pointer, cells in lines[begins:]:
        if len(cells) == len(header) or stops(cells, file.stop_at):
            whole.append((pointer, cells))
        else:
            message = f"{len(cells)} cells under {len(header)} headings"
            refused.append(Unreadable(pointer, "row_ragged", message, encode_any(cells)))
    return _table(header, whole, file), refused


def xml_rows(body: bytes, file: File) -> tuple[Items, list[Unreadable]]:
    """Each declared element as a flat record: tag (without namespace) → text; a repeated tag's texts stand on lines.

    No entity is resolved, no DTD loaded, no network used.
    """
    items: Items = []
    try:
        for _, element in etree.iterparse(
            io.BytesIO(body),
            events=("end",),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            if isinstance(element.tag, str) and local(element.tag) == file.element:
                items.append((f"/{file.element}/{len(items) + 1}", flat(element)))
                element.clear()
                if len(items) > MAX_ROWS:
                    raise Reject("too_many_rows", f"the file has more than {MAX_ROWS} records")
    except etree.XMLSyntaxError as error:
        raise Reject("xml_invalid", f"not XML: {error.msg}"[:200]) from None
    return items, []


def flat(element: etree._Element) -> dict[str, str]:
    """Leaf texts and attributes of one record."""
    record: dict[str, str] = {str(name): str(value) for name, value in element.attrib.items()}
    for leaf in element.iter():
        if leaf is not element and isinstance(leaf.tag, str) and not len(leaf):
            name, text = local(leaf.tag), (leaf.text or "").strip()
            record[name] = f"{record[name]}\n{text}" if record.get(name) and text else record.get(name) or text
    return record


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rsplit("}", 1)[-1]


def find_header(grid: list[Cells], file: File) -> tuple[list[str], int]:
    """Names of the columns and the index of the first row below them. Raises Failure: ``header_changed``.

    The header is the first block of ``header_rows`` rows that has every declared name; of several rows the lower name
    counts, a merged title above stands where nothing is below it.
    """
    wanted = {squeezed(name) for name in file.header.get("contains", ())}
    depth = file.header_rows
    for number in range(min(HEADER_WITHIN, len(grid) - depth + 1)):
        block = grid[number : number + depth]
        width = max(map(len, block))
        names = [
            next((text for row in reversed(block) if column < len(row) and (text := squeezed(row[column]))), "")
            for column in range(width)
        ]
        if wanted <= set(names) and any(names):
            return names, number + depth
    raise Failure("contract", "header_changed", f"no row has the headings {', '.join(sorted(wanted))}")


def squeezed(value: Any) -> str:
    """A heading without the blanks and line breaks that typesetting put into it."""
    return BLANKS.sub("", str(value if value is not None else "")).replace("\u3000", "").removeprefix("\ufeff")


def stops(cells: Cells, stop_at: tuple[str, ...]) -> bool:
    """The row begins the totals or notes under the table."""
    first = next((text for cell in cells if (text := squeezed(cell))), "")
    return bool(stop_at) and first.startswith(stop_at)


def _table(header: list[str], rows: list[tuple[str, Cells]], file: File) -> Items:
    """Rows under their headings, merged cells filled down; ends at the totals."""
    items: Items = []
    above: dict[str, Any] = {}
    for pointer, cells in rows:
        if stops(cells, file.stop_at):
            break
        record = {name: value for name, value in zip(header, cells, strict=False) if name}
        if all(value in ("", None) for value in record.values()):
            continue
        for name in file.fill_down:
            if record.get(name) in ("", None):
                record[name] = above.get(name, "")
            above[name] = record[name]
        items.append((pointer, record))
    return items


READERS = {"xlsx": workbook_rows, "csv": csv_rows, "xml": xml_rows}
