"""``tongda topics``: the table of topics, the broker made or compared with it, and what stands on a topic."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.errors import Exit

if TYPE_CHECKING:
    from ops.bus import Incoming

HEADINGS = {
    "topic": "主题 topic",
    "policy": "保留 policy",
    "class": "级别 class",
    "key": "键 key",
    "written_by": "写入者 written by",
}
GRANTS = {
    "principal": "主体 principal",
    "resource": "资源 resource",
    "name": "名称 name",
    "pattern": "匹配 pattern",
    "operations": "操作 operations",
}
READ = {
    "time": "时间 time",
    "partition": "分区 partition",
    "offset": "位点 offset",
    "key": "键 key",
    "value": "内容 value",
}
SHOWN = 120  # characters of a value in the table


def _alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        declared()


app = group(_alone)


@app.command("list")
def declared(form: Format = Form.TABLE) -> None:
    """列出声明的主题 the topics as declared"""
    from ops import say
    from schemas.topics import TOPICS

    rows = (
        {"topic": t.name, "policy": t.policy, "class": t.secrecy, "key": t.key, "written_by": t.written_by}
        for t in TOPICS
    )
    say.listing(rows, HEADINGS, form)


@app.command()
def apply() -> None:
    """按声明建立或修改 make the broker's topics as declared"""
    from ops import bus, say
    from ops.settings import read_settings
    from schemas.topics import TOPICS

    with bus.Admin(read_settings(os.environ)) as admin:
        for line in admin.apply(TOPICS):
            say.out(line)


@app.command()
def diff(form: Format = Form.TABLE) -> Exit:
    """与声明比较,不一致时退出码 10 how the broker differs; exit 10 when it does"""
    from ops import bus, say
    from ops.settings import read_settings
    from schemas.topics import TOPICS

    with bus.Admin(read_settings(os.environ)) as admin:
        differences = admin.drift(TOPICS)
    if form == Form.JSON:
        say.as_json(differences)
    else:
        for line in differences:
            say.out(line)
    return Exit.DIFFERENT if differences else Exit.OK


@app.command()
def acl(
    principal: Annotated[str, typer.Option(metavar="NAME", help="只此主体 this principal alone: store")] = "",
    commands: Annotated[
        bool, typer.Option("--commands", help="输出 kafka-acls.sh 命令 the commands that give them")
    ] = False,
    form: Format = Form.TABLE,
) -> None:
    """各进程所需的最小权限 the least that each process may do at the broker"""
    import shlex

    from ops import say
    from ops.bus.acl import ADMIN, PRINCIPALS, USER, command, grants
    from ops.settings import read_settings
    from schemas.errors import NotFound
    from schemas.nearest import unknown

    settings = read_settings(os.environ)
    names = [*(each.name for each in PRINCIPALS), ADMIN]
    if principal and principal not in names:
        raise NotFound(
            f"{unknown(principal, names, 'principal')} · 没有主体 {principal}", next_step="tongda topics acl"
        )
    found = [each for each in grants(settings) if not principal or each.principal == USER.format(principal)]
    if commands:
        for each in found:
            say.out(shlex.join(command(each, settings.kafka or "BROKER:9093")))
        return
    rows = [each._asdict() for each in found]
    if form == Form.TABLE:
        rows = [{**row, "operations": ", ".join(row["operations"])} for row in rows]
    say.listing(rows, GRANTS, form)


@app.command()
def read(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="主题 as `tongda topics list` names it")],
    last: Annotated[int, typer.Option(min=1, max=10_000, help="最新的几条 how many, the newest")] = 10,
    key: Annotated[str, typer.Option(help="只此键 this key alone")] = "",
    form: Format = Form.TABLE,
) -> None:
    """最新的若干条记录 the newest committed records; whole with --format json"""
    from ops import bus, say
    from ops.settings import read_settings
    from schemas.errors import NotFound
    from schemas.nearest import unknown
    from schemas.topics import TOPICS

    names = [topic.name for topic in TOPICS]
    if topic not in names:
        raise NotFound(f"{unknown(topic, names, 'topic')} · 没有主题 {topic}", next_step="tongda topics list")
    rows = [_shown(record) for record in bus.newest(read_settings(os.environ), topic, last, key)]
    if form == Form.TABLE:
        rows = [{**row, "value": str(row["value"])[:SHOWN]} for row in rows]
    say.listing(rows, READ, form)


def _shown(record: Incoming) -> dict[str, Any]:
    """A record with its value as JSON, where it is JSON; a null says that its key is gone."""
    from datetime import datetime

    from ops.run import CHINA
    from schemas import wire

    value: Any = None
    if record.value:
        try:
            value = wire.decode(record.value)
        except ValueError:
            value = record.value.decode(errors="replace")
    written = datetime.fromtimestamp(record.timestamp_ms / 1000, CHINA).isoformat(timespec="milliseconds")
    return {
        "time": written,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key.decode(errors="replace"),
        "headers": {name: content.decode(errors="replace") for name, content in record.headers},
        "value": value,
    }
