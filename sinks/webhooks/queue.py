"""The queue in PostgreSQL: changes become messages, a receiver is claimed, what came of its messages is written.

Nothing waits without a bound: the queue of a receiver has room for ``MOST_WAITING`` messages, and what has no room stays where it
is, among the changes. A claim is a lease with a number: whoever stood still for longer finds that another one has it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from ops.failpoints import hit
from schemas.errors import Fenced
from sinks.store.database import Database, Row, Snapshot
from sinks.store.statements import of_table
from sinks.store.tables import TABLE_OF
from sinks.webhooks import retries
from sinks.webhooks.sender import Answer
from sinks.webhooks.signature import message_id
from sinks.webhooks.subscriptions import newest_change

MOST_WAITING = 10_000  # messages of one receiver
MOST_KEPT = 20_000  # messages of one receiver in the log
MOST_QUEUED = 1_000  # in one transaction
BATCH = 100  # messages of one claim
LEASE_SECONDS = 60.0
GONE = 410  # a receiver that says so wants nothing more


class Claim(NamedTuple):
    """A receiver that is ours until the lease ends, with the secrets that sign."""

    id: str
    lease: int
    url: str
    state: str
    secret: str
    former_secret: str | None
    challenge: str
    failures: int
    failing_since: datetime | None

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.secret, self.former_secret)))


class Message(NamedTuple):
    """One message that is due."""

    id: str
    sequence: int
    topic: str
    record: str
    revision: int
    record_state: str | None
    recorded_at: datetime
    attempts: int


class Result(NamedTuple):
    """What came of one try."""

    message: Message
    answer: Answer


class Verdict(NamedTuple):
    """How a receiver stands after what came of its messages."""

    state: str
    failures: int
    reason: str | None
    wait: float


class Queue:
    """The messages of all receivers. Raises Unreachable, Paused; any number of processes may share it."""

    def __init__(self, database: Database, chance: Callable[[], float] = random.random) -> None:
        self._database, self._chance = database, chance

    def fill(self, most: int = 16) -> int:
        """Queue the changes after each subscription's place, and move the place; gives the number of messages."""
        with self._database.transaction() as db:
            newest = newest_change(db)
            behind = db.rows("webhooks_behind", newest=newest, most=MOST_WAITING, limit=most)
        return sum(self._fill_one(row["id"], newest) for row in behind)

    def _fill_one(self, id: str, newest: int) -> int:
        with self._database.transaction() as db:
            webhook = db.row("lock_webhook", id=id)
            if webhook is None or (room := min(MOST_QUEUED, MOST_WAITING - webhook["waiting"])) <= 0:
                return 0
            found = _changes(db, webhook, newest, room)
            queued = _put(db, id, found)
            place = found[-1]["sequence"] if len(found) == room else max(newest, webhook["place"])
            db.execute_named("move_webhook", id=id, place=place)
            hit("push.queue.before")
        hit("push.queue.after")
        return queued

    def claim(self, limit: int) -> list[Claim]:
        """Receivers that have something due, at most so many."""
        with self._database.transaction() as db:
            return db.read(Claim, "claim_webhooks", seconds=LEASE_SECONDS, limit=limit)

    def due(self, claim: Claim) -> list[Message]:
        """Its messages in their order; of a receiver that failed one alone."""
        with self._database.transaction() as db:
            return db.read(Message, "due_deliveries", webhook=claim.id, limit=1 if claim.failures else BATCH)

    def settle(self, claim: Claim, results: Sequence[Result]) -> Verdict:
        """Write what came of the messages, and how the receiver stands now. Raises Fenced."""
        verdict = judged(claim, [each.answer for each in results], self._chance)
        with self._database.transaction() as db:
            self._write(db, claim, verdict)
            outcomes = [_outcome(each, self._chance) for each in results]
            db.execute_named(
                "settle_deliveries",
                webhook=claim.id,
                ids=[each.message.id for each in results],
                states=[state for state, _ in outcomes],
                statuses=[each.answer.status or None for each in results],
                problems=[each.answer.problem or None for each in results],
                waits=[wait for _, wait in outcomes],
            )
            hit("push.settle.before")
        hit("push.settle.after")
        return verdict

    def verified(self, claim: Claim, answer: Answer) -> Verdict:
        """Whether the receiver wants the messages. Raises Fenced."""
        if answer.is_received and claim.challenge.encode() in answer.body:
            verdict = Verdict("active", 0, None, 0)
        else:
            failures = claim.failures + 1
            last = failures >= retries.VERIFY_TRIES
            reason = answer.problem or "its answer does not contain the challenge"
            wait = retries.receiver_wait(failures, self._chance)
            verdict = Verdict("disabled" if last else "unverified", failures, f"not verified: {reason}", wait)
        with self._database.transaction() as db:
            self._write(db, claim, verdict)
        return verdict

    def prune(self) -> int:
        """Shorten the logs."""
        with self._database.transaction() as db:
            return db.execute_named("prune_deliveries", kept=MOST_KEPT)

    def _write(self, db: Snapshot, claim: Claim, verdict: Verdict) -> None:
        if not db.rows("settle_webhook", id=claim.id, lease=claim.lease, **verdict._asdict()):
            raise Fenced(f"{claim.id} was claimed by another process, or removed")


