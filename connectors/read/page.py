"""Page: the rows of one response or file.

A row's content is what the source gave, verbatim; its pointer leads back to it inside the evidence. What cannot be
read is kept as ``Unreadable``, never skipped.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.errors import Reject
from schemas.fields.patent_number import read_patent_number
from schemas.fields.text import IGNORABLE
from schemas.source.model import Feed
from schemas.source.pointer import at, escaped, without
from schemas.wire import digest, encode

INVISIBLE = re.compile(f"[{IGNORABLE}]")
PATENT = re.compile(r"(?<!\d)(?:\d{12}|\d{8})\.?[\dX](?!\d)")  # application numbers of today, and of before 2003
MOST_PATENTS = 8  # of one row; one that is the same is enough
MAX_ROW_BYTES = 900_000  # the broker takes 1 MiB; the envelope needs some of it


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a page: its key, where it stands, its fields as given.

    ``digest`` is of the content without the feed's volatile fields: a new one is a change of the record. One retrieval
    stamp in it made 51,999 false changes of 51,990.
    """

    key: str
    pointer: str
    content: dict[str, Any]
    digest: str
    sha256: str = ""  # evidence of its own (an attachment's row); empty: the page's
    url: str = ""


@dataclass(frozen=True)
class Unreadable:
    """One row, or a whole page, that was refused."""

    pointer: str
    reason: str
    message: str
    original: bytes

    @property
    def name(self) -> str:
        """The same refusal met twice has one name."""
        return "!" + digest([self.reason, self.original.hex()])[:32]


@dataclass(frozen=True)
class Page:
    """What one response holds: rows, and what it declares about the rest of the list."""

    rows: tuple[Row, ...] = ()
    refused: tuple[Unreadable, ...] = ()
    total: int | None = None
    pages: int | None = None
    next: str = ""
    more: bool | None = None
    doubt: str = ""  # why rows may be missing by the page's own account: a total that disagrees with its rows

    @property
    def read(self) -> int:
        return len(self.rows) + len(self.refused)


def unread_page(error: Reject, body: bytes) -> Page:
    """A page of which nothing can be read: one refusal with all of its bytes."""
    return Page(refused=(Unreadable("", error.reason, error.message, body),))


def row_of(feed: Feed, pointer: str, content: dict[str, Any], sha256: str = "", url: str = "") -> Row:
    """A row with its key and digest. Raises Reject: key_missing, row_too_large, row_unstorable."""
    stable = content
    for name in feed.volatile:
        stable = without(stable, name)
    try:
        data = encode(stable)
        size = len(data) if stable is content else len(encode(content))
    except TypeError:
        raise Reject("row_unstorable", "the row holds text that has no UTF-8 form, as a lone surrogate") from None
    if size > MAX_ROW_BYTES:
        raise Reject("row_too_large", f"a row has more than {MAX_ROW_BYTES} bytes")
    found = hashlib.sha256(data).hexdigest()[:32]
    return Row(key_of(feed, content, found), pointer, content, found, sha256, url)


def keyed(feed: Feed, items: Iterable[tuple[str, Any]]) -> tuple[tuple[Row, ...], tuple[Unreadable, ...]]:
    """Rows with their keys, and those without one. ``items``: pointer and content of each."""
    rows: list[Row] = []
    refused: list[Unreadable] = []
    for pointer, item in items:
        try:
            if not isinstance(item, dict):
                raise Reject("row_shape", "a row is an object of fields")
            rows.append(row_of(feed, pointer, item))
        except Reject as error:
            refused.append(Unreadable(pointer, error.reason, error.message, encode_any(item)))
    return tuple(rows), tuple(refused)


def key_of(feed: Feed, content: dict[str, Any], otherwise: str) -> str:
    """The record's name within its feed: declared columns, else ``otherwise``. Raises Reject: key_missing."""
    names = (feed.key,) if isinstance(feed.key, str) else feed.key
    if not any(names):
        return otherwise
    parts = [at(content, name) if name.startswith("/") else content.get(name) for name in names]
    texts = [
        "" if part is None or isinstance(part, bool | float | dict | list) else str(part).strip() for part in parts
    ]
    if not any(texts):
        raise Reject("key_missing", f"the row has no {', '.join(names)}")
    return texts[0] if len(texts) == 1 else "/".join(map(escaped, texts))


def folded(key: str) -> str:
    """The form in which keys are compared: width, case, blanks and invisible characters do not count."""
    if key.isascii():
        return key.casefold()
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", key)).casefold().split())


def identity_of(feed: Feed, content: dict[str, Any]) -> str:
    """Short hashes of the patents that a row names, sorted; empty where it names none.

    A number with a wrong check digit names none: its correction is no other patent.
    """
    names = feed.fields.get("patents", ())
    for name in (names,) if isinstance(names, str) else names:
        value = at(content, name) if name.startswith("/") else content.get(name)
        text = unicodedata.normalize("NFKC", str(value or "")).upper()
        if numbers := sorted({known for number in PATENT.findall(text) if (known := canonical(number))}):
            return " ".join(hashlib.sha256(number.encode()).hexdigest()[:8] for number in numbers[:MOST_PATENTS])
    return ""


def canonical(number: str) -> str | None:
    """The patent number in its canonical form; None for a damaged one."""
    try:
        return read_patent_number(number).number
    except Reject:
        return None


def is_another(identity: str, known: str) -> bool:
    """Both name patents, and none of them is the same."""
    return bool(identity and known) and not set(identity.split()) & set(known.split())


def encode_any(item: Any) -> bytes:
    """The bytes of a refused row; what cannot be written as JSON is kept as Python shows it."""
    try:
        return encode(item)
    except (TypeError, ValueError, RecursionError):
        return repr(item)[:MAX_ROW_BYTES].encode(errors="backslashreplace")
