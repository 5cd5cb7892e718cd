"""``tongda rebuild``: a generation made beside the running one, compared, switched over to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ops.cli.lazy import group
from ops.cli.options import Form, Format
from ops.cli.trail import noted
from schemas.errors import Exit

if TYPE_CHECKING:
    from ops.settings import Settings

app = group()


@app.command()
def start(
    follow: Annotated[bool, typer.Option("--follow", help="持续跟随至 Ctrl-C go on following until Ctrl-C")] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="进程数,缺省为核数,至多分区数 processes; default: cores, at most partitions"
        ),
    ] = None,
) -> None:
    """生成新一代,可续作 make the new generation, from the oldest raw record or from where it is"""
    from streams.rebuild import steps

    settings = _settings()
    with noted(settings, "rebuild start", settings.topic_prefix or "-"):
        steps.start(settings, os.environ, follow, workers)


@app.command()
def status(form: Format = Form.TABLE) -> None:
    """重建进度 what is in the making, and how far it is"""
    from streams.rebuild import steps

    steps.status(_settings(), form)


@app.command()
def compare() -> Exit:
    """逐项比较,有差异时退出码 10 differences by id and field; exit 10 when there are any"""
    from streams.rebuild import steps

    return steps.compare(_settings())


@app.command()
def switch() -> None:
    """切换到新一代 the new generation becomes the running one, in one transaction"""
    from ops import say
    from streams.rebuild.switch import switch as switched

    settings = _settings()
    with noted(settings, "rebuild switch", settings.topic_prefix or "-"):
        say.out(switched(settings, os.environ))


@app.command()
def discard() -> None:
    """清除重建所生成的一切 remove what a rebuild made"""
    from streams.rebuild import steps

    settings = _settings()
    with noted(settings, "rebuild discard", settings.topic_prefix or "-"):
        steps.discard(settings)


def _settings() -> Settings:
    import signal

    from ops.cli.start import begin

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended in order, as by Ctrl-C
    return begin("rebuild")
