"""Editions: a feed read from a file drop. Each edition is read once, to its end, when its bytes match their sum."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from connectors.cursor import Progress, Window
from connectors.drop import Dropped, folder_of, listing
from connectors.drop import read as read_drop
from connectors.evidence import keep
from connectors.extract import Page, Unreadable
from connectors.fetch import Failure
from connectors.files import file_page
from connectors.prove import Proof
from connectors.publish import Origin
from schemas.errors import Reject

if TYPE_CHECKING:
    from connectors.poll import Poll

DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")


def read(poll: Poll) -> None:
    """All editions that were not read yet, in the order of their names."""
    assert poll.feed.file is not None
    try:
        files = listing(
            folder_of(poll.source.access.base, poll.source.access.folder, poll.feed_id), poll.feed.file.pattern
        )
    except Failure as failure:
        poll.unproved(failure)
        return
    for file in due(files, poll.cursor.editions, poll.feed.file.edition == "snapshot", poll.memory.suspects):
        try:
            _edition(poll, file)
        except Failure as failure:
            poll.unproved(failure)


def due(files: list[Dropped], known: dict[str, str], snapshot: bool, suspects: bool) -> list[Dropped]:
    """Which files to read now. Of snapshots the newest alone counts, and it is read once more while a record is
    suspected to be gone: two complete polls have to agree."""
    if snapshot:
        return [file for file in files[-1:] if suspects or known.get(file.name) != file.sha256]
    return [file for file in files if not file.sha256 or known.get(file.name) != file.sha256]


def _edition(poll: Poll, file: Dropped) -> None:
    """One file to its end, then its mark in the cursor. Raises Failure."""
    assert poll.feed.file is not None
    answer = read_drop(file, poll.source.access.max_bytes, poll.tools.now())
    origin = poll.origin = Origin(keep(poll.tools.evidence, answer), answer.url, answer.received_at)
    progress = Progress(window=Window(), page=1)
    try:
        page = file_page(file.name, answer.body, poll.feed)
    except Reject as error:
        poll.publish(Page(refused=(Unreadable("", error.reason, error.message, answer.body),)), origin, progress)
        raise Failure("short", error.reason, error.message, answer=answer) from None
    poll.publish(page, origin, progress)
    snapshot = poll.feed.file.edition == "snapshot"
    known = {} if snapshot else poll.cursor.editions
    today = poll.started.date().isoformat()
    day = day_in(file.name) or ""
    mark = max(poll.cursor.watermark or "", day if day <= today else "") or None  # a file of the future moves nothing
    poll.cursor = poll.cursor.model_copy(update={"editions": {**known, file.name: file.sha256}, "watermark": mark})
    poll.outcome.take(Proof("complete"))
    if snapshot and not page.refused:
        poll.outcome.shown = {row.key for row in page.rows}


def day_in(name: str) -> str | None:
    """The day a file's name says it is of."""
    match = DAY.search(name)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None
