"""Poll: one poll of one feed: the loop that takes the pages of a source, proves and publishes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from connectors.http.messages import Failure
from connectors.poll.absence import missing
from connectors.poll.cursor import Cursor, Progress, Remembered
from connectors.poll.expect import check_count
from connectors.poll.fetch import Fetcher
from connectors.poll.flood import FloodWatch
from connectors.poll.history import FELL_SILENT, History
from connectors.poll.inbox import InboxPages
from connectors.poll.judge import Judge
from connectors.poll.kept import KeptPages
from connectors.poll.lists import ListPages
from connectors.poll.measure import log_poll, measure_page, measure_poll
from connectors.poll.memory import Memory
from connectors.poll.outcome import INTERNAL, Outcome, Pace, settled, timeless
from connectors.poll.pages import PAGE, ROW, PageSource, ReadPage, Slice
from connectors.poll.prove import End, Proof, Sweep, first_digest
from connectors.poll.publish import Batch, Publication
from connectors.poll.spelling import named
from connectors.poll.tools import Tools
from ops import telemetry
from ops.bus import Outgoing
from ops.failpoints import hit
from schemas.records.raw import RowCounts
from schemas.source.model import Source
from schemas.traces import trace_of

SWEEPS = 3
# For so long, and so many polls, the status of an unchanged feed is not published again.
QUIET_SECONDS, QUIET_INTERVALS = 60.0, 2


@dataclass
class Poll:
    """One poll of one feed.

    Each page is read (its evidence stored before), counted in the sweep that proves its slice, and published: raw
    records, memory and cursor in one transaction. After the last page one more transaction holds verdict, watermark,
    absences and status.
    """

    source: Source
    feed_id: str
    cursor: Cursor
    memory: Memory
    partitions: int
    interval_seconds: float
    tools: Tools
    rows: RowCounts = field(default_factory=RowCounts)
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.feed = self.source.feeds[self.feed_id]
        self.floods = FloodWatch(self.feed, self.cursor.flood)
        self.judge = Judge(self.feed, self.cursor.profile, self.tools.released)
        self.history = History(self.feed, self.cursor)
        self.started, self.before = self.tools.now(), self.cursor
        self.trace = trace_of(self.source.id, self.feed_id, self.started.isoformat())
        self.publication = Publication(self.source, self.feed_id, self.partitions, self.trace)
        self.told_at, self.published = self.tools.told_at, False
        self.refused, self.mended = set[str](), set[str]()  # names of refusals, and of notices
        self.fetcher = self._fetcher()
        self.pages = self._pages()

    def _fetcher(self) -> Fetcher:
        tools = self.tools
        return Fetcher(
            self.source,
            self.feed,
            tools.client,
            tools.evidence,
            tools.session,
            tools.now,
            tools.wait,
            tools.chance,
            tools.robots,
            self.cursor.asked,
            self.cursor.earlier,
            tools.budget,
            tools.validators,
            is_paused=tools.is_paused,
        )

    def _pages(self) -> PageSource:
        if self.source.access.style == "inbox":
            return InboxPages(self.source, self.feed_id, self.tools.evidence, self.tools.now, self.started)
        kept = KeptPages() if self.cursor.flood else self.tools.kept  # a flood ends when every row is read again
        return ListPages(self.fetcher, self.started, kept)

    def run(self) -> Cursor:
        """The whole poll; gives the cursor as it was committed. Its lines in the log and its raw records have one trace id."""
        with telemetry.traced(self.trace):
            return self._run()

    def _run(self) -> Cursor:
        try:
            self._read_slices()
        except Failure as failure:
            self._fail(failure)
        finally:
            self.pages.close()
        hit("poll.prove.after")
        self._finish()
        return self.cursor

    def break_off(self, error: Exception) -> Cursor:
        """End a poll after an error of the hub's own: what was published stands, and the feed is paused."""
        message = f"{type(error).__name__} in the hub's own code; the log line poll_broken_off has the trace"
        self.outcome = Outcome(
            "unknown", INTERNAL, "paused", Failure("local", INTERNAL, message), self._evidence, message
        )
        self.floods = FloodWatch(self.feed, self.cursor.flood)  # half a poll proves nothing
        self._finish()
        return self.cursor

    def _read_slices(self) -> None:
        """Each slice from the oldest. The watermark moves over slices proved complete without a gap between them."""
        waiting = deque(self.pages.slices(self.cursor, self.memory))
        while waiting:
            part = waiting.popleft()
            try:
                if self._is_as_it_was(part):
                    continue
                proof, sweep = self._read_slice(part)
            except Failure as failure:
                if smaller := self.pages.smaller(part, failure):
                    waiting.extendleft(reversed(smaller))
                    continue
                self._fail(failure)
                if not self.pages.goes_on_after(failure):
                    break
                continue
            self._take(part, proof, sweep)
        self._take_whole()

    def _is_as_it_was(self, part: Slice) -> bool:
        """Total and first page are those of the last whole sweep, which is not due again. Raises Failure."""
        is_due = self.pages.reads_everything or self.memory.suspects or self.tools.released
        if is_due or not self.history.may_probe(self.started):
            return False
        first = named(self.feed, self.memory, self.pages.first_page(part))
        if first.failure is not None or first_digest(first.listed) != self.cursor.first:
            return False
        self._publish(first, part)
        return True

    def _read_slice(self, part: Slice) -> tuple[Proof, Sweep]:
        """One slice: at most three sweeps, the last of which decides. Raises Failure."""
        before = self.history.sweep_of(part.window)
        for number in range(1, SWEEPS + 1):
            try:
                sweep = self._sweep(part, is_first=number == 1)
            except Failure as failure:
                if failure.reason != "cursor_expired" or number == SWEEPS:
                    raise
                continue  # the cursor expired: from the first page again
            proof = sweep.proof(before)
            if not proof.again:
                break
            before = sweep.digest
        if proof.verdict == "complete" and not self.tools.released:
            check_count(self.feed.expect, part.window, sweep.distinct)
        return self.pages.doubt or proof if proof.verdict == "complete" else proof, sweep

    def _sweep(self, part: Slice, *, is_first: bool) -> Sweep:
        """From the first page to the last; pages are published as soon as they were judged. Raises Failure."""
        sweep = Sweep(self.feed, part.window)
        kept_back: Failure | None = None
        try:
            for page in self.pages.pages(part, self.memory, is_first_sweep=is_first):
                if isinstance(page, End):
                    sweep.end = page
                    break
                read = named(self.feed, self.memory, page)
                sweep.add(read.listed)
                self._judge(read, part)
                kept_back = kept_back or page.failure
                if sweep.goes_nowhere:
                    break
        finally:
            self._publish_all(self.judge.release(), part)
        if kept_back is not None:
            raise kept_back
        if sweep.wants_first_page_again:
            again = named(self.feed, self.memory, self.pages.first_page(part))
            if again.failure is not None:
                self._publish(again, part)
                raise again.failure
            sweep.compare_first(again.listed)
        return sweep

    def _take(self, part: Slice, proof: Proof, sweep: Sweep) -> None:
        """A slice that was read to its end."""
        self.outcome.take(proof, evidence=self._evidence)
        is_proved = self.outcome.verdict == "complete"
        self.history.take(part, sweep)
        self.cursor = self.pages.advanced(self.cursor, part, sweep, is_proved=is_proved)
        if is_proved and (shown := self.pages.shown(sweep)) is not None:
            self.outcome.shown = shown

    def _take_whole(self) -> None:
        """What only all slices together show: a feed that fell silent, days that the platform does not filter."""
        doubt = None if self.tools.released else self.history.doubt()
        if doubt is not None:
            self.outcome.take(doubt, evidence=self._evidence)
            self.cursor = replace(self.cursor, watermark=self.history.watermark)
        if self.outcome.verdict == "complete":
            self.cursor = self.history.remember(
                self.pages.finished(self.cursor), self.judge.new_profile(), self.started
            )
        elif self.outcome.reason == FELL_SILENT:
            self.cursor = replace(self.cursor, silent=self.cursor.silent + 1)

    def _fail(self, failure: Failure) -> None:
        self.outcome.fail(failure, self._evidence)

    @property
    def _evidence(self) -> str | None:
        return self.pages.origin.sha256 if self.pages.origin else None

    def _judge(self, read: ReadPage, part: Slice) -> None:
        """Publish the page and those before it that wait, as soon as there are rows enough to be judged.

        Raises Failure before anything of them is published that is not as expected.
        """
        page = read.published
        readings = self.floods.page(page, self.memory.shows_news(page.rows))
        self._publish_all(self.judge.take(read, readings), part)

    def _publish_all(self, pages: Sequence[ReadPage], part: Slice) -> None:
        for page in pages:
            self._publish(page, part)

    def _publish(self, read: ReadPage, part: Slice) -> None:
        """One page in as few transactions as it needs. One that holds nothing new needs none."""
        released = self.tools.released
        batch = self.publication.weigh(
            read.published, read.origin, self.memory, read.notices, read.refused, released=released
        )
        self.rows += batch.rows
        self._note_refusals(read, batch)
        progress = Progress(window=part.window, page=read.number, rows=self.rows)
        self.cursor = replace(self.cursor, slice=progress, asked=self.fetcher.asked, earlier=self.fetcher.earlier)
        for records, changes in self.publication.transactions(batch, self.cursor, self.tools.transaction_records):
            self.published = True
            self.tools.publish(records)
            self.memory.keep(changes)
        self.cursor = replace(self.cursor, total_rows=self.cursor.total_rows + batch.rows)
        measure_page(self.source.id, self.feed_id, batch.rows, batch.refused)

    def _finish(self) -> None:
        """The last transaction: absences, memory, cursor, status."""
        self._tell_unclaimed()
        absent, changes = self._absences()
        now = self.tools.now()
        pace = Pace(self.interval_seconds, self.source.synthetic, self.tools.chance)
        asked = replace(self.cursor, asked=self.fetcher.asked, earlier=self.fetcher.earlier)
        self.cursor = settled(asked, self.outcome, self.rows, self.floods.flood(), now, pace)
        lifted = self._lifted()
        if not absent and not changes and not lifted and self._tells_nothing(now):
            self._measure(now)
            return
        self.told_at = now
        memory = [self.publication.remember(name, remembered) for name, remembered in changes.items()]
        status = [self.tools.status(self.cursor)] if self.tools.status else []
        lifting = self.publication.lift(lifted)
        self.tools.publish([*absent, *memory, *lifting, self.publication.cursor(self.cursor), *status])
        self.memory.keep(changes)
        self.memory.forget(lifted)
        self._measure(now)

    def _tells_nothing(self, now: datetime) -> bool:
        """Nothing but the time differs from the status published shortly before: the next one may wait.

        What a crash loses is the time of the last polls and their number; the feed is polled again a little earlier.
        """
        told, longest = self.tools.told_at, min(QUIET_SECONDS, QUIET_INTERVALS * self.interval_seconds)
        if told is None or not 0 <= (now - told).total_seconds() < longest:
            return False
        return not self.published and timeless(self.cursor) == timeless(self.before)

    def _measure(self, now: datetime) -> None:
        name = (self.source.id, self.feed_id)
        measure_poll(*name, self.outcome, self.cursor, self.rows, now, self.interval_seconds)
        detail = self.cursor.detail if self.feed.secrecy == "public" else ""
        log_poll(*name, self.outcome, self.rows, (now - self.started).total_seconds(), detail)

    def _tell_unclaimed(self) -> None:
        """Columns that the definition neither reads nor leaves out: the platform added them."""
        if not self.judge.seen:
            return  # no row was read, so nothing is known
        unclaimed = sorted(self.judge.unclaimed)
        telemetry.gauge("tongda_unclaimed_fields", len(unclaimed), source=self.source.id, feed=self.feed_id)
        if unclaimed and not self.outcome.message:
            self.outcome.message = f"columns that nobody claims: {', '.join(unclaimed)}"

    def _note_refusals(self, read: ReadPage, batch: Batch) -> None:
        """What this page refuses, and what it mends: the last sweep of a poll decides."""
        self.mended = (self.mended | read.mended) - set(read.refused.values())
        self.refused |= {refusal.name for refusal in batch.refused}
        if read.mended:
            self.refused -= {name for name, of in self.memory.refusals().items() if of in read.mended}

    def _lifted(self) -> list[str]:
        """Refusals that no longer hold: of a notice or file that was read whole now, and of a list that is complete without them.

        A page that could not be read keeps its slice from being complete, and the slice is read again; a refused row is
        lifted by a poll that saw the whole list.
        """
        of = {*self.mended, *self._proved()}
        return [name for name, what in self.memory.refusals().items() if what in of and name not in self.refused]

    def _proved(self) -> set[str]:
        """What a complete poll shows of a list: every page, and where it saw the whole every row."""
        if self.outcome.verdict != "complete":
            return set()
        return {PAGE} if self.outcome.shown is None else {PAGE, ROW}

    def _absences(self) -> tuple[list[Outgoing], dict[str, Remembered]]:
        """Records that a complete poll did not show: what to publish of them, and what to remember."""
        origin, found = (
            self.pages.origin,
            missing(self.feed, self.tools, self.memory, self.pages.replaced, self.outcome),
        )
        if origin is None or found is None:
            return [], {}
        if found.held:
            self.outcome.state, self.outcome.reason = "held", "mass_absence"
        labels = {"source": self.source.id, "feed": self.feed_id}
        telemetry.count("tongda_absences_total", len(found.gone), step="published", **labels)
        return [self.publication.absent(one, found.changes[one], origin) for one in found.gone], found.changes
