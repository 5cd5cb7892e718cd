"""Lockout 锁定: after some failed tries the next one has to wait, longer each time; by account and by address.

A try is counted before its password is looked at, so that many at once are no way around. A success forgets the tries of its
account, not those of its address: else whoever has one account could guess at others from there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ops.networks import client_network
from sinks.store.database import Database

FREE = {"account": 5, "address": 20}  # tries without a wait: of one account, of one address
LONGEST_SECONDS = 900
KEPT = timedelta(days=1)  # without a try; then they are forgotten


def wait_seconds(what: str, tries: int) -> int:
    """How long after the last of these tries the next one is looked at: 1, 2, 4 … s, at most 15 minutes."""
    beyond = tries - FREE[what.partition(" ")[0]]
    return 0 if beyond < 0 else min(2 ** min(beyond, 20), LONGEST_SECONDS)


def begins(database: Database, account: str, address: str, now: datetime) -> bool:
    """Count a try; False: it comes too early, and is neither counted nor looked at."""
    asked = sorted((f"account {account}", f"address {client_network(address) or 'unknown'}"))
    with database.transaction() as db:
        db.rows("forget_old_tries", before=now - KEPT)
        for row in db.rows("tries_of", what=asked):
            if now < row["last_at"] + timedelta(seconds=wait_seconds(row["what"], row["tries"])):
                return False
        for what in asked:
            db.rows("count_try", what=what, now=now)
    return True


def forget(database: Database, account: str) -> None:
    """It has signed in."""
    with database.transaction() as db:
        db.rows("forget_tries", what=f"account {account}")
