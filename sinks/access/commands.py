"""``tongda accounts``: who signs in at the operator's listener."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.fields.date import CHINA
from sinks.access.roles import Role
from sinks.store.commands import STATEMENT_SECONDS, noted, opened

if TYPE_CHECKING:
    from sinks.access.credentials import Credentials

HEADINGS = {"name": "账户 account", "role": "角色 role", "made_at": "建立 made", "disabled_at": "停用 disabled"}
Name = Annotated[str, typer.Argument(metavar="NAME", help="账户名 name of the account")]

accounts = group()


@accounts.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="角色 what the person is here for")],
) -> None:
    """建立账户,密码只显示这一次 make an account; password and TOTP secret are printed now and never again"""
    from sinks.access.accounts import add as added

    with opened(STATEMENT_SECONDS) as (_, database), noted(database, "accounts add", f"{name} {role.value}"):
        _shown(added(database, name, role, datetime.now(CHINA)))


@accounts.command("list")
def list_accounts(form: Format = Form.TABLE) -> None:
    """列出账户 every account with its role, the oldest first"""
    from sinks.access.accounts import listed

    with opened(STATEMENT_SECONDS) as (_, database):
        found = listed(database)
    rows = []
    for each in found:
        made, disabled = (at.isoformat(timespec="seconds") if at else None for at in (each.made_at, each.disabled_at))
        rows.append({"name": each.name, "role": each.role.value, "made_at": made, "disabled_at": disabled})
    say.listing(rows, HEADINGS, form)


@accounts.command("disable")
def disable(name: Name) -> None:
    """停用账户,立即生效 it opens nothing any more, and its sessions end, from now on"""
    from sinks.access.accounts import disable as disabled

    with opened(STATEMENT_SECONDS) as (_, database), noted(database, "accounts disable", name):
        disabled(database, name, datetime.now(CHINA))
    say.out(f"已停用 disabled {name}")


@accounts.command("reset")
def reset(name: Name) -> None:
    """重置密码和动态验证码,解除锁定 a new password and TOTP secret; its sessions end, a lock too"""
    from sinks.access.accounts import reset as made_anew

    with opened(STATEMENT_SECONDS) as (_, database), noted(database, "accounts reset", name):
        _shown(made_anew(database, name))


def _shown(made: Credentials) -> None:
    say.out(f"密码 password       {made.password}")
    say.out(f"验证码密钥 TOTP     {made.totp}")
    say.out(f"验证器 authenticator {made.uri}")
