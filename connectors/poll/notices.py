"""Notices: a list row that leads to a notice, and the notice's attached workbooks (a second and third request per row).

A row whose list cells did not change is not followed again, except when everything is read anew. What is remembered of
a followed row stands under ``~<key>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from msgspec.structs import replace as replace_record

from connectors.http.messages import Answer, Failure
from connectors.poll.ahead import ahead
from connectors.poll.cursor import Remembered
from connectors.poll.fetch import Fetcher
from connectors.poll.guards import check_status
from connectors.poll.memory import Memory
from connectors.poll.pages import Origin, ReadPage
from connectors.poll.plan import PageRequest
from connectors.poll.prove import End
from connectors.read.child import read_file
from connectors.read.html import Attachment, read_notice
from connectors.read.page import Page, Row, Unreadable, encode_any, row_of
from connectors.read.table import Table
from schemas.errors import Reject
from schemas.source.model import Feed, File

READABLE = ("xlsx", "xls", "csv", "zip")
FOR_ALL = ("blocked", "rate", "local")  # failures that the next notice would meet as well
TRIED_POLLS = 3  # in which a notice is asked for before it is refused
OF_THIS_NOTICE = ("missing", "contract")  # failures that make this notice a dead letter
FOR_GOOD = ("scan_only",)  # refusals that another poll does not lift

Get = Callable[[str], tuple[Answer, Origin]]  # an address → its answer, evidence stored, status checked


def with_notices(
    pages: Iterator[ReadPage | End], fetcher: Fetcher, memory: Memory, *, again: bool
) -> Iterator[ReadPage | End]:
    """Each page with the notices behind its new and changed rows. ``again``: behind all of its rows."""

    def checked(answer: Answer, origin: Origin) -> Answer:
        check_status(answer, fetcher.now())
        return answer

    def get(address: str) -> tuple[Answer, Origin]:
        return fetcher.request(PageRequest(address), checked)

    charset, parallel = fetcher.source.access.charset, fetcher.source.access.parallel
    for read in pages:
        yield read if isinstance(read, End) else follow(read, fetcher.feed, memory, again, charset, get, parallel)


@dataclass(frozen=True)
class Followed:
    """What came of one row that leads to a notice: its records, or why there are none in this poll."""

    row: Row
    tries: int
    found: Page = Page()
    failure: Failure | None = None

    @property
    def is_asked_again(self) -> bool:
        """Something was refused that may be whole in the next poll: a damaged file, another charset, a page cut short."""
        may_pass = any(refusal.reason not in FOR_GOOD for refusal in self.found.refused)
        return may_pass and self.tries < TRIED_POLLS


def follow(
    read: ReadPage, feed: Feed, memory: Memory, again: bool, charset: str, get: Get, parallel: int = 1
) -> ReadPage:
    """A page of a list with the records behind its rows. A notice that cannot be had waits for the next poll."""

    def followed(row: Row) -> Followed:
        tries = _tries(memory.records.get(f"~{row.key}"), row)
        try:
            return Followed(row, tries, _notice(row, feed, charset, get, is_last_try=tries >= TRIED_POLLS))
        except Failure as error:
            return Followed(row, tries, failure=error)

    due = [row for row in read.listed.rows if again or memory.records.get(f"~{row.key}") != _seen(row)]
    rows, refused = list[Row](), list(read.listed.refused)
    notices, failure = dict[str, Remembered](), read.failure
    refusals, mended = dict(read.refused), set[str]()
    for one in ahead(followed, due, parallel):
        name = f"~{one.row.key}"
        if one.failure is None:
            rows += one.found.rows
            refused += one.found.refused
            refusals |= {each.name: name for each in one.found.refused}
            mended |= set() if one.found.refused else {name}
            seen = replace_record(_seen(one.row), missing_polls=one.tries) if one.is_asked_again else _seen(one.row)
            if memory.records.get(name) != seen:
                notices[name] = seen
            continue
        failure = one.failure
        if failure.kind in FOR_ALL:
            break
        if failure.kind in OF_THIS_NOTICE:
            notices[name] = replace_record(_seen(one.row), missing_polls=one.tries)
            message = f"{one.row.pointer}: {failure.message}"
            failure = Failure("short", "detail_missing", message, answer=failure.answer)
    records = Page(tuple(rows), tuple(refused))
    return replace(read, records=records, notices=notices, failure=failure, refused=refusals, mended=frozenset(mended))


def _seen(row: Row) -> Remembered:
    """What is remembered of a row whose notice was read."""
    return Remembered(digest=row.digest, sequence=0)


def _tries(known: Remembered | None, row: Row) -> int:
    """In how many polls, this one included, the row's notice was asked for in vain."""
    return known.missing_polls + 1 if known and known.digest == row.digest else 1


