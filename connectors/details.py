"""Details: a list row that leads to a notice, and the notice's attached workbooks (a second and third request per row).

A row whose list cells did not change is not followed again, save when everything is read anew. What is remembered of a
followed row stands under ``~<key>``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from connectors.cursor import Remembered
from connectors.extract import Page, Row, Unreadable, encode_any, key_of, notice
from connectors.fetch import Answer, Failure
from connectors.files import file_page
from connectors.memory import Memory, content_digest
from connectors.publish import Origin
from schemas.errors import Reject
from schemas.source.model import Feed, File

READABLE = ("xlsx", "xls", "csv", "zip")
Fetch = Callable[[str], tuple[Answer, Origin]]  # evidence stored, status checked


@dataclass
class Followed:
    """The rows of a page after its notices were read."""

    page: Page = field(default_factory=Page)
    notices: dict[str, Remembered] = field(default_factory=dict)
    failure: Failure | None = None  # some notice could not be fetched: its row waits for the next poll


def follow(page: Page, feed: Feed, memory: Memory, again: bool, charset: str, fetch: Fetch) -> Followed:
    """Read the notice behind each new or changed row of a list."""
    followed = Followed(Page(refused=page.refused))
    for row in page.rows:
        name, seen = f"~{row.key}", Remembered(digest=content_digest(row.content, feed.volatile), sequence=0)
        if memory.records.get(name) == seen and not again:
            continue
        try:
            found = _notice(row, feed, charset, fetch)
        except Failure as failure:
            followed.failure = failure
            if failure.kind in ("blocked", "rate", "local"):
                break
            continue
        followed.page = Page(followed.page.rows + found.rows, followed.page.refused + found.refused)
        if memory.records.get(name) != seen:
            followed.notices[name] = seen
    return followed


def _notice(row: Row, feed: Feed, charset: str, fetch: Fetch) -> Page:
    """The records of one notice: the row with the notice's cells, or the rows of the files attached to it."""
    assert feed.detail is not None and feed.html is not None
    try:
        answer, origin = fetch(str(row.content.get(feed.detail.path) or ""))
        found = notice(answer, feed.detail, feed.html, charset)
    except Reject as error:
        return _refused(row.pointer, error.reason, error.message, row.content)
    except Failure as failure:
        if failure.kind not in ("missing", "contract"):
            raise
        return _refused(row.pointer, "detail_unread", failure.message, row.content)
    content = {**row.content, **found.cells}
    if not feed.detail.attachments:
        return Page((Row(row.key, f"{row.pointer} > {origin.sha256}", content, url=answer.url),))
    pages = [_attachment(link, content, feed, fetch) for link in found.attachments]
    if not pages:
        return _refused(row.pointer, "attachment_missing", "the notice has no file of the declared kinds", row.content)
    return Page(tuple(r for page in pages for r in page.rows), tuple(r for page in pages for r in page.refused))


def _attachment(link: str, content: Mapping[str, str], feed: Feed, fetch: Fetch) -> Page:
    """The rows of one attached file, each with the notice's cells beside its own; the evidence is the file."""
    name = unquote(urlsplit(link).path.rsplit("/", 1)[-1])
    if not name.lower().endswith(READABLE):
        return _refused(f"attachment {name}", "scan_only", f"only a link can be kept: {link}"[:500], dict(content))
    try:
        answer, origin = fetch(link)
        rows = file_page(name, answer.body, feed.model_copy(update={"key": (), "file": feed.file or File(pattern="*")}))
    except (Reject, Failure) as error:
        if isinstance(error, Failure) and error.kind not in ("missing", "contract"):
            raise
        return _refused(f"attachment {name}", error.reason, error.message, {**content, "attachment": link})
    found: list[Row] = []
    refused = [Unreadable(f"attachment {name} > {r.pointer}", r.reason, r.message, r.original) for r in rows.refused]
    for row in rows.rows:
        whole, pointer = {**content, **row.content}, f"attachment {name} > {row.pointer}"
        try:
            found.append(Row(key_of(feed, whole), pointer, whole, origin.sha256, link))
        except Reject as error:
            refused.append(Unreadable(pointer, error.reason, error.message, encode_any(whole)))
    return Page(tuple(found), tuple(refused))


def _refused(pointer: str, reason: str, message: str, content: Mapping[str, object]) -> Page:
    return Page(refused=(Unreadable(pointer, reason, message, encode_any(dict(content))),))