def judged(claim: Claim, answers: Sequence[Answer], chance: Callable[[], float]) -> Verdict:
    """One message that arrived, and the receiver is well. Without any for three days it is dead; 410 ends it at once."""
    if any(answer.status == GONE for answer in answers):
        return Verdict("disabled", claim.failures + 1, "it answered 410: gone", 0)
    failed = [answer for answer in answers if not answer.is_received]
    if not failed or len(failed) < len(answers):
        return Verdict("active", 0, None, 0)
    failures, last = claim.failures + 1, failed[-1]
    if is_dead(claim, failures):
        return Verdict("disabled", failures, f"nothing arrived for three days: {last.problem}", 0)
    wait = max(retries.receiver_wait(failures, chance), retries.retry_after(last.retry_after))
    return Verdict("active", failures, last.problem, wait)


def is_dead(claim: Claim, failures: int) -> bool:
    """Whether a receiver that failed again is given up."""
    if claim.failing_since is None or failures <= len(retries.WAITS):
        return False
    return (datetime.now(claim.failing_since.tzinfo) - claim.failing_since).total_seconds() > retries.DEAD_SECONDS


def _outcome(result: Result, chance: Callable[[], float]) -> tuple[str, float]:
    """The message's state and the seconds until its next try."""
    if result.answer.is_received:
        return "delivered", 0.0
    wait = retries.wait_of(result.message.attempts + 1, chance)
    return ("failed", 0.0) if wait is None else ("waiting", max(wait, retries.retry_after(result.answer.retry_after)))


def _changes(db: Snapshot, webhook: Row, newest: int, room: int) -> list[Row]:
    """The next changes of its topics in the order of the store."""
    tables = {TABLE_OF[topic].name for topic in webhook["topics"] if topic in TABLE_OF}
    asked = {"topics": webhook["topics"], "after": webhook["place"], "newest": newest, "limit": room}
    found = [row for table in tables for row in db.fetch(of_table("subscribed_changes", table), asked)]
    return sorted(found, key=lambda row: row["sequence"])[:room]


def _put(db: Snapshot, webhook: str, found: Sequence[Row]) -> int:
    return db.execute_named(
        "queue_deliveries",
        webhook=webhook,
        ids=[
            message_id(webhook, row["record"], row["revision"], is_gone=row["record_state"] == "taken_down")
            for row in found
        ],
        sequences=[row["sequence"] for row in found],
        topics=[row["topic"] for row in found],
        records=[row["record"] for row in found],
        revisions=[row["revision"] for row in found],
        states=[row["record_state"] for row in found],
        recorded=[row["recorded_at"] for row in found],
    )
