"""``tongda topics``: the table of topics, and the broker made or compared with it."""

from __future__ import annotations

import os

import typer

from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.errors import Exit

HEADINGS = {
    "topic": "主题 topic",
    "policy": "保留 policy",
    "class": "级别 class",
    "key": "键 key",
    "written_by": "写入者 written by",
}


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
