"""``tongda settings``: each setting with its value, where that comes from, and what it means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.cli.lazy import group
from ops.cli.options import Form, Format

if TYPE_CHECKING:
    from ops.settings import Settings

PREFIX = "TONGDA_"
HEADINGS = {"setting": "设置 setting", "value": "值 value", "origin": "来源 origin"}


def _alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        show()


app = group(_alone)


@app.command()
def show(form: Format = Form.TABLE) -> None:
    """全部设置的取值与来源 every setting, its value and where it comes from"""
    from ops import say

    say.listing(_rows(), HEADINGS, form)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="设置名 name of the setting, with or without TONGDA_")],
    form: Format = Form.TABLE,
) -> None:
    """说明一项设置 what one setting means"""
    from ops import say
    from schemas.errors import NotFound
    from schemas.nearest import near

    wanted = PREFIX + name.upper().removeprefix(PREFIX)
    every = {row["setting"]: row for row in _rows()}
    row = every.get(wanted) or next(_of_family(wanted), None)
    if row is None:
        names = {each.removeprefix(PREFIX): each for each in every}
        found = near(wanted.removeprefix(PREFIX), names)
        meant = names[found] if found else None
        raise NotFound(
            f"{name} is no setting" + (f"; the nearest one is {meant}" if meant else "") + f" · 没有设置项 {name}"
            f"{f',最接近的是 {meant}' if meant else ''}",
            next_step=f"tongda settings explain {meant}" if meant else "tongda settings show",
        )
    if form == Form.JSON:
        say.as_json(row)
        return
    for field, value in row.items():
        say.out(f"{field:<8} {'-' if value is None else value}")


def _rows() -> Iterator[dict[str, Any]]:
    """One row a setting; passwords are masked."""
    from ops.settings import ALSO_KNOWN, FIELDS, Settings, masked, read_settings

    settings = read_settings(os.environ)
    for variable, field in FIELDS.items():
        value, described = getattr(settings, field), Settings.model_fields[field]
        plain = value if isinstance(value, (int, float)) else masked(str(value)) if value else None
        yield {
            "setting": variable,
            "value": plain,
            "origin": _origin(settings, variable, field),
            "default": described.default
            if isinstance(described.default, (int, float))
            else str(described.default or ""),
            "meaning": described.description,
        }
    for variable, meaning in ALSO_KNOWN.items():
        yield _given(variable, meaning)
    for variable in sorted(os.environ):
        yield from _of_family(variable)


def _of_family(variable: str) -> Iterator[dict[str, Any]]:
    """The row of a name that is made of another one, as that of a platform or a secret; ``<ID>`` stands for any."""
    from ops.settings import FAMILIES

    for family, (written, meaning) in FAMILIES.items():
        if variable == written or family.fullmatch(variable):
            yield _given(variable, meaning)


def _given(variable: str, meaning: str) -> dict[str, Any]:
    """A row of a setting that is no field: it is given in the environment or has no value."""
    from ops.settings import masked

    value = os.environ.get(variable)
    origin = "environment" if value else "default"
    return {
        "setting": variable,
        "value": masked(value) if value else None,
        "origin": origin,
        "default": "",
        "meaning": meaning,
    }


def _origin(settings: Settings, variable: str, field: str) -> str:
    if os.environ.get(variable):
        return "environment"
    return "embedded" if field in ("kafka", "database") and getattr(settings, field) else "default"
