"""Keys 密钥: who may read what is shared. The database holds their digests alone; the text is shown once, when it is made.

A key is ``tongda_<id>_<secret>``: the id finds its row and is no secret; the secret has 256 random bits, which no digest
can be searched for, so that one round of SHA-256 keeps it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Literal, NamedTuple

from schemas.errors import NotFound
from sinks.store.database import Database, Snapshot

Scope = Literal["shared"]  # what a key opens
KEY = re.compile(r"tongda_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
ID_BYTES, SECRET_BYTES = 6, 32


class Key(NamedTuple):
    """One key without its secret."""

    id: str
    name: str
    scope: Scope
    made_at: datetime
    revoked_at: datetime | None


class _Digest(NamedTuple):
    digest: str
    scope: Scope


def make(database: Database, name: str, scope: Scope) -> str:
    """A new key for whoever is named; its text, which nobody can read again."""
    id = secrets.token_hex(ID_BYTES)
    text = f"tongda_{id}_{secrets.token_urlsafe(SECRET_BYTES)}"
    with database.transaction() as db:
        db.rows("make_key", id=id, name=name, scope=scope, digest=digest_of(text))
    return text


def listed(database: Database) -> list[Key]:
    """Every key that was ever made, the oldest first."""
    with database.snapshot() as db:
        return db.read(Key, "keys")


def revoke(database: Database, id: str) -> None:
    """From now on nothing is opened by this key; once more changes nothing. Raises NotFound."""
    with database.transaction() as db:
        if not db.rows("revoke_key", id=id):
            raise NotFound(f"no key has the id {id} · 没有编号为 {id} 的密钥", next_step="tongda keys list")


def scope_of(db: Snapshot, text: str) -> Scope | None:
    """What this key opens; None: it is unknown or revoked."""
    form = KEY.fullmatch(text)
    if form is None:
        return None
    found = db.read(_Digest, "key_digest", id=form[1])
    if not found or not hmac.compare_digest(found[0].digest, digest_of(text)):
        return None
    return found[0].scope


def digest_of(text: str) -> str:
    """As the database holds a key."""
    return hashlib.sha256(text.encode()).hexdigest()
