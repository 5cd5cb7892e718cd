"""Accounts 账户: who may sign in with a password and a one-time code, and in which role."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from schemas.errors import NotFound, Refused
from sinks.access import credentials
from sinks.access.credentials import Credentials
from sinks.access.roles import Role
from sinks.store.database import Database

NAME = re.compile(r"[a-z][a-z0-9._-]{0,39}")


class Account(NamedTuple):
    """One account without its secrets."""

    name: str
    role: Role
    made_at: datetime
    disabled_at: datetime | None


def add(database: Database, name: str, role: Role, now: datetime) -> Credentials:
    """A new account; its password and TOTP secret, which nobody can read again. Raises Refused."""
    if not NAME.fullmatch(name):
        raise Refused(
            f"{name[:40]!r} is no name of an account; accepted: a small letter, then at most 39 of a-z 0-9 . _ -"
            f" · 账户名 {name[:40]!r} 不可用",
            code="T5060",
            next_step="tongda accounts add --help",
        )
    made, given = _made(name)
    with database.transaction() as db:
        if not db.rows("add_account", name=name, role=role.value, now=now, **given):
            raise Refused(
                f"an account is named {name} already · 已有账户 {name}", code="T5061", next_step="tongda accounts list"
            )
    return made


def listed(database: Database) -> list[Account]:
    """Every account that was ever made, the oldest first."""
    with database.snapshot() as db:
        return [each._replace(role=Role(each.role)) for each in db.read(Account, "accounts")]


def are_there_any(database: Database) -> bool:
    """Whether anybody can sign in with an account."""
    with database.snapshot() as db:
        return bool(db.rows("any_account"))


def disable(database: Database, name: str, now: datetime) -> None:
    """From now on it opens nothing, and its sessions end; once more changes nothing. Raises NotFound."""
    with database.transaction() as db:
        if not db.rows("disable_account", name=name, now=now):
            raise _none(name)
        db.rows("end_sessions_of", account=name)


def reset(database: Database, name: str) -> Credentials:
    """A new password and TOTP secret, no lock and no session; a disabled account is enabled. Raises NotFound."""
    made, given = _made(name)
    with database.transaction() as db:
        if not db.rows("reset_account", name=name, **given):
            raise _none(name)
        db.rows("end_sessions_of", account=name)
        db.rows("forget_tries", what=f"account {name}")
    return made


def _made(name: str) -> tuple[Credentials, dict[str, str]]:
    """New credentials, and as the database holds them: the digest takes time, in which no transaction is open."""
    made = credentials.new(name)
    return made, {"password": credentials.digest_of(made.password), "totp": made.totp}


def _none(name: str) -> NotFound:
    return NotFound(f"no account is named {name[:40]} · 没有账户 {name[:40]}", next_step="tongda accounts list")
