"""History: what a poll's slices show together, and beside the polls before. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from connectors.poll.cursor import Column, Cursor, Window
from connectors.poll.evidence import stamp
from connectors.poll.pages import Slice
from connectors.poll.prove import Proof, Sweep
from schemas.source.model import Feed, seconds

FELL_SILENT = "fell_silent"
SILENT_POLLS = 3  # so many in a row confirm that a feed shows nothing any more
FEWEST_ALIKE = 3  # rows: a few may be shown in two windows for reasons of their own
WHOLE = Window()


@dataclass
class History:
    """Of one poll. ``cursor``: as the poll before left it."""

    feed: Feed
    cursor: Cursor
    windows: list[tuple[Window, frozenset[str]]] = field(default_factory=list)
    parts: dict[tuple[str, str], tuple[int | None, set[str]]] = field(default_factory=dict)  # declared and shown rows
    rows: int = 0
    sweep: str = ""
    newest: str = ""
    first: str = ""  # digest of the total and the first page
    was_read: bool = False  # some slice to its end

    @property
    def watermark(self) -> str | None:
        return self.cursor.watermark

    def sweep_of(self, window: Window) -> str:
        """Digest of the last complete sweep of the whole list: one that equals it is the second of two."""
        return self.cursor.sweep if window == WHOLE else ""

    def may_probe(self, now: datetime) -> bool:
        """The whole list was read not long ago, and all was well: its total and first page tell whether it changed."""
        every, cursor = self.feed.slice.sweep, self.cursor
        if not every or not cursor.swept_at or not cursor.first or cursor.state != "ok" or cursor.flood:
            return False
        return 0 <= (now - datetime.fromisoformat(cursor.swept_at)).total_seconds() < seconds(every)

    def take(self, part: Slice, sweep: Sweep) -> None:
        """A slice that was read to its end."""
        window = part.window
        self.rows += sweep.distinct
        self.newest = max(self.newest, sweep.newest)
        self.was_read = True
        self.first = sweep.first
        if window == WHOLE and sweep.needs_another:
            self.sweep = sweep.digest
        if window.cut:
            declared, keys = self.parts.get((window.start, window.end), (part.declared, set[str]()))
            self.parts[(window.start, window.end)] = (declared, keys | sweep.digests.keys())
        elif window.start:
            self.windows.append((window, frozenset(sweep.digests)))

    def doubt(self) -> Proof | None:
        """Why the slices cannot be complete although each of them is."""
        if self._shows_the_same():
            return Proof("unknown", "filter_ignored", message="windows without a common day show the same rows")
        for declared, keys in self.parts.values():
            if declared is not None and len(keys) < declared:
                message = f"the parts of slice.cut hold {len(keys)} of {declared} rows: a value is missing among them"
                return Proof("short", "parts_missing", message=message)
        polls = self.cursor.silent + 1
        if self._should_show_rows and not self.rows and polls < SILENT_POLLS:
            message = f"no row where there were {self.cursor.shown}; poll {polls} of {SILENT_POLLS} that must agree"
            return Proof("short", FELL_SILENT, message=message)
        return None

    @property
    def _should_show_rows(self) -> bool:
        """The poll before saw rows that this one, which reads the same days, should see again."""
        if not self.was_read or not self.cursor.shown:
            return False
        if self.feed.file and self.feed.detail is None and self.feed.file.edition != "snapshot":
            return False  # a file of its own days or month, which may be empty
        return not self.cursor.newest or not self.windows or self.windows[0][0].start <= self.cursor.newest

    def _shows_the_same(self) -> bool:
        """Two windows that share no day show the same rows: the platform does not look at the days."""
        (first, shown), *others = self.windows or [(WHOLE, frozenset[str]())]
        return len(shown) >= FEWEST_ALIKE and any(window.start > first.end and keys == shown for window, keys in others)

    def remember(self, cursor: Cursor, profile: dict[str, Column], now: datetime) -> Cursor:
        """After a complete poll."""
        if self.first:
            cursor = replace(cursor, swept_at=stamp(now), first=self.first)
        shown = self.rows if self.was_read else cursor.shown
        if len(self.windows) > 1 and not self.newest:
            shown = 0  # of more days than the next poll reads, and it is open of which
        newest = self.newest or (cursor.newest if not self.rows else "")
        return replace(cursor, shown=shown, newest=newest, silent=0, sweep=self.sweep or cursor.sweep, profile=profile)
