"""``tongda keys``: make, list and revoke the keys with which systems read what is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format, told
from sinks.store.commands import STATEMENT_SECONDS, noted, opened

if TYPE_CHECKING:
    from sinks.store.keys import Key

HEADINGS = {
    "id": "编号 id",
    "name": "持有者 holder",
    "scope": "范围 scope",
    "made_at": "签发 made",
    "revoked_at": "吊销 revoked",
}

keys = group()


@keys.command("make")
def make(
    name: Annotated[
        str,
        typer.Option(metavar="HOLDER", callback=told, help="持有单位或系统 the organisation or system that gets it"),
    ],
) -> None:
    """签发密钥,只显示这一次 make a key; it is printed now and never again"""
    from sinks.store.keys import make as made

    with opened(STATEMENT_SECONDS) as (_, database), noted(database, "keys make", name):
        say.out(made(database, name, "shared"))


@keys.command("list")
def list_keys(form: Format = Form.TABLE) -> None:
    """列出密钥 every key without its secret, the oldest first"""
    from sinks.store.keys import listed

    with opened(STATEMENT_SECONDS) as (_, database):
        found = listed(database)
    say.listing(map(_row, found), HEADINGS, form)


@keys.command("revoke")
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="密钥编号 id of the key")]) -> None:
    """吊销密钥,立即生效 a key opens nothing any more, from now on"""
    from sinks.store.keys import revoke as revoked

    with opened(STATEMENT_SECONDS) as (_, database), noted(database, "keys revoke", id):
        revoked(database, id)
    say.out(f"已吊销 revoked {id}")


def _row(key: Key) -> dict[str, Any]:
    made, revoked = (at.isoformat(timespec="seconds") if at else None for at in (key.made_at, key.revoked_at))
    return {**key._asdict(), "made_at": made, "revoked_at": revoked}
