"""The audit trail 操作审计: what persons did by command, as a chain of entries that can only be added to.

An entry is committed before the action begins and another one when it has ended: without a database there is no entry, and
without an entry no action. The head of the chain is logged each time, so that a copy of it stands outside of the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ops import telemetry
from ops.actor import RESET, reset_note
from schemas.errors import HubError
from schemas.wire import encode
from sinks.store.database import Database

TABLE = "audit_entry"
LOCK = 7_360_003  # one entry after the other: each names the one before it
FIRST = "0" * 64  # what the first entry has in place of an earlier one's digest
BEGUN, DONE = "begun", "done"


class Entry(NamedTuple):
    """One line of the trail; ``outcome``: begun, done, or the code of the error that ended it."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    outcome: str
    reason: str
    previous: str
    digest: str


class Action(NamedTuple):
    """Who does what to what, and why."""

    actor: str
    name: str
    object: str
    reason: str = ""


class Broken(NamedTuple):
    """The first entry that is not as it was written."""

    seq: int
    why: str


@contextmanager
def audited(database: Database, action: Action, now: Callable[[], datetime]) -> Iterator[None]:
    """What is inside is in the trail, however it ends. Raises Unreachable before anything was done."""
    note(database, action, BEGUN, now())
    outcome = "interrupted"
    try:
        yield
        outcome = DONE
    except HubError as error:
        outcome = error.code
        raise
    except Exception as error:
        outcome = type(error).__name__
        raise
    finally:
        note(database, action, outcome, now())


def note(database: Database, action: Action, outcome: str, at: datetime) -> Entry:
    """Add one entry at the end of the chain."""
    with database.transaction() as db:
        db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        last = db.read(Entry, "last_audit_entry")
        seq, previous = (last[0].seq + 1, last[0].digest) if last else (1, FIRST)
        plain = Entry(seq, at, action.actor, action.name, action.object, outcome, action.reason, previous, "")
        entry = plain._replace(digest=digest_of(plain))
        db.rows("add_audit_entry", **entry._asdict())
    telemetry.log("audited", seq=entry.seq, action=entry.action, outcome=outcome, digest=entry.digest)
    return entry


def take_over_reset(home: Path, database: Database) -> None:
    """``tongda reset`` removed the trail; the note that it left becomes an entry of this one."""
    if left := reset_note(home):
        actor, at = left
        note(database, Action(actor, "reset", str(home)), DONE, at)
        (home / RESET).unlink()


def has_entries(database: Database) -> bool:
    """Whether anything was noted here; not in a database without tables."""
    with database.snapshot() as db:
        return bool(db.rows("audit_table")) and bool(db.read(Entry, "last_audit_entry"))


def entries(database: Database) -> list[Entry]:
    """The whole trail, the oldest first."""
    with database.snapshot() as db:
        return db.read(Entry, "audit_entries")


def newest(database: Database, most: int) -> list[Entry]:
    """The last entries, the newest first."""
    with database.snapshot() as db:
        return db.read(Entry, "newest_audit_entries", most=most)


def broken(trail: Iterable[Entry]) -> Broken | None:
    """The first entry that was changed, moved, left out or put in; None when the chain holds."""
    previous = FIRST
    for number, entry in enumerate(trail, 1):
        if entry.seq != number:
            return Broken(entry.seq, f"stands where entry {number} should")
        if entry.previous != previous:
            return Broken(entry.seq, "does not follow the entry before it")
        if entry.digest != digest_of(entry):
            return Broken(entry.seq, "is not what was written")
        previous = entry.digest
    return None


def digest_of(entry: Entry) -> str:
    """SHA-256 of everything else in the entry."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(encode([entry.seq, at, *entry[2:-1]])).hexdigest()
