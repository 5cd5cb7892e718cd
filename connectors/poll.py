"""Poll: one poll of one feed = plan, fetch, extract, prove, publish, remember."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

from connectors import editions, lists
from connectors.ask import TRIES, WAIT_IN_PLACE_SECONDS, Secret, ask_for, back_off
from connectors.circuit import Judgement
from connectors.cursor import Asked, Cursor, Progress, Remembered
from connectors.evidence import keep, stamp
from connectors.expect import check_page
from connectors.extract import Page
from connectors.fetch import Answer, Ask, Door, Failure
from connectors.memory import Memory
from connectors.plan import PageRequest
from connectors.prove import Proof
from connectors.publish import Origin, Publication
from connectors.schedule import next_poll_after
from connectors.status import status_of, status_record
from connectors.validators import Validators
from ops import telemetry
from ops.bus import Outgoing
from ops.evidence import EvidenceStore
from ops.failpoints import hit
from schemas.records.raw import Rows, SourceStatus, State, Verdict
from schemas.source.model import Source

Value = TypeVar("Value")

VERDICT_OF: dict[str, Verdict] = {
    "transient": "unknown",
    "rate": "unknown",
    "blocked": "blocked",
    "paging": "unknown",
    "contract": "blocked",
    "short": "short",
    "missing": "blocked",
    "local": "unknown",
}

STATE_OF: dict[str, State] = {"contract": "held", "local": "paused"}  # else the verdict


@dataclass(frozen=True)
class Tools:
    """What a poll works with; everything outside it comes in here."""

    door: Door
    evidence: EvidenceStore
    publish: Callable[[Sequence[Outgoing]], None]  # one transaction; raises when the lease is lost
    now: Callable[[], datetime]
    wait: Callable[[float], None]  # raises when the process stops
    secret: Secret
    chance: random.Random
    transaction_records: int = 500
    absence_polls: int = 2
    absence_share: float = 0.05
    budget: int | None = None  # requests that this feed may make today; None: as many as it needs
    validators: Validators = field(default_factory=Validators)
    released: bool = False  # a person lets pass what this feed is held for
    status: Callable[[Cursor], SourceStatus] | None = None  # of this feed among the others of its source


@dataclass
class Outcome:
    """What a poll came to: the first thing that was not proved, or ``complete``."""

    verdict: Verdict = "complete"
    reason: str = ""
    state: State = "ok"
    failure: Failure | None = None
    evidence: str | None = None  # of the refusal
    shown: set[str] | None = None  # keys of a whole, complete snapshot: what is not there may be absent

    def take(self, proof: Proof, failure: Failure | None = None, evidence: str | None = None) -> None:
        """One more slice or file; the first that was not proved decides."""
        if self.verdict == "complete" and proof.verdict != "complete":
            self.verdict, self.reason = proof.verdict, proof.reason
            self.state = STATE_OF.get(failure.kind, proof.verdict) if failure else proof.verdict
            self.failure, self.evidence = failure, evidence


@dataclass
class Poll:
    """One poll of one feed.

    1 plan the slices  2 fetch a page and store its evidence  3 extract its rows  4 prove what it showed
    5 publish: raw records, memory and cursor in one transaction a page  6 remember: verdict, watermark, absences and
    status in one last transaction.
    """

    source: Source
    feed_id: str
    cursor: Cursor
    memory: Memory
    partitions: int
    interval_seconds: float
    tools: Tools
    rows: Rows = field(default_factory=Rows)
    outcome: Outcome = field(default_factory=Outcome)
    origin: Origin | None = None  # the newest answer

    def __post_init__(self) -> None:
        self.feed = self.source.feeds[self.feed_id]
        self.publication = Publication(self.source, self.feed_id, self.partitions)
        self.judgement = Judgement(self.feed, self.cursor.flood)
        self.started = self.tools.now()

    def run(self) -> Cursor:
        """The whole poll; gives the cursor as it was committed."""
        if self.source.access.style == "drop":
            editions.read(self)
        else:
            lists.read(self)
        hit("poll.prove.after")
        self._remember()
        self._measure()
        return self.cursor

    def request(self, request: PageRequest, read: Callable[[Answer], Value]) -> tuple[Value, Origin]:
        """One answer through its guards (``read``), tried again while its failure is transient. Raises Failure.

        The evidence is stored before anything is read out of it; ``self.origin`` says which answer it was.
        """
        attempt = 0
        while True:
            try:
                self._spend()
                answer, self.origin = self._fetch(ask_for(self.source, request, self.tools.secret))
                return read(answer), self.origin
            except Failure as failure:
                attempt += 1
                pause = (
                    back_off(attempt - 1, self.tools.chance) if failure.kind == "transient" else failure.after_seconds
                )
                again = failure.kind == "transient" or (failure.kind == "rate" and 0 < pause <= WAIT_IN_PLACE_SECONDS)
                if not again or attempt >= TRIES:
                    raise
                self.tools.wait(pause)

    def _spend(self) -> None:
        """One request of the day's budget. Raises Failure(``local``) when none is left: the feed goes on tomorrow."""
        now = self.tools.now()
        day = now.date().isoformat()
        spent = self.cursor.asked.on(day)
        if self.tools.budget is not None and spent >= self.tools.budget:
            tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
            message = f"the requests of {day} are used up: {self.source.access.budget}"
            raise Failure("local", "budget", message, after_seconds=(tomorrow - now).total_seconds())
        self.cursor = self.cursor.model_copy(update={"asked": Asked(day=day, requests=spent + 1)})

    def _fetch(self, ask: Ask) -> tuple[Answer, Origin]:
        """One answer with its evidence stored; one that did not change is read from the evidence it had."""
        validators, store = self.tools.validators, self.tools.evidence
        if not (self.feed.request and self.feed.request.conditional):
            answer = self.tools.door.fetch(ask)
            sha256 = keep(store, answer)
        else:
            answer = self.tools.door.fetch(validators.conditional(ask, self.tools.now(), store))
            answer = validators.unchanged(ask, answer, store)
            sha256 = keep(store, answer)
            answer = validators.whole(ask, answer, sha256)
        return answer, Origin(sha256, answer.url, answer.received_at, answer.served_at)

    def publish(
        self, page: Page, origin: Origin, progress: Progress | None, notices: dict[str, Remembered] | None = None
    ) -> None:
        """Step 5 for one page. A page that says nothing new needs no transaction.

        Raises Failure before anything of a page is published that is not as expected.
        """
        batch = self.publication.weigh(page, origin, self.memory, notices)
        understood = self.judgement.page(page, batch.news)
        if not self.tools.released:
            check_page(self.feed.expect, understood)
        self.rows += batch.rows
        if progress is not None:
            progress = progress.model_copy(update={"rows": self.rows})
        self.cursor = self.cursor.model_copy(update={"slice": progress})
        for records, changes in self.publication.transactions(batch, self.cursor, self.tools.transaction_records):
            self.tools.publish(records)
            self.memory.keep(changes)
        self.cursor = self.cursor.model_copy(update={"total_rows": self.cursor.total_rows + batch.rows})
        for result in ("new", "changed", "unchanged", "rejected"):
            telemetry.count(
                "tongda_page_rows_total",
                getattr(batch.rows, result),
                result=result,
                source=self.source.id,
                feed=self.feed_id,
            )
        telemetry.gauge("tongda_conservation_gap_records", batch.rows.gap, place="pages")
        for refusal in page.refused:
            telemetry.count("tongda_dead_letters_total", stage="poll", source=self.source.id, reason=refusal.reason)

    def unproved(self, failure: Failure) -> None:
        """A slice or file ended with a failure."""
        self.outcome.take(
            Proof(VERDICT_OF[failure.kind], failure.reason), failure, self.origin.sha256 if self.origin else None
        )

    def _remember(self) -> None:
        """Step 6."""
        outcome, records, changes = self.outcome, list[Outgoing](), dict[str, Remembered]()
        if (
            outcome.verdict == "complete"
            and outcome.shown is not None
            and self.feed.absence.means != "nothing"
            and self.origin
        ):
            share = 1.0 if self.tools.released else self.feed.absence.share(self.tools.absence_share)
            absences = self.memory.absences(outcome.shown, self.tools.absence_polls, share)
            changes = absences.changes
            if absences.held:
                outcome.state, outcome.reason = "held", "mass_absence"
            records = [self.publication.absent(name, changes[name], self.origin) for name in absences.gone]
            telemetry.count(
                "tongda_absences_total", len(absences.gone), source=self.source.id, feed=self.feed_id, step="published"
            )
        self._conclude()
        memory = [self.publication.remember(name, remembered) for name, remembered in changes.items()]
        status = (
            self.tools.status(self.cursor)
            if self.tools.status
            else status_of(self.source, self.feed_id, self.cursor, self.interval_seconds)
        )
        last = [self.publication.cursor(self.cursor), status_record(status, self.publication.lease)]
        self.tools.publish([*records, *memory, *last])
        self.memory.keep(changes)

    def _conclude(self) -> None:
        """The cursor after this poll."""
        outcome, now = self.outcome, self.tools.now()
        silent, ours = outcome.state in ("unknown", "blocked"), outcome.state == "paused"
        failures = self.cursor.failures + silent if silent or ours else 0
        held_since = None if outcome.state == "ok" else self.cursor.held_since
        if outcome.state == "held":
            held_since = held_since or stamp(now)
        after = next_poll_after(
            self.source, outcome.state, outcome.failure, failures, self.interval_seconds, self.tools.chance
        )
        complete = outcome.state == "ok"
        self.cursor = self.cursor.model_copy(
            update={
                "slice": None,
                "polled_at": stamp(now),
                "next_poll_at": stamp(now + after),
                "state": outcome.state,
                "reason": outcome.reason,
                "verdict": outcome.verdict,
                "rows": self.rows,
                "failures": failures,
                "flood": self.judgement.flood(),
                "held_since": held_since,
                "detail": outcome.failure.message[:500] if outcome.failure else "",
                "evidence": None if complete else outcome.evidence,
                "last_complete_at": stamp(now) if complete else self.cursor.last_complete_at,
            }
        )

    def _measure(self) -> None:
        labels = {"source": self.source.id, "feed": self.feed_id}
        now, cursor = self.tools.now(), self.cursor
        telemetry.count(
            "tongda_slice_verdicts_total", verdict=self.outcome.verdict, source=self.source.id, feed=self.feed_id
        )
        telemetry.gauge("tongda_feed_interval_seconds", self.interval_seconds, **labels)
        telemetry.gauge("tongda_held_slices", int(self.outcome.state == "held"), **labels)
        if self.outcome.reason.startswith("expect_"):
            rule = self.outcome.reason.removeprefix("expect_")
            telemetry.count("tongda_expectation_breaches_total", source=self.source.id, feed=self.feed_id, rule=rule)
        if cursor.last_complete_at:  # also of a process before this one: a feed that fails since must not look new
            complete = datetime.fromisoformat(cursor.last_complete_at).timestamp()
            telemetry.gauge("tongda_feed_last_complete_timestamp_seconds", complete, **labels)
        if self.rows.new or self.rows.changed:
            telemetry.gauge("tongda_feed_last_new_timestamp_seconds", now.timestamp(), **labels)
        if cursor.watermark:
            day = datetime.fromisoformat(cursor.watermark).replace(tzinfo=now.tzinfo)
            telemetry.gauge("tongda_feed_watermark_timestamp_seconds", day.timestamp(), **labels)
        level = "info" if self.outcome.state == "ok" else "warning"
        telemetry.log(
            "slice_proved",
            level if self.rows.new or self.rows.changed or level == "warning" else "debug",
            **labels,
            state=self.outcome.state,
            verdict=self.outcome.verdict,
            reason=self.outcome.reason,
            detail=cursor.detail,
            seconds=round((now - self.started).total_seconds(), 3),
            **self.rows.model_dump(),
        )
