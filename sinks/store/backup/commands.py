"""``tongda backup``: the read model, raw records, cursors and evidence kept, checked, and put back."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from ops.cli.start import begin
from schemas.errors import Exit
from schemas.fields.date import CHINA
from sinks.store.commands import opened

if TYPE_CHECKING:
    from sinks.store.backup.folder import Manifest

STATEMENT_SECONDS = 3600
BACKUPS = {
    "backup": "备份 backup",
    "made_at": "时间 made at",
    "rows": "行 rows",
    "bytes": "字节 bytes",
    "schema": "结构 schema",
    "cluster": "集群 cluster",
}
Name = Annotated[str, typer.Argument(metavar="BACKUP", help="备份名 name of the backup, as listed")]

backup = group()


@backup.command()
def make(form: Format = Form.TABLE) -> Exit:
    """新建备份,不停机 a new one, beside the running hub; exit 10 when evidence is damaged"""
    from sinks.store.backup.make import make as made

    with opened(STATEMENT_SECONDS) as (settings, database):
        name, manifest, damaged = made(settings, database, datetime.now(CHINA))
    for sentence in damaged:
        say.note(sentence)
    say.listing([_row(name, manifest)], BACKUPS, form)
    return Exit.DIFFERENT if damaged else Exit.OK


@backup.command("list")
def listed(form: Format = Form.TABLE) -> None:
    """列出备份,核对文件名与大小 every one, with a look at names and sizes; `verify` hashes them"""
    from sinks.store.backup import folder

    backups = begin("store command", writes=False).backups
    rows = []
    for name in folder.backups(backups):
        state = folder.state_of(backups / name)
        row = (
            _row(name, folder.manifest_of(backups / name))
            if state.startswith(("sound", "damaged:"))
            else {"backup": name}
        )
        rows.append({**dict.fromkeys(BACKUPS), **row, "state": state})
    say.listing(rows, {**BACKUPS, "state": "状态 state"}, form)


@backup.command()
def verify(name: Name, form: Format = Form.TABLE) -> Exit:
    """重算全部摘要,不一致时退出码 10 hash every file and piece of evidence again; exit 10 when one differs"""
    from sinks.store.backup.make import verify as verified

    checked, differing = verified(begin("store command", writes=False), name)
    if form == Form.JSON:
        say.as_json({"checked": checked, "differences": differing})
    else:
        for sentence in differing:
            say.out(sentence)
        say.out(f"{say.number(len(differing), 'difference')} in {checked} files and pieces of evidence")
    return Exit.DIFFERENT if differing else Exit.OK


@backup.command()
def restore(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="替换库中现有数据 replace what the database holds")] = False,
    from_start: Annotated[
        bool,
        typer.Option("--from-start", help="另一集群:从头读主题 another cluster: read topics from their oldest record"),
    ] = False,
    only: Annotated[
        Literal["topics", "evidence"] | None,
        typer.Option(help="只恢复原始记录与游标,或缺失的证据 raw records and cursors, or missing evidence, instead"),
    ] = None,
) -> None:
    """恢复,入库进程随后自行追上 put the read model back; the store then catches up by itself"""
    from ops.actor import actor_of
    from sinks.store.backup import restore as restoring
    from sinks.store.trail import DONE, Action, audited, has_entries, note

    with opened(STATEMENT_SECONDS) as (settings, database):
        what = f"backup restore{f' --only {only}' if only else ''}{' --from-start' if from_start else ''}"
        action = Action(actor_of(os.environ), what, name)
        is_empty = only is None and not has_entries(database)  # an empty database takes over the trail of the backup
        with nullcontext() if is_empty else audited(database, action, now):
            match only:
                case "topics":
                    done = restoring.restore_topics(settings, name)
                case "evidence":
                    done = restoring.restore_evidence(settings, name)
                case None:
                    done = restoring.restore(settings, database, name, yes=yes, from_start=from_start)
        if is_empty:
            note(database, action, DONE, now())
    say.out(done)


def now() -> datetime:
    """Now, in the time of China."""
    return datetime.now(CHINA)


def _row(name: str, manifest: Manifest) -> dict[str, object]:
    files = manifest.files.values()
    return {
        "backup": name,
        "made_at": manifest.made_at,
        "rows": sum(kept.rows for kept in files),
        "bytes": sum(kept.bytes for kept in files),
        "schema": manifest.migrations[-1],
        "cluster": manifest.cluster,
    }
