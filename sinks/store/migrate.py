"""Migrations: the files 0001_….sql in order, each once, each in its own transaction, one process at a time."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import Refused
from sinks.store.database import Database, Snapshot
from sinks.store.statements import statement

FOLDER = Path(__file__).parent / "migrations"
LOCK = 7_360_001  # any number that no other advisory lock of the hub uses


def migrate(database: Database, folder: Path = FOLDER) -> list[str]:
    """Bring the schema up to date; gives the names of what was applied. An interrupted run goes on where it stopped.

    Raises Refused when the database is newer than this program, or a file that was applied is no longer here.
    """
    done_now = []
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    with database.transaction() as db:
        db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        db.execute(statement("migration_table"))
        known = set(applied(db))
    if unknown := known - {file.stem for file in files}:
        raise Refused(
            f"the database has migrations that this program does not know: {', '.join(sorted(unknown))}",
            next_step="run the newer program, or restore an older database",
        )
    for file in files:
        with database.transaction() as db:
            db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
            if file.stem in applied(db):
                continue
            db.execute(file.read_text("utf-8"))
            db.rows("note_migration", name=file.stem)
            done_now.append(file.stem)
    return done_now


def mismatch(db: Snapshot, folder: Path = FOLDER) -> str:
    """How the database's schema differs from that of this program: in words, empty when it does not."""
    files = {file.stem for file in folder.glob("[0-9][0-9][0-9][0-9]_*.sql")}
    known = set(applied(db))
    if missing := files - known:
        return f"the schema is older than this program: it lacks {', '.join(sorted(missing))}; tongda store migrate"
    if unknown := known - files:
        return f"the schema is newer than this program: it has {', '.join(sorted(unknown))}; run the newer program"
    return ""


def applied(db: Snapshot) -> tuple[str, ...]:
    """The migrations that the database has, in order."""
    return tuple(row["name"] for row in db.rows("migrations"))
