"""``tongda run webhooks`` and ``tongda webhooks``: the process that sends, and what who runs the hub does with subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from ops.cli.start import begin
from sinks.store.commands import STATEMENT_SECONDS, noted, opened

if TYPE_CHECKING:
    from sinks.webhooks.subscriptions import Delivery, Subscriptions, Webhook

HEADINGS = {
    "id": "编号 id",
    "key": "密钥 key",
    "url": "地址 address",
    "topics": "主题 topics",
    "state": "状态 state",
    "waiting": "待发 waiting",
    "failing_since": "失败自 failing since",
    "reason": "原因 reason",
}
LOG_HEADINGS = {
    "id": "消息 message",
    "record": "记录 record",
    "revision": "版本 revision",
    "state": "状态 state",
    "attempts": "次数 tries",
    "tried_at": "最后一次 last try",
    "status": "应答 answer",
    "problem": "问题 problem",
}
Id = Annotated[str, typer.Argument(metavar="ID", help="推送编号 id of the webhook")]

webhooks = group()


def run() -> None:
    from sinks.webhooks.run import run as sent

    sent(begin("webhooks"))


@webhooks.command("list")
def list_webhooks(form: Format = Form.TABLE) -> None:
    """列出全部推送 every webhook of every key, the oldest first"""
    with _subscriptions() as found:
        rows = found.all()
    say.listing(map(_row, rows), HEADINGS, form)


@webhooks.command("log")
def log(
    id: Id,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="条数 how many at most")] = 50,
    form: Format = Form.TABLE,
) -> None:
    """推送日志 the messages of a webhook with what came of them, the newest first"""
    with _subscriptions() as found:
        rows = found.deliveries(id, limit=limit)
    say.listing(map(_log_row, rows), LOG_HEADINGS, form)


@webhooks.command("enable")
def enable(id: Id) -> None:
    """重新验证并续发 verify the address again and go on where it stopped"""
    with _subscriptions("enable", id) as found:
        found.enable(id)
    say.out(f"待验证 to be verified {id}")


@webhooks.command("disable")
def disable(id: Id) -> None:
    """停止推送 send nothing more"""
    with _subscriptions("disable", id) as found:
        found.disable(id)
    say.out(f"已停用 disabled {id}")


@webhooks.command("redeliver")
def redeliver(
    id: Id, message: Annotated[str, typer.Argument(metavar="MESSAGE", help="消息编号 id of the message")]
) -> None:
    """重发一条消息 send a message of the log once more"""
    with _subscriptions("redeliver", f"{id} {message}") as found:
        found.redeliver(id, message)
    say.out(f"待重发 to be sent again {message}")


@contextmanager
def _subscriptions(action: str = "", object: str = "") -> Iterator[Subscriptions]:
    """Those of every key; an action is noted in the audit trail before it begins and when it has ended."""
    from sinks.webhooks.subscriptions import Subscriptions

    with (
        opened(STATEMENT_SECONDS) as (_, database),
        noted(database, f"webhooks {action}", object) if action else nullcontext(),
    ):
        yield Subscriptions(database)


def _row(webhook: Webhook) -> dict[str, Any]:
    return _dated({**webhook._asdict(), "topics": " ".join(webhook.topics)})


def _log_row(delivery: Delivery) -> dict[str, Any]:
    return _dated({name: value for name, value in delivery._asdict().items() if name != "total"})


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in row.items()
    }
