"""Pages: where the pages of a poll come from. A list over HTTP and an inbox are two sources with one interface.

A page source plans, fetches and reads; the loop in ``poll`` takes its pages one by one, proves and publishes them.
Nothing flows back but the loop's decision to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.http.messages import Failure
from connectors.poll.cursor import Cursor, Remembered, Window
from connectors.poll.memory import Memory
from connectors.poll.prove import End, Proof, Sweep
from connectors.read.inbox import InboxFile
from connectors.read.page import Page

PAGE, ROW = "page", "row"  # what a refusal in a list is of


@dataclass(frozen=True)
class Origin:
    """The response or file a page came from."""

    sha256: str
    url: str
    received_at: datetime
    served_at: datetime | None = None  # by the platform's own clock


@dataclass(frozen=True)
class Slice:
    """A part of a feed that is proved by itself: some days of a list, a whole list, or one file."""

    window: Window = field(default_factory=Window)
    file: InboxFile | None = None
    declared: int | None = None  # rows of the whole that a second parameter cut in parts, of which this is one


@dataclass(frozen=True)
class ReadPage:
    """One page as it was read.

    ``listed`` is what the list shows and the proof counts; ``records`` are the rows to be published, which differ where
    each row leads to a notice. ``notices``: what to remember of the notices read for it. ``failure``: a part of the
    page could not be read; the rest is published, then the slice ends with it. ``refused``: by the names of refusals,
    what each is of (``Remembered.of``); ``mended``: the notices, or the file, that were read with nothing refused.
    """

    listed: Page
    origin: Origin
    number: int = 1  # of the sweep
    records: Page | None = None
    notices: Mapping[str, Remembered] = field(default_factory=dict)
    failure: Failure | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    mended: frozenset[str] = frozenset()

    @property
    def published(self) -> Page:
        return self.listed if self.records is None else self.records


@dataclass
class Replaced:
    """What editions sent again leave out: keys that an earlier edition of the same period had, and how many it had."""

    keys: set[str] = field(default_factory=set)
    of: int = 0


class PageSource(Protocol):
    """Plans slices and reads their pages."""

    @property
    def origin(self) -> Origin | None:
        """The newest answer: the evidence of a failure."""

    @property
    def reads_everything(self) -> bool:
        """This poll looks for silent edits: no page may be passed over."""

    @property
    def doubt(self) -> Proof | None:
        """Why no slice can be complete although its pages are; None: there is no such reason."""

    def slices(self, cursor: Cursor, memory: Memory) -> Sequence[Slice]:
        """What to read now, the oldest first. Raises Failure."""

    def pages(self, part: Slice, memory: Memory, *, is_first_sweep: bool) -> Iterator[ReadPage | End]:
        """The pages of a slice from the first to the last. Raises Failure where one cannot be had."""

    def first_page(self, part: Slice) -> ReadPage:
        """The first page once more, without what it leads to. Raises Failure."""

    def close(self) -> None:
        """The poll reads no further page: what was begun early is waited for."""

    def smaller(self, part: Slice, failure: Failure) -> Sequence[Slice]:
        """The slice cut in parts that can be read where it could not; none: it cannot be cut."""

    def goes_on_after(self, failure: Failure) -> bool:
        """The other slices can be read although this one failed."""

    def advanced(self, cursor: Cursor, part: Slice, sweep: Sweep, *, is_proved: bool) -> Cursor:
        """The cursor after a slice was read to its end. ``is_proved``: it and all before it are complete."""

    def shown(self, sweep: Sweep) -> set[str] | None:
        """The keys of the whole feed when this slice was all of it; None when it was a part, or rows were refused."""

    @property
    def replaced(self) -> Replaced:
        """Records that a new edition of their period does not show any more."""

    def finished(self, cursor: Cursor) -> Cursor:
        """The cursor after every slice was proved complete."""
