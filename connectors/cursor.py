"""Cursor: what the connector knows of one feed and of each of its records (tongda.cursor, values under their keys)."""

from __future__ import annotations

from schemas.records.raw import Frozen, Rows, State, Verdict, record_key


class Window(Frozen):
    """One slice of a feed: days, both inclusive. Empty bounds: the whole feed."""

    start: str = ""
    end: str = ""


class Progress(Frozen):
    """The slice being read; moves with each page, in the page's transaction."""

    window: Window
    page: int
    rows: Rows = Rows()


class Flood(Frozen):
    """Most records of a poll were refused: the platform changed. ``definition``: the one that did not read them."""

    read: int
    refused: int
    definition: str


class Asked(Frozen):
    """Requests of one feed on one day of the hub's clock."""

    day: str = ""
    requests: int = 0

    def on(self, day: str) -> int:
        return self.requests if day == self.day else 0


class Cursor(Frozen):
    """How far one feed is read. Key: ``source|feed``.

    ``watermark`` is the newest day fully read and moves on ``complete`` only; ``editions`` holds the SHA-256 of each
    file of a drop that was read to its end.
    """

    watermark: str | None = None
    editions: dict[str, str] = {}
    slice: Progress | None = None
    reconciled_at: str | None = None
    last_complete_at: str | None = None
    polled_at: str | None = None
    next_poll_at: str | None = None
    state: State = "waiting"
    reason: str = ""
    verdict: Verdict | None = None
    rows: Rows = Rows()
    total_rows: Rows = Rows()
    failures: int = 0  # polls in a row that did not end well; the back-off grows with them
    flood: Flood | None = None  # until a poll reads well again
    asked: Asked = Asked()
    held_since: str | None = None  # the poll that began a hold; until one is complete. Names the hold for its release
    detail: str = ""  # what was not as it should be, in words for the operator
    evidence: str | None = None  # SHA-256 of the last refusal


class Remembered(Frozen):
    """What is remembered of one record. Key: ``source|feed|record``. ``sequence`` 0: a row that was refused."""

    digest: str
    sequence: int
    missing_polls: int = 0
    absent: bool = False  # published as absent


def feed_key(source: str, feed: str) -> str:
    """The key whose partition is the lease of this feed, and of all that is remembered of it."""
    return f"{source}|{feed}"


def memory_key(source: str, feed: str, record: str) -> bytes:
    return record_key(source, feed, record).encode()
