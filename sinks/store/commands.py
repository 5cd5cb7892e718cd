"""``tongda run store`` and ``tongda store``: the process that keeps the read model, its schema, and its comparison."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from ops.cli.start import begin
from schemas.errors import Exit
from schemas.fields.date import CHINA

if TYPE_CHECKING:
    from ops.settings import Settings
    from sinks.store.database import Database

STATEMENT_SECONDS = 300

store = group()


def run() -> None:
    from sinks.store.run import run as kept_up_to_date

    kept_up_to_date(begin("store"))


@store.command("migrate")
def migrate() -> None:
    """升级数据库结构 bring the database's schema up to date"""
    from sinks.store.migrate import migrate as migrated
    from sinks.store.trail import take_over_reset

    with opened(STATEMENT_SECONDS) as (settings, database):
        applied = migrated(database)
        take_over_reset(settings.home, database)
    say.out(f"migrated: {', '.join(applied) or 'nothing to do'}")


@store.command("verify")
def verify(form: Format = Form.TABLE) -> Exit:
    """主题与数据表逐条比较,不一致时退出码 10 compare topics and tables; exit 10 when they differ"""
    from sinks.store.compare import compare_running

    with opened(STATEMENT_SECONDS) as (settings, database):
        found = compare_running(settings, database)
    if form == Form.JSON:
        say.as_json(found._asdict())
    else:
        for difference in found.differences:
            say.out(difference)
        say.out(f"{say.number(len(found.differences), 'difference')} in {say.number(found.compared, 'key')}")
        if found.under_way:
            say.note(
                f"{say.number(found.under_way, 'key')} changed meanwhile and not compared · 比对期间有变化而未比对"
            )
    return Exit.DIFFERENT if found.differences else Exit.OK


@contextmanager
def opened(statement_seconds: float) -> Iterator[tuple[Settings, Database]]:
    """The settings of this environment and its database, closed when the command ends."""
    from sinks.store.database import Database

    settings = begin("store command", writes=False)
    database = Database(settings.database, role="store command", statement_seconds=statement_seconds)
    try:
        yield settings, database
    finally:
        database.close()


@contextmanager
def noted_in(settings: Settings, name: str, object: str, reason: str = "") -> Iterator[None]:
    """The same for a command that needs the database for its trail alone."""
    from sinks.store.database import Database

    database = Database(settings.database, role="trail", statement_seconds=STATEMENT_SECONDS)
    try:
        with noted(database, name, object, reason):
            yield
    finally:
        database.close()


def noted(database: Database, name: str, object: str, reason: str = "") -> AbstractContextManager[None]:
    """What is inside is in the audit trail, under the account of whoever runs the command."""
    from ops.actor import actor_of
    from sinks.store.trail import Action, audited

    return audited(database, Action(actor_of(os.environ), name, object, reason), lambda: datetime.now(CHINA))
