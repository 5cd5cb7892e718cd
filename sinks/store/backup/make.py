"""Make a backup, and check one: everything is read from the running hub, nothing of it waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version

from ops.bus import Admin
from ops.evidence import EvidenceStore
from ops.positions import generations
from ops.settings import Settings
from schemas.errors import NotFound, Refused
from sinks.store.backup import folder, tables, topics
from sinks.store.backup.folder import EVIDENCE, Manifest, Write
from sinks.store.database import Database
from sinks.store.migrate import applied
from sinks.store.store import CONSUMER, Position

NAMES = "evidence.txt.gz"


def make(settings: Settings, database: Database, at: datetime) -> tuple[str, Manifest, list[str]]:
    """Gives its name, its manifest, and a sentence for every piece of evidence that is damaged and not in it.

    Order: tables in one snapshot; cursors; raw, which is then at least what the cursors account for; evidence, which is
    then at least what raw points to. Raises Unreachable, Refused.
    """
    name = at.strftime("%Y%m%dT%H%M%S")
    with Admin(settings) as admin:
        cluster = admin.cluster_id()
    with folder.draft(settings.backups, name) as backup:
        with database.snapshot() as db:
            files = tables.dump(db, backup)
            sequences, positions = tables.sequences(db), db.read(Position, "positions", consumer=CONSUMER)
            migrations = applied(db)
        files |= topics.dump(settings, backup)
        damaged: list[str] = []
        files[NAMES] = folder.write(backup / NAMES, lambda write: _copy_evidence(settings, write, damaged))
        manifest = Manifest(
            made_at=at.isoformat(timespec="seconds"),
            hub=version("tongda"),
            migrations=migrations,
            cluster=cluster,
            topic_prefix=settings.topic_prefix,
            partitions=settings.partitions,
            generation=max(generations(settings)),
            offsets=_by_topic(positions),
            sequences=sequences,
            files=files,
        )
        folder.seal(backup, manifest)
    return name, manifest, damaged


def verify(settings: Settings, name: str) -> tuple[int, list[str]]:
    """How many files and pieces of evidence were hashed again, and every one that is not what was written."""
    backup = settings.backups / name
    manifest = folder.manifest_of(backup)
    differing = folder.differences(backup, manifest)
    checked = len(manifest.files)
    if not any(sentence.startswith(NAMES) for sentence in differing):
        kept = EvidenceStore(settings.backups / EVIDENCE)
        for sha in folder.lines(backup / NAMES):
            checked += 1
            try:
                kept.get(sha.decode())
            except (NotFound, Refused) as error:
                differing.append(error.message)
    return checked, differing


def _copy_evidence(settings: Settings, write: Write, damaged: list[str]) -> int:
    """Add what earlier backups do not have, each with its digest checked first; write the names of all."""
    source, kept = EvidenceStore(settings.evidence), EvidenceStore(settings.backups / EVIDENCE)
    number = 0
    for sha in source.names():
        try:
            if not kept.has(sha):
                kept.put(source.get(sha))
        except Refused as error:
            damaged.append(error.message)
            continue
        write(sha.encode() + b"\n")
        number += 1
    return number


def _by_topic(positions: Iterable[Position]) -> dict[str, dict[int, int]]:
    offsets: dict[str, dict[int, int]] = {}
    for each in positions:
        offsets.setdefault(each.topic, {})[each.partition] = each.position
    return offsets
