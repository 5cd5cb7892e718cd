"""Raw record: one record exactly as a source gave it (tongda.raw), and what the connector remembers (tongda.cursor)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["complete", "short", "drifted", "blocked", "unknown"]


class Frozen(BaseModel):
    """A value: never changed, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Frozen):
    """Where the bytes behind a record lie: the response's SHA-256 and a pointer into it.

    ``pointer`` is a JSON Pointer (``/data/list/12``), ``Sheet1!R12``, ``line 17``, ``table 0 row 12`` or ``/doc/3``;
    a file inside an archive or an attachment is chained: ``member a.xml > /doc/3``.
    """

    sha256: str
    pointer: str


class RawRecord(Frozen):
    """One record as a source gave it. Key: ``source|feed|record``.

    ``sequence`` counts the states of this record that the hub has seen (1, 2, 3 …): with the definition's version it
    ranks two statements of one record; arrival time never does. ``absent`` says that the source no longer shows it
    (two complete polls agree); ``content`` is then empty.
    """

    source: str
    feed: str
    record: str
    sequence: int
    fetched_at: str  # RFC 3339, +08:00
    url: str
    evidence: Evidence
    content: dict[str, Any]
    absent: bool = False

    @property
    def key(self) -> str:
        return record_key(self.source, self.feed, self.record)


def record_key(source: str, feed: str, record: str) -> str:
    """The name of one record across the hub; sightings carry it as ``id``."""
    return f"{source}|{feed}|{record}"


class Rows(Frozen):
    """What became of the rows of one page or slice: read = new + changed + unchanged + rejected, always."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: Rows) -> Rows:
        return Rows(**{name: getattr(self, name) + getattr(other, name) for name in Rows.model_fields})

    @property
    def gap(self) -> int:
        """Rows that nobody accounts for; anything but 0 is a lost or an invented row."""
        return self.read - self.new - self.changed - self.unchanged - self.rejected


State = Literal["ok", "short", "drifted", "blocked", "unknown", "held", "paused", "waiting"]


class SourceStatus(Frozen):
    """How one feed fares (tongda.source-status.v1). Key: ``source|feed``. ``waiting``: declared, never polled yet."""

    source: str
    feed: str
    name: str  # the platform's official Chinese name
    feed_name: str = ""  # the Chinese name of the list within it
    kind: str
    state: State
    reason: str = ""  # short code when the state is not ok
    verdict: Verdict | None = None
    last_complete_at: str | None = None
    watermark: str | None = None  # newest day fully read
    rows: Rows = Rows()  # of the last slice
    total_rows: Rows = Rows()  # since the feed was first polled
    interval_seconds: int
    polled_at: str | None = None
    next_poll_at: str | None = None
    evidence: str | None = None  # SHA-256 of the last refusal
    synthetic: bool = False  # comes from a stand-in platform: sample data
