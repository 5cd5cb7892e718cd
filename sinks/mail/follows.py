"""Follows 订阅: what an address follows by mail, from the form to its end. Blocking; each method one transaction.

A follow tells nothing before its reader has confirmed it by the link in a letter. Stopped, it is deleted with its address and letters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from ops.failpoints import hit
from schemas.errors import NotFound
from schemas.words import Lang
from sinks.mail.addresses import Addresses
from sinks.mail.letters import Text
from sinks.store.database import Database, Snapshot
from sinks.store.trail import Action, audited
from sinks.webhooks.subscriptions import newest_change

LOCK = 7_360_021
State = Literal["unconfirmed", "active"]
Limit = Literal["unconfirmed", "of_sender"]
MOST: Mapping[Limit, int] = {"unconfirmed": 2_000, "of_sender": 20}  # of a network: a day
MOST_OF_ADDRESS = 20
MOST_UNCONFIRMED = 3  # of an address: letters that somebody else may have asked for
TO_CONFIRM = timedelta(days=3)
EMPTY_WAIT = timedelta(hours=1)  # until something that had no news is looked at again
A_DAY = timedelta(days=1)


class Asked(NamedTuple):
    """What a form asks for, checked."""

    about: str
    lang: Lang
    every_days: int
    address: str
    sender: str


class Follow(NamedTuple):
    """``about``: the address of a feed. ``place``: the last change of the store that was looked at. ``address``: sealed."""

    id: str
    about: str
    lang: Lang
    every_days: int
    state: State
    place: int
    made_at: datetime
    next_at: datetime
    mark: str
    address: str


class Follows:
    """All of them; any number of processes may share them."""

    def __init__(
        self, database: Database, addresses: Addresses, now: Callable[[], datetime], actor: str = "portal"
    ) -> None:
        self._database, self.addresses, self._now, self._actor = database, addresses, now, actor

    def add(self, asked: Asked, letter: Callable[[str], Text]) -> Limit | None:
        """Take it and write the letter with the link that confirms it; gives the limit that leaves no room.

        Nobody learns here whether an address follows something: for one that does, and for one with as many as it may have, nothing
        happens, and the answer is the same.
        """
        mark = self.addresses.mark(asked.address)
        id = self.addresses.id_of(mark, asked.about, asked.lang)
        with self._database.snapshot() as db:
            limit, is_taken = self._room(db, asked, id, mark)
        if limit or not is_taken:
            return limit
        with (
            audited(self._database, Action(self._actor, "follow add", id), self._now),
            self._database.transaction() as db,
        ):
            db.rows("lock_follows", lock=LOCK)
            now = self._now()
            db.execute_named("forget_unconfirmed_follows", at=now)
            limit, is_taken = self._room(db, asked, id, mark)
            if is_taken:
                sealed, link = self.addresses.seal(asked.address), self.addresses.link(id)
                db.execute_named(
                    "add_follow",
                    **{**asked._asdict(), "address": sealed},
                    id=id,
                    mark=mark,
                    at=now,
                    until=now + TO_CONFIRM,
                )
                _write(db, f"{id}.{int(now.timestamp())}", id, sealed, letter(link), now)
        return limit

    def _room(self, db: Snapshot, asked: Asked, id: str, mark: str) -> tuple[Limit | None, bool]:
        """The limit that is reached, and whether there is something to do."""
        now = self._now()
        counted = db.rows("follow_counts", id=id, mark=mark, sender=asked.sender, since=now - A_DAY, at=now)[0]
        limit = next((limit for limit, most in MOST.items() if counted[limit] >= most), None)
        is_full = counted["of_address"] >= MOST_OF_ADDRESS or counted["unconfirmed_of_address"] >= MOST_UNCONFIRMED
        return limit, not (limit or is_full or counted["is_known"])

    def confirm(self, link: str) -> None:
        """From now on it is told; once more changes nothing. Raises NotFound: no link of ours, stopped, or too late."""
        found = self.of_link(link)
        if found.state == "active":
            return
        with (
            audited(self._database, Action(self._actor, "follow confirm", found.id), self._now),
            self._database.transaction() as db,
        ):
            db.rows("confirm_follow", id=found.id, place=newest_change(db), at=self._now())

    def stop(self, link: str) -> None:
        """Delete it with its address and its letters; once more changes nothing. Raises NotFound: no link of ours."""
        if not (id := self.addresses.holds(link)):
            raise _not_found()
        self.remove(id)

    def remove(self, id: str, reason: str = "") -> bool:
        """The same by its id; gives whether there was one."""
        with self._database.snapshot() as db:
            if not db.read(Follow, "follows", id=id, limit=1):
                return False
        with audited(self._database, Action(self._actor, "follow stop", id, reason), self._now):
            self.erase(id)
        return True

    def erase(self, id: str) -> None:
        with self._database.transaction() as db:
            db.rows("remove_follow", id=id)
            db.execute_named("remove_letters_of_follow", id=id)

    def of_link(self, link: str) -> Follow:
        """Raises NotFound."""
        if id := self.addresses.holds(link):
            for found in self.listed(1, id):
                if found.state == "active" or found.next_at > self._now():
                    return found
        raise _not_found()

    def listed(self, limit: int, id: str | None = None) -> list[Follow]:
        """The oldest first."""
        with self._database.snapshot() as db:
            return db.read(Follow, "follows", id=id, limit=limit)

    def due(self, newest: int, limit: int) -> list[Follow]:
        """Whose turn it is, when the store is at this change."""
        with self._database.snapshot() as db:
            return db.read(Follow, "due_follows", at=self._now(), newest=newest, limit=limit)

    def tell(self, found: Follow, place: int, letter: Text | None) -> bool:
        """Move its place to this change, and with it write what is told; False: another process did, or it was stopped."""
        now = self._now()
        wait = found.every_days * A_DAY if letter else EMPTY_WAIT
        with self._database.transaction() as db:
            moved = db.rows("move_follow", id=found.id, place=place, before=found.place, next_at=now + wait)
            if moved and letter:
                _write(db, f"{found.id}.{place}", found.id, found.address, letter, now)
            hit("mail.queue.before")
        hit("mail.queue.after")
        return bool(moved)


def _write(db: Snapshot, id: str, follow: str, address: str, letter: Text, now: datetime) -> None:
    db.execute_named("add_letter", **letter._asdict(), id=id, follow=follow, address=address, at=now)


def _not_found() -> NotFound:
    return NotFound(
        "nothing is followed by that link: it was stopped, or not confirmed in time · 没有这一订阅,或已停止",
        next_step="tongda follows list",
    )
