"""Cursor: what the connectors store of one feed and of each of its records (tongda.cursor, values under their keys)."""

from __future__ import annotations

from schemas.records.base import Record
from schemas.records.raw import RowCounts, record_key
from schemas.records.source_status import FeedState, Requests, Verdict


class Window(Record, frozen=True):
    """The days of one slice of a feed, both inclusive. Empty bounds: the whole feed."""

    start: str = ""
    end: str = ""
    cut: str = ""  # value of the second parameter by which it was cut; empty: it was not


class Progress(Record, frozen=True):
    """The slice being read; moves with each page, in the page's transaction."""

    window: Window
    page: int  # of the sweep, from 1
    rows: RowCounts = RowCounts()  # of the poll so far


class Flood(Record, frozen=True):
    """Most rows of a poll were refused: the platform changed. ``definition``: the one that did not read them."""

    read: int
    refused: int
    definition: str


class Column(Record, frozen=True):
    """What one of our fields held in the rows of polls that were complete, the newest ones weighing most."""

    rows: float = 0.0
    filled: float = 0.0
    shapes: dict[str, float] = {}  # form of the value (date, integer, text …) → rows
    middle: float = 0.0  # median amount in 元; 0: no amount


class Cursor(Record, frozen=True):
    """How far one feed is read. Key: ``source|feed``.

    ``watermark`` is the newest day fully read and moves on ``complete`` only; ``editions`` holds the SHA-256 of each
    file of an inbox that was read to its end. Instants are RFC 3339 with +08:00.
    """

    watermark: str | None = None
    editions: dict[str, str] = {}
    slice: Progress | None = None
    reconciled_at: str | None = None
    last_complete_at: str | None = None
    polled_at: str | None = None
    next_poll_at: str | None = None
    state: FeedState = "waiting"
    reason: str = ""
    verdict: Verdict | None = None
    rows: RowCounts = RowCounts()  # of the last poll
    total_rows: RowCounts = RowCounts()  # since the feed was first polled
    failures: int = 0  # polls in a row that did not end well; the back-off grows with them
    flood: Flood | None = None  # until a poll reads well again
    asked: Requests = Requests()  # of the newest day on which there were any
    earlier: tuple[Requests, ...] = ()  # of the days before, the newest first
    shown: int = 0  # rows that the last complete poll saw
    newest: str = ""  # the last day of a row that it saw, where the definition names the column of the day
    silent: int = 0  # polls in a row that saw none, after one that did
    swept_at: str | None = None  # when the whole list was last read
    first: str = ""  # digest of its total and first page then
    sweep: str = ""  # digest of the last complete sweep of a whole list: an equal one proves the list a second time
    profile: dict[str, Column] = {}  # what the feed's columns held so far, by which drift is found
    held_since: str | None = None  # the poll that began a hold; until one is complete. Names the hold for its release
    detail: str = ""  # what was not as it should be, in words for the operator
    evidence: str | None = None  # SHA-256 of the last refusal


class Remembered(Record, frozen=True):
    """What is remembered of one record. Key: ``source|feed|record``. ``sequence`` 0: a row that was refused."""

    digest: str
    sequence: int
    missing_polls: int = 0  # complete polls in a row that did not show it
    absent: bool = False  # published as absent
    identity: str = ""  # hashes of the patents that it names: another set under the same key is another record
    of: str = ""  # of a refusal: a page, a row, ``~`` and a notice or file: what may be read later; empty: never


def memory_key(source: str, feed: str, record: str) -> bytes:
    return record_key(source, feed, record).encode()
