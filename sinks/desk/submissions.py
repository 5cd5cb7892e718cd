"""Submissions to the desk: taken once however often a form is sent, bounded, decided by a person, and in the audit trail.

A submission is a row of the database. What the desk approves is shown at ``/api/v1/posts``, which the connectors poll as the list of
the source ``hub_desk``: a step that was killed left the row as it was before or after, and the next poll reads what it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from schemas.errors import NotFound, Refused
from sinks.desk.tokens import digest
from sinks.store.database import Database, Snapshot, json
from sinks.store.trail import Action, audited

Kind = Literal["post", "interest", "report"]
State = Literal["pending", "changes", "approved", "refused", "withdrawn", "closed"]
Limit = Literal["waiting", "of_sender", "of_organisation"]
LOCK = 7_360_014
WAITING: tuple[State, ...] = ("pending", "changes")
# Why these: the desk of a province decides some dozens a day, and a university's office posts no more than some a day.
MOST: Mapping[Limit, int] = {"waiting": 500, "of_sender": 20, "of_organisation": 10}
A_DAY = timedelta(days=1)
VALID_DAYS = 180
FORGOTTEN_AFTER = timedelta(days=30)
# From which states a decision may come, of submissions of which kinds.
DECISIONS: Mapping[State, tuple[tuple[State, ...], tuple[Kind, ...]]] = {
    "approved": (("pending",), ("post",)),
    "changes": (("pending",), ("post",)),
    "refused": (WAITING, ("post", "interest")),
    "withdrawn": ((*WAITING, "approved"), ("post",)),
    "closed": (WAITING, ("report", "interest")),
}


class Submission(NamedTuple):
    """One submission. ``content`` may be published once it is approved; ``contact`` never is, and is for the desk alone."""

    id: str
    kind: Kind
    state: State
    content: dict[str, Any]
    about: str
    contact: str | None
    organisation: str
    reason: str
    version: int
    made_at: datetime
    updated_at: datetime
    published_on: date | None
    valid_until: date | None


class Sent(NamedTuple):
    """What a form sends, checked."""

    kind: Kind
    token: str
    content: Mapping[str, Any]
    contact: str = ""
    organisation: str = ""
    about: str = ""
    sender: str = ""


class Post(NamedTuple):
    """One row of what the desk published."""

    id: str
    state: State
    content: dict[str, Any]
    published_on: date
    valid_until: date


class Desk:
    """Everything that is done with submissions. Blocking; each method one transaction beside the audit trail's own."""

    def __init__(self, database: Database, now: Callable[[], datetime], actor: str = "portal") -> None:
        self._database, self.now, self._actor = database, now, actor

    def secret(self) -> str:
        """With which forms are signed and senders told apart."""
        with self._database.snapshot() as db:
            return str(db.rows("desk_secret")[0]["secret"])

    def add(self, sent: Sent) -> Limit | None:
        """Take a submission, once for each token; gives the limit that leaves no room for it."""
        with self._database.snapshot() as db:
            if db.rows("desk_by_token", token=digest(sent.token)):
                return None
            if limit := self._reached(db, sent):
                return limit
        with audited(self._database, Action(self._actor, f"desk {sent.kind}", id_of(sent)), self.now):
            return self._added(sent)

    def _added(self, sent: Sent) -> Limit | None:
        with self._database.transaction() as db:
            db.rows("lock_desk", lock=LOCK)
            if db.rows("desk_by_token", token=digest(sent.token)):
                return None
            if limit := self._reached(db, sent):
                return limit
            now = self.now()
            db.execute_named("forget_desk_senders", before=now - FORGOTTEN_AFTER, day=(now - FORGOTTEN_AFTER).date())
            db.execute_named(
                "add_desk_submission",
                **{**sent._asdict(), "content": json(sent.content), "token": digest(sent.token)},
                id=id_of(sent),
                manage=digest(link_of(sent.token)),
                at=now,
            )
            return None

    def _reached(self, db: Snapshot, sent: Sent) -> Limit | None:
        counted = db.rows(
            "desk_counts",
            kind=sent.kind,
            sender=sent.sender,
            organisation=sent.organisation,
            since=self.now() - A_DAY,
        )[0]
        return next((limit for limit, most in MOST.items() if counted[limit] >= most), None)

    def change(self, link: str, sent: Sent) -> None:
        """The poster's new text, which the desk asked for. Raises NotFound; Refused: it waits for no change."""
        found = self.of_link(link)
        with audited(self._database, Action(self._actor, "desk change", found.id), self.now):
            with self._database.transaction() as db:
                changed = db.rows(
                    "change_desk_submission",
                    id=found.id,
                    content=json(sent.content),
                    contact=sent.contact,
                    organisation=sent.organisation,
                    at=self.now(),
                )
            if not changed:
                raise refused(found, "changed by its poster")

    def withdraw(self, link: str) -> None:
        """By the poster; once more changes nothing. Raises NotFound, Refused."""
        self.decide(self.of_link(link).id, "withdrawn", "by its poster")

    def renew(self, link: str) -> None:
        """From today for as long as at first, also when it is over. Raises NotFound; Refused: it was never approved, or withdrawn."""
        found = self.of_link(link)
        with audited(self._database, Action(self._actor, "desk renew", found.id), self.now):
            if found.state != "approved":
                raise refused(found, "renewed")
            self._set(found, "approved", found.reason, self._until(VALID_DAYS))

    def decide(self, id: str, state: State, reason: str = "", days: int = VALID_DAYS) -> Submission:
        """The desk's decision, or the poster's withdrawal; once more changes nothing. Raises NotFound, Refused."""
        found = self.one(id)
        with audited(self._database, Action(self._actor, f"desk {state}", id, reason), self.now):
            if found.state == state:
                return found
            before, kinds = DECISIONS[state]
            if found.state not in before or found.kind not in kinds:
                raise refused(found, state)
            self._set(found, state, reason, self._until(days) if state == "approved" else None)
        return self.one(id)

    def _until(self, days: int) -> date:
        return (self.now() + timedelta(days=days)).date()

    def _set(self, found: Submission, state: State, reason: str, valid_until: date | None) -> None:
        with self._database.transaction() as db:
            now = self.now()
            done = db.rows(
                "decide_desk_submission",
                id=found.id,
                version=found.version,
                state=state,
                reason=reason,
                at=now,
                today=now.date(),
                valid_until=valid_until,
            )
        if not done:
            raise refused(found, f"{state}: somebody changed it meanwhile")

    def one(self, id: str) -> Submission:
        """Raises NotFound."""
        return self._one(id, id=id)

    def of_link(self, link: str) -> Submission:
        """The submission that a manage link is about. Raises NotFound."""
        return self._one("that link", manage=digest(link))

    def _one(self, name: str, id: str | None = None, manage: str | None = None) -> Submission:
        for found in self.listed(limit=1, id=id, manage=manage):
            return found
        raise NotFound(f"the desk has no submission {name[:60]} · 没有这一申请", next_step="tongda desk list")

    def listed(
        self,
        states: Sequence[State] | None = None,
        kind: Kind | None = None,
        limit: int = 50,
        id: str | None = None,
        manage: str | None = None,
    ) -> list[Submission]:
        """The oldest first."""
        with self._database.snapshot() as db:
            return db.read(
                Submission,
                "desk_submissions",
                states=list(states) if states else None,
                kind=kind,
                limit=limit,
                id=id,
                manage=manage,
            )

    def waiting(self) -> dict[Kind, int]:
        """How many of each kind wait for the desk or for their poster."""
        with self._database.snapshot() as db:
            return {row["kind"]: row["number"] for row in db.rows("desk_waiting")}

    def posts(self, kind: str, page: int, size: int) -> tuple[list[Post], int]:
        """One page of what was ever published, and how many there are."""
        with self._database.snapshot() as db:
            found = db.read(Post, "published_posts", kind=kind, limit=size, offset=(page - 1) * size)
            return found, int(db.rows("count_published_posts", kind=kind)[0]["total"])

    def is_open(self, found: Submission | Post) -> bool:
        """Approved, and not over."""
        return found.state == "approved" and found.valid_until is not None and found.valid_until >= self.now().date()


def open_to(found: Submission) -> tuple[State, ...]:
    """The decisions that the desk may take about it as it is."""
    return tuple(state for state, (before, kinds) in DECISIONS.items() if found.state in before and found.kind in kinds)


def id_of(sent: Sent) -> str:
    """The same for the same token, and no way back to it."""
    return f"{sent.kind}-{hashlib.sha256(b'id:' + sent.token.encode()).hexdigest()[:12]}"


def link_of(token: str) -> str:
    """The secret of the manage link. Whoever sent the form has its token, so that an answer that was lost loses no link."""
    return hashlib.sha256(b"link:" + token.encode()).hexdigest()[:40]


def refused(found: Submission, what: str) -> Refused:
    """Why a decision cannot be."""
    return Refused(
        f"{found.id} is {found.state}, and cannot be {what} · 当前状态不能这样处理",
        code="T5901",
        next_step=f"tongda desk show {found.id}",
    )
