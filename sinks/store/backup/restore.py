"""Restore: everything back in one transaction, or nothing. The hub then catches up by itself from the kept offsets."""

from __future__ import annotations

from pathlib import Path

from ops.bus import Admin
from ops.evidence import EvidenceStore
from ops.positions import generations, wait_for_none
from ops.settings import Settings
from schemas.errors import Refused
from sinks.store.backup import folder, tables, topics
from sinks.store.backup.folder import EVIDENCE, Manifest, damaged
from sinks.store.backup.make import NAMES
from sinks.store.database import Database, Snapshot
from sinks.store.migrate import applied, migrate
from sinks.store.statements import statement
from sinks.store.store import WRITERS_LOCK
from sinks.store.tables import STATUS
from sinks.store.trail import TABLE as TRAIL

READ_ANEW = (STATUS.name, f"{STATUS.name}_revision")  # revisions that are offsets mean nothing on another broker


def restore(settings: Settings, database: Database, name: str, *, yes: bool, from_start: bool) -> str:
    """Gives a sentence about what was put back. ``yes``: a filled database is replaced. ``from_start``: topics are read from their oldest
    record, for another cluster than the one the backup was made on.

    Raises NotFound; Refused: T5601, T5602 not what was written, T5603 it does not fit here, T5604 something is there.
    """
    backup = settings.backups / name
    manifest = folder.manifest_of(backup)
    if found := folder.differences(backup, manifest):
        raise damaged("; ".join(found))
    (_must_rise if from_start else _must_fit)(settings, manifest)
    migrate(database)
    with database.transaction() as db:
        db.execute("select pg_advisory_xact_lock(%(lock)s)", {"lock": WRITERS_LOCK})
        _may_replace(db, manifest, yes)
        rows = _replace(db, backup, manifest, from_start)
    return f"{rows} rows of {name} are back; the store reads on from {'the oldest records' if from_start else manifest.made_at}"


def restore_topics(settings: Settings, name: str) -> str:
    """Fill the empty topics of a new broker with the kept raw records and cursors, from which the stages make the rest.

    They begin one generation above the backup's: revisions depend on history, and must rise for subscribers that hold
    earlier ones.
    """
    backup = settings.backups / name
    manifest = folder.manifest_of(backup)
    if found := folder.differences(backup, manifest):
        raise damaged("; ".join(found))
    if manifest.partitions != settings.partitions:
        raise _misfit(
            f"it has {manifest.partitions} partitions, not {settings.partitions}: keys would move",
            f"TONGDA_PARTITIONS={manifest.partitions}",
        )
    with Admin(settings) as admin:
        wait_for_none(admin, settings, "a stage", "stop the streams processes, then restore again")
    following = manifest.generation + 1
    records = topics.load(settings, backup, following)
    return f"{records} records of {name} are back on {' and '.join(topics.FILES.values())}; stages begin with generation {following}"


def restore_evidence(settings: Settings, name: str) -> str:
    """Add the evidence that is missing here. What is here already is left as it is."""
    backup = settings.backups / name
    folder.manifest_of(backup)
    kept, here = EvidenceStore(settings.backups / EVIDENCE), EvidenceStore(settings.evidence)
    missing = [sha for line in folder.lines(backup / NAMES) if not here.has(sha := line.decode())]
    for sha in missing:
        here.put(kept.get(sha))
    return f"{len(missing)} pieces of evidence are back"


def _must_fit(settings: Settings, manifest: Manifest) -> None:
    """Offsets mean something only on the topics that they were counted on. Raises Refused."""
    with Admin(settings) as admin:
        cluster = admin.cluster_id()
    if (cluster, settings.topic_prefix) != (manifest.cluster, manifest.topic_prefix):
        there = f"{manifest.cluster} {manifest.topic_prefix}".strip()
        raise _misfit(f"its offsets belong to the cluster {there}, not to {cluster} {settings.topic_prefix}".strip())
    if beyond := list(topics.offsets_beyond(settings, manifest.offsets)):
        raise _misfit(f"the broker has not reached the kept offsets of {', '.join(beyond)}: these are other topics")


def _must_rise(settings: Settings, manifest: Manifest) -> None:
    """What the stages make again must come above every row, or the store ignores it as known. Raises Refused."""
    if (here := min(generations(settings))) <= manifest.generation:
        raise _misfit(
            f"its revisions are of generation {manifest.generation}, those of the stages here of {here}",
            "on an empty broker restore --only topics first: the stages then begin above",
        )


def _may_replace(db: Snapshot, manifest: Manifest, yes: bool) -> None:
    """Raises Refused."""
    there = applied(db)
    if there != manifest.migrations:
        raise _misfit(
            f"it has the schema {manifest.migrations[-1]}, the database {there[-1]}",
            f"restore with the program {manifest.hub}, then tongda store migrate",
        )
    filled = [
        table
        for table in tables.columns(db)
        if table not in ("offsets", TRAIL) and db.fetch(statement("any_row", table=table))
    ]
    if filled and not yes:
        raise Refused(
            f"the database holds {', '.join(filled)} · 数据库不是空的",
            code="T5604",
            next_step="add --yes to replace everything in it",
        )


def _replace(db: Snapshot, backup: Path, manifest: Manifest, from_start: bool) -> int:
    db.execute("create temp table owned on commit drop as select * from offsets")
    tables.wind(db, manifest.sequences)
    rows = tables.load(db, backup, manifest.files)
    if from_start:
        db.execute("update offsets set position = 0")
        db.execute(statement("truncate", tables=READ_ANEW))
    db.rows("fence_owners")
    db.rows("new_epoch")
    db.execute("analyze")
    return rows


def _misfit(why: str, next_step: str = "add --from-start to read every topic from its oldest record") -> Refused:
    return Refused(f"this backup does not fit here: {why} · 备份与本机不符", code="T5603", next_step=next_step)
