"""Sessions 会话: who has signed in, held by the server; the browser has a random cookie, the database its digest.

They end after half an hour without a request and after twelve hours in any case (OWASP ASVS 4.0.3, 3.3.2 at level 2).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sinks.access.roles import Role
from sinks.store.database import Database

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN = timedelta(minutes=1)  # a request is noted at most so often
BYTES = 32


class Session(NamedTuple):
    """Somebody who has signed in. ``csrf``: what each form of this session has to bring along."""

    digest: str
    actor: str
    role: Role
    csrf: str
    seen_at: datetime


def begin(database: Database, actor: str, role: Role, account: str | None, now: datetime, former: str = "") -> str:
    """A new session and its cookie; that of a former one opens nothing any more, and those that are over are removed."""
    token = secrets.token_urlsafe(BYTES)
    with database.transaction() as db:
        db.rows("end_old_sessions", **_since(now))
        db.rows("end_session", digest=digest_of(former))
        csrf = secrets.token_urlsafe(BYTES)
        db.rows(
            "begin_session",
            digest=digest_of(token),
            actor=actor,
            account=account,
            role=role.value,
            csrf=csrf,
            now=now,
        )
    return token


def of(database: Database, token: str, now: datetime) -> Session | None:
    """Whose cookie this is; None: nobody's, or no longer."""
    if not token:
        return None
    with database.snapshot() as db:
        found = db.read(Session, "session", digest=digest_of(token), **_since(now))
    if not found:
        return None
    session = found[0]._replace(role=Role(found[0].role))
    if now - session.seen_at >= SEEN:
        with database.transaction() as db:
            db.rows("see_session", digest=session.digest, now=now)
    return session


def end(database: Database, session: Session) -> None:
    """Its cookie opens nothing any more."""
    with database.transaction() as db:
        db.rows("end_session", digest=session.digest)


def digest_of(token: str) -> str:
    """As the database holds a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def _since(now: datetime) -> dict[str, datetime]:
    return {"idle_since": now - IDLE, "begun_since": now - LONGEST}
