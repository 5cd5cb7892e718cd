"""``tongda audit``: what persons did by command, and whether that record is as it was written."""

from __future__ import annotations

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.errors import Exit
from sinks.store.commands import STATEMENT_SECONDS, opened

ENTRIES = {
    "seq": "序号 seq",
    "at": "时间 at",
    "actor": "操作者 actor",
    "action": "操作 action",
    "object": "对象 object",
    "outcome": "结果 outcome",
    "reason": "理由 reason",
}

audit = group()


@audit.command("list")
def listed(form: Format = Form.TABLE) -> None:
    """列出操作 every action by command, the oldest first"""
    from sinks.store.trail import entries

    with opened(STATEMENT_SECONDS) as (_, database):
        found = entries(database)
    rows = ({**each._asdict(), "at": each.at.isoformat(timespec="seconds")} for each in found)
    say.listing(rows, ENTRIES, form)


@audit.command()
def verify(form: Format = Form.TABLE) -> Exit:
    """核对审计链,不符时退出码 10 whether the chain holds, and its head; exit 10 when it does not"""
    from sinks.store.trail import FIRST, broken, entries

    with opened(STATEMENT_SECONDS) as (_, database):
        trail = entries(database)
    found, head = broken(trail), trail[-1].digest if trail else FIRST
    if form == Form.JSON:
        say.as_json({"entries": len(trail), "head": head, "broken": found._asdict() if found else None})
    elif found:
        say.out(f"第 {found.seq} 条与写入时不符 · entry {found.seq} {found.why}")
    else:
        say.out(f"{len(trail)} 条操作记录,链完整 · the chain of {len(trail)} holds; head {head}")
    return Exit.DIFFERENT if found else Exit.OK
