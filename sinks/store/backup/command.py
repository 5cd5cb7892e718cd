"""``tongda backup make | list | verify B | restore B``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime

from ops.settings import Settings
from sinks.store.backup import folder, restore
from sinks.store.backup.make import make, verify
from sinks.store.database import Database


def backup_parser(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("make", help="a new one, beside the running hub")
    verbs.add_parser("list", help="those that are whole")
    verbs.add_parser("verify", help="hash every file and piece of evidence again").add_argument("backup")
    restoring = verbs.add_parser("restore", help="put the read model back; the store then catches up by itself")
    restoring.add_argument("backup")
    restoring.add_argument("--yes", action="store_true", help="replace what the database holds")
    restoring.add_argument(
        "--from-start", action="store_true", help="another cluster: read every topic from its oldest record"
    )
    restoring.add_argument(
        "--only", choices=("topics", "evidence"), help="raw records and cursors, or missing evidence, instead"
    )


def backed_up(arguments: argparse.Namespace, settings: Settings, database: Database, now: datetime) -> Iterator[str]:
    """What the command prints. A line that begins with ``difference`` makes it end unhealthy."""
    match arguments.verb:
        case "make":
            name, manifest, damaged = make(settings, database, now)
            yield from (f"difference {sentence}" for sentence in damaged)
            yield _line(name, manifest)
        case "list":
            for name in folder.backups(settings.backups):
                yield _line(name, folder.manifest_of(settings.backups / name))
        case "verify":
            checked, differing = verify(settings, arguments.backup)
            yield from (f"difference {sentence}" for sentence in differing)
            yield f"{len(differing)} differences in {checked} files and pieces of evidence"
        case "restore" if arguments.only == "topics":
            yield from restore.restore_topics(settings, arguments.backup)
        case "restore" if arguments.only == "evidence":
            yield from restore.restore_evidence(settings, arguments.backup)
        case "restore":
            yield from restore.restore(
                settings, database, arguments.backup, yes=arguments.yes, from_start=arguments.from_start
            )


def _line(name: str, manifest: folder.Manifest) -> str:
    rows = sum(kept.rows for kept in manifest.files.values())
    size = sum(kept.bytes for kept in manifest.files.values()) / 1e6
    return (
        f"{name}  {manifest.made_at}  {rows} rows  {size:.1f} MB  {manifest.migrations[-1]}  cluster {manifest.cluster}"
    )
