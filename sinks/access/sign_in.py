"""Sign-in 登录: a name, a password and a one-time code against an account. Whatever is wrong, the answer is the same."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sinks.access import credentials, lockout
from sinks.access.accounts import NAME
from sinks.access.roles import Role
from sinks.store.database import Database
from sinks.store.trail import DONE, Action, note

REFUSED, UNKNOWN = "refused", "-"
SIGN_IN = "sign in"


class Tried(NamedTuple):
    """Who tries to sign in, and from where."""

    name: str
    password: str
    code: str
    address: str


class _Secrets(NamedTuple):
    role: str
    password: str
    totp: str
    totp_used: int


def sign_in(database: Database, tried: Tried, now: datetime) -> Role | None:
    """The role of the account; None: no. Both are in the audit trail, a try that comes too early is not.

    A name that no account has is not noted: people type their password there.
    """
    name = tried.name if NAME.fullmatch(tried.name) else ""
    if not lockout.begins(database, name or UNKNOWN, tried.address, now):
        return None
    with database.snapshot() as db:
        found = db.read(_Secrets, "account_secrets", name=name)
    held = found[0] if found else None
    is_password = credentials.is_password(tried.password, held.password if held else None)
    step = credentials.step_of(tried.code, held.totp, now) if held else None
    if held and is_password and step is not None and _used(database, name, step):
        lockout.forget(database, name)
        note(database, Action(name, SIGN_IN, tried.address), DONE, now)
        return Role(held.role)
    note(database, Action(name if held else UNKNOWN, SIGN_IN, tried.address), REFUSED, now)
    return None


def _used(database: Database, name: str, step: int) -> bool:
    """Whether the code of this half minute opens: once, and none that is older than one that did."""
    with database.transaction() as db:
        return bool(db.rows("use_code", name=name, step=step))
