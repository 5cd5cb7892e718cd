"""The tables of the read model, out and in: every one that the database has, a new one without a change here.

By COPY through our own connection, not by pg_dump: that refuses a server newer than itself, and what psql is fed stops
half-way when its feeder is killed, and is then committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from ops.failpoints import hit
from sinks.store.backup import folder
from sinks.store.backup.folder import Kept, damaged
from sinks.store.database import Snapshot
from sinks.store.statements import statement
from sinks.store.trail import TABLE as TRAIL

APART = (  # the schema's own record; the followers' epoch, which every restore makes anew; the desk's secret, which each database has of its own;
    # who is just signing in or has; who follows by mail, for a restore must bring back no address that was erased
    "migration",
    "epoch",
    "desk_secret",
    "session",
    "sign_in_try",
    "sign_in_journey",
    "follow",
    "letter",
)
SUFFIX = ".copy.gz"
# What readers without a key were told of money. A later vintage is not untold by an earlier backup: what they know must be known here.
TOLD = ("vintage", "shown_money", "disclosed_amount")


def columns(db: Snapshot) -> dict[str, list[str]]:
    """Every table and the columns that are written: what the database computes itself is computed again."""
    found: dict[str, list[str]] = {}
    for row in db.rows("written_columns"):
        if row["table_name"] not in APART:
            found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


def dump(db: Snapshot, backup: Path) -> dict[str, Kept]:
    """Every table as this snapshot sees it."""
    return {
        f"{table}{SUFFIX}": folder.write(backup / f"{table}{SUFFIX}", partial(db.dump, table, names))
        for table, names in columns(db).items()
    }


def sequences(db: Snapshot) -> dict[str, int]:
    """The number that each sequence gives next; at least what this snapshot's rows need."""
    return {row["name"]: row["following"] for row in db.rows("sequences")}


def load(db: Snapshot, backup: Path, files: Mapping[str, Kept]) -> int:
    """Every table anew, in the transaction of ``db``; gives the number of rows. Raises Refused when rows are missing.

    The audit trail stays, and so do later vintages of money than the backup's.
    """
    known = columns(db)
    if db.fetch(statement("any_row", table=TRAIL)):
        del known[
            TRAIL
        ]  # what was done here stays, also that it was restored; only an empty database takes over the kept trail
    for table in TOLD:
        db.execute(statement("set_aside", table=table, aside=_aside(table)))
    db.execute(statement("truncate", tables=[table for table in known if table != TRAIL]))
    loaded = 0
    for table, names in known.items():
        kept = files[f"{table}{SUFFIX}"]
        rows = db.load(table, names, folder.blocks(backup / f"{table}{SUFFIX}"))
        if rows != kept.rows:
            raise damaged(f"{table} has {rows} rows, {kept.rows} were kept")
        loaded += rows
        hit("backup.restore.partial")
    _keep_told(db)
    return loaded


def _keep_told(db: Snapshot) -> None:
    """The vintages of here stay when they go on from those that were put back."""
    (found,) = db.rows("vintages_told_since")
    if not found["since"] or found["others"]:
        return
    db.execute(statement("truncate", tables=TOLD))
    for table in TOLD:
        db.execute(statement("put_back", table=table, aside=_aside(table)))


def _aside(table: str) -> str:
    return f"aside_{table}"


def wind(db: Snapshot, following: Mapping[str, int]) -> None:
    """Set the number that each sequence gives next."""
    for name, number in following.items():
        db.execute(statement("restart_sequence", sequence=name, number=number))
