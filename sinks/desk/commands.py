"""``tongda desk``: what people sent by a form, and the desk's decision about each; all of it in the audit trail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format, told
from schemas.fields.date import CHINA
from sinks.store.commands import STATEMENT_SECONDS, opened

if TYPE_CHECKING:
    from sinks.desk.submissions import Desk, State, Submission

HEADINGS = {
    "id": "编号 id",
    "kind": "类别 kind",
    "state": "状态 state",
    "made_at": "提交 sent",
    "title": "标题 title",
    "owner": "单位 organisation",
    "reason": "理由 reason",
}
MOST_SHOWN = 30  # characters of a title in the list
Ids = Annotated[list[str], typer.Argument(metavar="ID", help="申请编号 ids of submissions")]
Because = Annotated[
    str, typer.Option("--reason", metavar="TEXT", callback=told, help="理由,申请人可见 why; the sender reads it")
]


class Kinds(StrEnum):
    """What may be sent to the desk."""

    POST = "post"
    INTEREST = "interest"
    REPORT = "report"


desk = group()


@desk.command("list")
def list_submissions(
    kind: Annotated[Kinds | None, typer.Option(help="只限此类 of this kind alone")] = None,
    everything: Annotated[bool, typer.Option("--all", help="包括已办结的 those that are decided too")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="条数 how many at most")] = 50,
    form: Format = Form.TABLE,
) -> None:
    """列出待办,先到先办 what waits, the oldest first, without contacts"""
    from sinks.desk.submissions import WAITING

    with _desk() as at:
        found = at.listed(None if everything else WAITING, kind.value if kind else None, limit)
        waiting = at.waiting()
    say.listing(map(_row, found), HEADINGS, form)
    if form == Form.TABLE:
        say.note("待办 waiting: " + (", ".join(f"{name} {number}" for name, number in waiting.items()) or "0"))


@desk.command("show")
def show(ids: Ids, form: Format = Form.TABLE) -> None:
    """完整内容,含不公开的联系渠道 submissions whole, with the contact that is never published"""
    with _desk() as at:
        found = [_whole(at.one(id)) for id in ids]
    if form == Form.JSON:
        say.as_json(found)
        return
    for each in found:
        for name, value in (each | each["content"]).items():
            if name != "content" and value not in ("", None):
                say.out(f"{HEADINGS.get(name, name)}  {value}")
        say.out("")


@desk.command("approve")
def approve(
    ids: Ids,
    days: Annotated[int, typer.Option(min=1, max=730, help="有效天数 for how many days")] = 180,
) -> None:
    """准予发布 publish: the next poll takes it as a record of hub_desk"""
    _decide(ids, "approved", "", days)


@desk.command("ask")
def ask(ids: Ids, reason: Because) -> None:
    """退回修改 ask the sender for a change"""
    _decide(ids, "changes", reason)


@desk.command("refuse")
def refuse(ids: Ids, reason: Because) -> None:
    """不予办理 refuse it, with the reason"""
    _decide(ids, "refused", reason)


@desk.command("withdraw")
def withdraw(ids: Ids, reason: Because) -> None:
    """撤下已发布的 take a post back that was published"""
    _decide(ids, "withdrawn", reason)


@desk.command("close")
def close(ids: Ids, reason: Because) -> None:
    """办结更正或对接 close a report or an interest"""
    _decide(ids, "closed", reason)


def _decide(ids: list[str], state: State, reason: str, days: int = 180) -> None:
    with _desk() as at:
        for id in ids:
            found = at.decide(id, state, reason, days)
            say.out(f"{found.id}  {found.state}")


@contextmanager
def _desk() -> Iterator[Desk]:
    from ops.actor import actor_of
    from sinks.desk.submissions import Desk

    with opened(STATEMENT_SECONDS) as (_, database):
        yield Desk(database, lambda: datetime.now(CHINA), actor_of(os.environ))


def _row(found: Submission) -> dict[str, Any]:
    content = found.content
    return {
        **{name: getattr(found, name) for name in ("id", "kind", "state", "reason")},
        "made_at": found.made_at.isoformat(timespec="minutes"),
        "title": str(content.get("title", ""))[:MOST_SHOWN],
        "owner": str(content.get("owner", "")),
    }


def _whole(found: Submission) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found._asdict().items()}