def _notice(row: Row, feed: Feed, charset: str, get: Get, *, is_last_try: bool) -> Page:
    """The records of one notice: the row with the notice's cells, the rows of its table, or those of the files attached.

    What is not there may come back: it is a Failure until the last try, then it is refused with the reason. What is
    there and is not as it should be is refused at once, and asked for again until the last try all the same.
    """
    assert feed.detail is not None and feed.html is not None
    try:
        answer, origin = get(str(row.content.get(feed.detail.path) or ""))
        found = read_notice(answer, feed.detail, feed.html, charset)
        content = {**row.content, **found.cells}
        if feed.detail.table:
            return _in_table(f"{row.pointer} > {origin.sha256}", found.table, content, feed, "", answer.url)
        if not feed.detail.attachments:
            whole = row_of(feed, f"{row.pointer} > {origin.sha256}", content, url=answer.url)
            return Page((replace(whole, key=row.key),))
    except Reject as error:
        return _refused(row.pointer, error.reason, error.message, row.content)
    except Failure as failure:
        if failure.kind not in OF_THIS_NOTICE or (failure.kind == "missing" and not is_last_try):
            raise
        return _refused(row.pointer, "detail_unread", failure.message, row.content)
    pages = [_attachment(each, content, feed, get, is_last_try) for each in found.attachments]
    if not pages:
        message = "the notice has no file of the declared kinds"
        if not is_last_try:
            raise Failure("missing", "attachment_missing", message)
        return _refused(row.pointer, "attachment_missing", message, row.content)
    return Page(tuple(r for page in pages for r in page.rows), tuple(r for page in pages for r in page.refused))


def _attachment(file: Attachment, content: Mapping[str, object], feed: Feed, get: Get, is_last_try: bool) -> Page:
    """The rows of one attached file, each with the notice's cells beside its own; the evidence is the file."""
    name, link = file
    if not name.lower().endswith(READABLE):
        return _refused(f"attachment {name}", "scan_only", f"only a link can be kept: {link}"[:500], content)
    table = feed if feed.file else feed.model_copy(update={"file": File(pattern="*")})
    try:
        answer, origin = get(link)
        read = read_file(name, answer.body, table)
    except (Reject, Failure) as error:
        if isinstance(error, Failure) and not (error.kind == "contract" or (error.kind == "missing" and is_last_try)):
            raise
        return _refused(f"attachment {name}", error.reason, error.message, {**content, "attachment": link})
    return _in_table(f"attachment {name}", read, content, feed, origin.sha256, link)


def _in_table(prefix: str, read: Table, content: Mapping[str, object], feed: Feed, sha256: str, url: str) -> Page:
    """The rows of a table, each with the notice's cells beside its own."""
    rows: list[Row] = []
    refused = [Unreadable(f"{prefix} > {r.pointer}", r.reason, r.message, r.original) for r in read.refused]
    for place, item in read.items:
        whole, pointer = {**content, **item}, f"{prefix} > {place}"
        try:
            rows.append(row_of(feed, pointer, whole, sha256, url))
        except Reject as error:
            refused.append(Unreadable(pointer, error.reason, error.message, encode_any(whole)))
    return Page(tuple(rows), tuple(refused), doubt=read.doubt)


def _refused(pointer: str, reason: str, message: str, content: Mapping[str, object]) -> Page:
    return Page(refused=(Unreadable(pointer, reason, message, encode_any(dict(content))),))
