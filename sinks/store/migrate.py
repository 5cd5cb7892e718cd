"""Migrations: the files 0001_….sql in order, each once, each in its own transaction, one process at a time."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import Refused
from sinks.store.database import Database

FOLDER = Path(__file__).parent / "migrations"
LOCK = 7_360_001  # any number that no other advisory lock of the hub uses


def migrate(database: Database, folder: Path = FOLDER) -> list[str]:
    """Bring the schema up to date; names what was applied. An interrupted run goes on where it stopped.

    Raises Refused when the database is newer than this program, or a file that was applied is no longer here.
    """
    applied = []
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    with database.transaction() as db:
        db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        db.execute(
            "create table if not exists migration "
            "(name text primary key, applied_at timestamptz not null default now())"
        )
        done = {row["name"] for row in db.fetch("select name from migration")}
    if unknown := done - {file.stem for file in files}:
        raise Refused(
            f"the database has migrations that this program does not know: {', '.join(sorted(unknown))}",
            next_step="run the newer program, or restore an older database",
        )
    for file in files:
        with database.transaction() as db:
            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            if db.fetch("select 1 from migration where name = %(name)s", {"name": file.stem}):
                continue
            db.execute(file.read_text("utf-8"))
            db.execute("insert into migration (name) values (%(name)s)", {"name": file.stem})
            applied.append(file.stem)
    return applied
