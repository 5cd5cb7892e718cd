"""``tongda explain``, ``verify``, ``dead-letters`` and ``review``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format, a_moment
from ops.cli.start import begin
from schemas.errors import Exit
from schemas.fields.date import CHINA
from sinks.store.commands import noted

if TYPE_CHECKING:
    from ops.settings import Settings
    from sinks.operator.review import Review
    from sinks.store.database import Database

STATEMENT_SECONDS = 300
SHOWN_DIFFERENCES = 200
LETTERS = {
    "id": "编号 id",
    "stage": "环节 stage",
    "reason": "原因 reason",
    "source": "平台 source",
    "feed": "栏目 feed",
    "record": "记录 record",
    "state": "状态 state",
}
RULINGS = {
    "id": "裁定 ruling",
    "state": "状态 state",
    "since": "自 since",
    "action": "处置 action",
    "kind": "类别 kind",
    "subject": "对象 subject",
    "records": "记录 records",
    "reason": "理由 reason",
}
Source = Annotated[str | None, typer.Option(metavar="SOURCE", help="只限此平台 of this platform alone")]
ForReason = Annotated[str | None, typer.Option(metavar="CODE", help="只限此原因 refused for this reason alone")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="理由,不写个人姓名 why; no names of persons")]
EventId = Annotated[str, typer.Argument(metavar="EVENT", help="事件或供需编号 id of an event or a listing")]
OtherId = Annotated[str, typer.Argument(metavar="OTHER", help="另一个的编号 id of the other one")]

letters = group()
review = group()


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="统计点、事件、供需或记录 a figure (transfers:area=430100:2025-03), an id, or source|feed|record",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", callback=a_moment, help="按此时点 as it was held at this day or instant"),
    ] = None,
) -> None:
    from ops.evidence import EvidenceStore
    from sinks.operator.explain import explain as explained

    with _opened() as (settings, database), database.snapshot() as db:
        evidence = EvidenceStore(settings.evidence)
        for line in explained(db, evidence, name, as_of, _review(settings, database).rulings):
            say.out(line)


def verify(
    wait: Annotated[float, typer.Option(help="等待稳定的秒数 seconds that the hub has to settle")] = 120,
    form: Format = Form.TABLE,
) -> Exit:
    from sinks.operator.verify import verify as verified

    found = verified(begin("verify", writes=False), wait)
    if form == Form.JSON:
        say.as_json(found._asdict())
    else:
        for difference in found.differences[:SHOWN_DIFFERENCES]:
            say.out(difference)
        say.out("compared: " + ", ".join(f"{number} {what}" for what, number in found.counted.items()))
        say.out(f"未核对指标 figures not checked: {', '.join(found.unchecked) or 'none'}")
        say.out(say.number(len(found.differences), "difference"))
    return Exit.DIFFERENT if found.differences else Exit.OK


@letters.command("list")
def list_letters(
    source: Source = None,
    reason: ForReason = None,
    everything: Annotated[bool, typer.Option("--all", help="包括已关闭的 closed ones too")] = False,
    form: Format = Form.TABLE,
) -> None:
    """列出死信 the letters that are open, the oldest first"""
    from sinks.operator.letters import listed, must_know

    with _opened() as (settings, database):
        must_know(database, settings, source)
        found = listed(database, source=source, reason=reason, everything=everything)
    say.listing(
        ({**each._asdict(), "state": each.closed_because or "open" if each.closed_at else "open"} for each in found),
        LETTERS,
        form,
    )


@letters.command("show")
def show_letters(ids: Annotated[list[str], typer.Argument(metavar="ID", help="死信编号 ids of letters")]) -> None:
    """完整内容,可能含个人信息 letters whole, as JSON; the original may hold personal data"""
    from schemas.wire import encode
    from sinks.operator.letters import shown

    with _opened() as (_, database):
        for id in ids:
            say.out(encode(shown(database, id).letter).decode())


@letters.command("replay")
def replay_letters(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="死信编号;不写则为全部符合者 none: all that match")
    ] = None,
    source: Source = None,
    reason: ForReason = None,
) -> None:
    """重投 put refused records back where they were refused; twice changes nothing"""
    from sinks.operator.letters import must_know, replay

    object = " ".join(ids or ()) or f"all open: source {source or 'any'}, reason {reason or 'any'}"
    with _opened() as (settings, database), noted(database, "dead-letters replay", object):
        must_know(database, settings, source)
        done = replay(database, settings, ids or (), source=source, reason=reason)
    say.out(f"已重投 {len(done)} 条 · {say.number(len(done), 'letter')} replayed")


@review.command("list")
def list_rulings(form: Format = Form.TABLE) -> None:
    """列出裁定 every ruling, with its records, and whether it stands"""
    with _opened() as (settings, database):
        rows = [each._asdict() for each in _review(settings, database).listed()]
    if form == Form.TABLE:
        rows = [{**row, "records": ", ".join(row["records"])} for row in rows]
    say.listing(rows, RULINGS, form)


@review.command()
def merge(event: EventId, other: OtherId, reason: Why = "") -> None:
    """两个事件合为一个 two events become one"""
    with _opened() as (settings, database), noted(database, "review merge", f"{event} {other}", reason):
        say.out(f"裁定 ruling {_review(settings, database).merge(event, other, reason)}")


@review.command()
def split(
    event: EventId,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="原始记录 the raw record: source|feed|record")],
    reason: Why = "",
) -> None:
    """一条记录从事件中分出 a record leaves its event and becomes one of its own"""
    with _opened() as (settings, database), noted(database, "review split", f"{event} {record}", reason):
        say.out(f"裁定 ruling {_review(settings, database).split(event, record, reason)}")


@review.command()
def undo(
    ruling: Annotated[str, typer.Argument(metavar="RULING", help="裁定编号 id of the ruling")], reason: Why = ""
) -> None:
    """撤销裁定 a ruling no longer stands"""
    with _opened() as (settings, database), noted(database, "review undo", ruling, reason):
        say.out(f"已撤销 undone {_review(settings, database).undo(ruling, reason)}")


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    """The settings of this environment and its database, closed when the command ends."""
    from sinks.store.database import Database

    settings = begin("operator", writes=False)
    database = Database(settings.database, role="operator", statement_seconds=STATEMENT_SECONDS)
    try:
        yield settings, database
    finally:
        database.close()


def _review(settings: Settings, database: Database) -> Review:
    from sinks.operator.review import Review

    return Review(database, settings, datetime.now(CHINA))
