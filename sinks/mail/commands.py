"""``tongda follows``: what is followed by mail, and ending a follow; never an address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format, told
from schemas.errors import NotFound
from schemas.fields.date import CHINA
from sinks.store.commands import STATEMENT_SECONDS, opened

if TYPE_CHECKING:
    from sinks.mail.follows import Follow, Follows

HEADINGS = {
    "id": "编号 id",
    "state": "状态 state",
    "made_at": "申请 asked",
    "next_at": "下次 next",
    "every_days": "间隔天数 every days",
    "lang": "语言 language",
    "about": "内容 what",
}
Id = Annotated[str, typer.Argument(metavar="ID", help="订阅编号 id of the follow")]

follows = group()


@follows.command("list")
def list_follows(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="条数 how many at most")] = 100,
    form: Format = Form.TABLE,
) -> None:
    """列出邮件订阅,不含地址 what is followed by mail, the oldest first, without addresses"""
    with _follows() as found:
        rows = found.listed(limit)
    say.listing(map(_row, rows), HEADINGS, form)


@follows.command("stop")
def stop(
    id: Id,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", callback=told, help="理由 the reason, for the audit")
    ],
) -> None:
    """停止并删除地址和待发的信 end a follow, with its address and the letters that wait"""
    with _follows() as found:
        if not found.remove(id, reason):
            raise NotFound(f"nothing is followed as {id[:60]} · 没有这一订阅", next_step="tongda follows list")
    say.out(f"已停止 stopped {id}")


@contextmanager
def _follows() -> Iterator[Follows]:
    from ops.actor import actor_of
    from sinks.mail.addresses import Addresses, key_of
    from sinks.mail.follows import Follows

    with opened(STATEMENT_SECONDS) as (settings, database):
        addresses = Addresses(key_of(settings.mail_key))
        yield Follows(database, addresses, lambda: datetime.now(CHINA), actor_of(os.environ))


def _row(found: Follow) -> dict[str, Any]:
    dated = {name: getattr(found, name).isoformat(timespec="minutes") for name in ("made_at", "next_at")}
    return {name: dated.get(name, getattr(found, name)) for name in HEADINGS}
