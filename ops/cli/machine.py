"""``up``, ``down``, ``status``, ``reset``, ``doctor``: the hub of this machine."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ops import run
from ops.cli.options import Form, Format, Yes

if TYPE_CHECKING:
    from ops.settings import Settings


def up(
    detach: Annotated[
        bool, typer.Option("--detach", help="后台运行,门户就绪后返回 return when the portal is ready")
    ] = False,
) -> int:
    from ops.supervisor import up as machine

    settings = _settings()
    return machine.detach(settings) if detach else machine.up(settings, os.environ)


def down() -> int:
    from ops.supervisor import up as machine

    return machine.down(_settings())


def status(form: Format = Form.TABLE) -> int:
    from ops.supervisor.status import status as told

    return told(_settings(), form)


def reset(yes: Yes = False) -> int:
    from ops.actor import actor_of
    from ops.supervisor import up as machine

    return machine.reset(_settings(), yes, actor_of(os.environ), datetime.now(run.CHINA))


def doctor(
    what: Annotated[
        Literal["tools", "kafka", "database", "sources", "secrets", "folders", "processes", "conservation"] | None,
        typer.Argument(help="只查此项 this group of checks alone"),
    ] = None,
    form: Format = Form.TABLE,
) -> int:
    from ops.doctor import doctor as examined

    return examined(_settings(), what, form)


def _settings() -> Settings:
    from ops.settings import read_settings

    return read_settings(os.environ)
