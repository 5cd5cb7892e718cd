"""Extract: rows out of a response. JSON and HTML pages here; workbooks, CSV and XML in ``files.py``.

A row's content is what the source gave, verbatim; its pointer leads back to it inside the evidence. What cannot be
read is kept as ``Unreadable``, never skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.fetch import Answer, Failure
from schemas.errors import Reject
from schemas.source.model import Code, Detail, Feed, Html
from schemas.wire import decode_foreign, digest, encode

MAX_ROW_BYTES = 900_000  # the broker takes 1 MiB; the envelope needs some of it
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Row:
    """One record of a page: its key, where it stands, its fields as given."""

    key: str
    pointer: str
    content: dict[str, Any]
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
    """What one response holds: rows, and what it says about the rest of the list."""

    rows: tuple[Row, ...] = ()
    refused: tuple[Unreadable, ...] = ()
    total: int | None = None
    pages: int | None = None
    next: str = ""
    more: bool | None = None

    @property
    def read(self) -> int:
        return len(self.rows) + len(self.refused)


def at(value: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to; None when there is nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def matches(code: Code | None, value: Any) -> bool:
    """A business code has one of its declared values; ``"200"`` is not 200, and true is not 1."""
    found = at(value, code.at) if code else None
    return code is not None and any(type(found) is type(one) and found == one for one in code.values)


def json_page(value: Any, feed: Feed) -> Page:
    """The rows of a JSON answer whose business code was already found good. Raises Failure: ``envelope``."""
    items = at(value, feed.records)
    if not isinstance(items, list):
        raise Failure("blocked", "envelope", f"there is no list at {feed.records or '/'}")
    rows, refused = keyed(feed, [(f"{feed.records}/{number}", item) for number, item in enumerate(items)])
    paging = feed.paging
    more = at(value, paging.more) if paging.more else None
    following = at(value, paging.next) if paging.next else None
    return Page(
        rows,
        refused,
        _count(value, paging.total) if feed.claims.total != "unreliable" else None,
        _count(value, paging.pages),
        "" if following is None else str(following),
        more if isinstance(more, bool) else None,
    )


def _count(value: Any, pointer: str) -> int | None:
    """A declared number: 412 or "412"; None when it is not declared. Raises Failure when it is none."""
    if not pointer:
        return None
    found = at(value, pointer)
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 12:
        return int(found)
    raise Failure("blocked", "envelope", f"there is no count at {pointer}")


def keyed(feed: Feed, items: list[tuple[str, Any]]) -> tuple[tuple[Row, ...], tuple[Unreadable, ...]]:
    """Rows with their keys, and those without one."""
    rows: list[Row] = []
    refused: list[Unreadable] = []
    for pointer, item in items:
        try:
            if not isinstance(item, dict):
                raise Reject("row_shape", "a row is an object of fields")
            row = Row(key_of(feed, item), pointer, item)
            if len(encode(item)) > MAX_ROW_BYTES:
                raise Reject("row_too_large", f"a row has more than {MAX_ROW_BYTES} bytes")
            rows.append(row)
        except Reject as error:
            refused.append(Unreadable(pointer, error.reason, error.message, encode_any(item)))
    return tuple(rows), tuple(refused)


def key_of(feed: Feed, content: dict[str, Any]) -> str:
    """The record's name within its feed: declared columns, else the content itself. Raises Reject: key_missing."""
    names = (feed.key,) if isinstance(feed.key, str) else feed.key
    if not any(names):
        return digest({name: value for name, value in content.items() if name not in feed.volatile})[:32]
    parts = [at(content, name) if name.startswith("/") else content.get(name) for name in names]
    texts = [
        "" if part is None or isinstance(part, bool | float | dict | list) else str(part).strip() for part in parts
    ]
    if not any(texts):
        raise Reject("key_missing", f"the row has no {', '.join(names)}")
    return "/".join(texts)


def encode_any(item: Any) -> bytes:
    """The bytes of a refused row; what is no JSON for us is kept as Python shows it."""
    try:
        return encode(item)
    except (TypeError, ValueError, RecursionError):
        return repr(item)[:MAX_ROW_BYTES].encode(errors="backslashreplace")


def html_tree(answer: Answer, html: Html, charset: str) -> LexborHTMLParser:
    """The page as a tree. Raises Failure: ``captcha``, ``truncated``; Reject: charset_unreadable."""
    text = decode(answer.body, answer.charset or charset)
    if html.captcha and html.captcha in text:
        raise Failure("blocked", "captcha", "the page asks for a captcha")
    if html.closing and not text.rstrip().lower().endswith(html.closing.lower()):
        raise Failure("short", "truncated", f"the page does not end with {html.closing}")
    return LexborHTMLParser(text)


def html_page(answer: Answer, feed: Feed, charset: str) -> Page:
    """The rows of a page of notices. Raises Failure: ``empty_unmarked`` when none stands there and nothing says why."""
    assert feed.html is not None
    tree = html_tree(answer, feed.html, charset)
    found = tree.css(feed.html.row)
    if not found and not (feed.html.empty and feed.html.empty in (tree.html or "")):
        raise Failure("blocked", "empty_unmarked", "no rows, and not the page of an empty list")
    cells = feed.html.cells
    items = [
        (f"table 0 row {number}", {name: cell(node, selector, answer.url) for name, selector in cells.items()})
        for number, node in enumerate(found)
    ]
    rows, refused = keyed(feed, items)
    return Page(rows, refused)


def cell(node: LexborNode, selector: str, url: str) -> str:
    """Text or attribute (``a@href``) of what a selector finds, blanks joined; links are made whole."""
    path, _, attribute = selector.partition("@")
    found = node.css_first(path) if path else node
    if found is None:
        return ""
    text = (found.attributes.get(attribute) or "") if attribute else found.text(separator=" ")
    text = BLANKS.sub(" ", text).strip()
    return urljoin(url, text) if attribute in ("href", "src") and text else text


@dataclass(frozen=True)
class Notice:
    """A detail page: the cells it adds to its row, and the files attached to it."""

    cells: dict[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()


def notice(answer: Answer, detail: Detail, html: Html, charset: str) -> Notice:
    """What a detail page says. Raises Failure as ``html_tree``."""
    tree = html_tree(answer, html, charset)
    root = tree.root
    assert root is not None
    links = [urljoin(answer.url, node.attributes.get("href") or "") for node in tree.css("a[href]")]
    wanted = tuple(f".{suffix.lower().lstrip('.')}" for suffix in detail.attachments)
    attached = tuple(dict.fromkeys(link for link in links if wanted and link.lower().split("?")[0].endswith(wanted)))
    return Notice({name: cell(root, selector, answer.url) for name, selector in detail.fields.items()}, attached)


def decode(data: bytes, declared: str = "") -> str:
    """Bytes to text: declared charset, BOM, UTF-8, GB18030 (domain.md §13). Raises Reject: charset_unreadable."""
    declared = {"gb2312": "gb18030", "gbk": "gb18030", "utf8": "utf-8"}.get(declared.lower(), declared.lower())
    order = [declared] if declared else []
    boms = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    order += [charset for mark, charset in boms if data.startswith(mark)] + ["utf-8", "gb18030"]
    for charset in dict.fromkeys(order):
        try:
            return data.decode(charset).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    raise Reject("charset_unreadable", "the bytes are neither of the declared charset nor UTF-8 nor GB18030")


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, refusing what a lenient parser would change in silence. Raises Reject."""
    return decode_foreign(body)
