"""``tongda figures``: checking figures against a recount, and the releases that a bureau signs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format, a_period, told
from schemas.errors import Exit
from schemas.fields.date import CHINA

STATEMENT_SECONDS = 300
SHOWN_DIFFERENCES = 200
RELEASES = {
    "id": "发布版 release",
    "made_at": "签发 signed at",
    "signed_by": "签发单位 signed by",
    "cells": "单元 cells",
    "replaces": "取代 replaces",
    "because": "原因 because",
    "sha256": "SHA-256",
}
CHANGES = {"cell": "单元 cell", "was": "原值 was", "now": "现值 now", "cause": "原因 cause"}
RECONCILED = {
    "indicator": "指标 figure",
    "area": "地区 area",
    "period": "数据期 period",
    "printed": "公布 printed",
    "counted": "本库 counted",
    "difference": "差额 difference",
    "ratio": "比例 ratio",
    "verdict": "结论 verdict",
    "published_on": "发布日期 published",
}
DERIVED = {
    "figure": "指标 figure",
    "area": "地区 area",
    "period": "数据期 period",
    "first": "甲 first",
    "second": "乙 second",
    "value": "数值 value",
    "unit": "单位 unit",
}
CALENDAR = {
    "period": "数据期 period",
    "counts_on": "登记类 counts",
    "amounts_on": "申报金额 amounts",
    "state": "状态 state",
}
REVISIONS = {
    "indicator": "指标 figure",
    "area": "地区 area",
    "dimension": "维度 dimension",
    "category": "分类 category",
    "period": "数据期 period",
    "was": "原值 was",
    "now": "现值 now",
    "cause": "原因 cause",
    "revised_at": "修订于 revised",
}
ReleaseId = Annotated[str, typer.Argument(metavar="RELEASE", help="发布版编号 id of a release, as 2025-03.1")]

figures = group()


@figures.command("check")
def check(
    period: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", callback=a_period, help="只查此期 this month, year or `current` alone"),
    ] = None,
    form: Format = Form.TABLE,
) -> Exit:
    """全部数据重新计算并核对,不一致时退出码 10 recount every published cell; exit 10 when any differs"""
    from sinks.figures.recount import check_running
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database):
        found = check_running(database, period)
    if form == Form.JSON:
        say.as_json(
            {
                "cells": found.cells,
                "explained": found.explained,
                "differences": [one._asdict() for one in found.differences],
                "broken_identities": [one._asdict() for one in found.broken],
                "unchecked": found.unchecked,
            }
        )
    else:
        for one in found.differences[:SHOWN_DIFFERENCES]:
            say.out(f"{one.cell}: published {one.published}, recounted {one.recounted} {one.contribution}")
        for bad in found.broken[:SHOWN_DIFFERENCES]:
            say.out(f"{bad.identity}: {bad.cell}: expected {bad.expected}, found {bad.found} {bad.contribution}")
        for name in found.unchecked:
            say.out(f"{name}: no figure of this program")
        say.out(
            f"核对单元 cells checked {found.cells} · 不一致 differences {len(found.differences)} · "
            f"恒等式不成立 identities broken {len(found.broken)} · 可解释 explained {_percent(found.explained, found.cells)}"
        )
    return Exit.OK if found.is_sound else Exit.DIFFERENT


def a_vintage(value: str | None) -> str | None:
    """The id of a release, or an instant. Raises BadParameter."""
    from sinks.figures.revisions import vintage

    try:
        return vintage(value) if value else None
    except ValueError as error:
        raise typer.BadParameter(f"{error} · 不是有效的时刻或发布版") from None


def _percent(part: int, whole: int) -> str:
    """Rounded down: 100 % is all of them."""
    return f"{part * 1000 // whole / 10:g} %" if whole else "—"


@figures.command("release")
def release(
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="已结束的月或年 a month or a year that is over: 2025-03")
    ],
    signed_by: Annotated[
        str,
        typer.Option(metavar="OFFICE", callback=told, help="签发单位,不写个人姓名 the office that signs; no person"),
    ],
    because: Annotated[str, typer.Option(metavar="TEXT", help="更新原因 why it replaces an earlier release")] = "",
) -> None:
    """签发一期数据,此后不再变动 freeze the figures of a period; what was signed never changes"""
    from sinks.figures.release import make
    from sinks.store.commands import noted, opened

    with (
        opened(STATEMENT_SECONDS) as (_, database),
        noted(database, "figures release", f"{period} {signed_by}", because),
    ):
        made = make(database, period, signed_by, because, datetime.now(CHINA))
    say.out(f"{made.id}  {made.cells} cells  sha256 {made.sha256}")
    for feed in made.caveats:
        say.note(f"{feed.source}|{feed.feed} was {feed.state}, read to {feed.watermark or 'nowhere'}")


@figures.command("list")
def list_releases(
    period: Annotated[str | None, typer.Option(metavar="PERIOD", help="只列此期 of this period alone")] = None,
    form: Format = Form.TABLE,
) -> None:
    """列出发布版 every release, the newest first"""
    from sinks.figures.release import listed
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        rows = [one.model_dump(include=set(RELEASES)) for one in listed(db, period)]
    say.listing(rows, RELEASES, form)


@figures.command("reconcile")
def reconcile(form: Format = Form.TABLE) -> None:
    """与公布数逐格对照,只标注不修改 what offices published of each cell beside what is counted; nothing is changed"""
    from sinks.figures.reconciliation import reconciled
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        found = [one._asdict() for one in reconciled(db)]
    say.listing(found, RECONCILED, form)


@figures.command("derived")
def show_derived(
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", callback=a_period, help="月或年 a month or a year: 2025-03")
    ],
    form: Format = Form.TABLE,
) -> None:
    """占比与差额 shares and differences of two figures in a period, with both sides"""
    from sinks.figures.derived import derived
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        found = [one.model_dump() for one in derived(db, period)]
    say.listing(found, DERIVED, form)


@figures.command("calendar")
def show_calendar(form: Format = Form.TABLE) -> None:
    """发布日历,今后一年 on which working days the months of a year ahead are published"""
    from sinks.figures.calendar import calendar

    rows = (
        {**each._asdict(), "state": "tentative" if each.tentative else "set"}
        for each in calendar(datetime.now(CHINA).date())
    )
    say.listing(rows, CALENDAR, form)


@figures.command("manifest")
def manifest(id: ReleaseId) -> None:
    """发布版清单 all that a release says of itself, as JSON"""
    from sinks.figures.release import named
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        say.as_json(named(db, id).model_dump())


@figures.command("diff")
def diff(
    earlier: ReleaseId,
    later: Annotated[str, typer.Argument(metavar="OTHER", help="另一发布版 another release of the same period")],
    form: Format = Form.TABLE,
) -> None:
    """两个发布版的差异及原因 cells in which two releases differ, and why"""
    from sinks.figures.release import differing, named
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        found = differing(db, named(db, earlier), named(db, later))
    say.listing([one._asdict() for one in found], CHANGES, form)


@figures.command("revisions")
def show_revisions(
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN", callback=a_vintage, help="起始:日期、时刻或发布版 a day, an instant or a release: 2025-03.1"
        ),
    ],
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", callback=a_vintage, help="截止,缺省为现在 the same; else now")
    ] = None,
    indicator: Annotated[str | None, typer.Option(metavar="FIGURE", help="只列此指标 of this figure alone")] = None,
    form: Format = Form.TABLE,
) -> None:
    """修订记录:已结束各期的数字此后的变动及原因 figures of periods that were over and changed since, and why"""
    from schemas.errors import Refused
    from sinks.figures.revisions import Narrowed, log, moment, unfit
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        first, last = (moment(db, each) for each in (since, until))
        if why := unfit(first, last):
            raise Refused(why, next_step="tongda figures list")
        found = [one.model_dump() for one in log(db, first, last, Narrowed(indicator))]
    say.listing(found, REVISIONS, form)


@figures.command("reproduce")
def reproduce(
    id: ReleaseId,
    into: Annotated[Path | None, typer.Option(metavar="FILE", help="写入此文件 write the table to this file")] = None,
) -> None:
    """重算发布版,字节须与签发时一致 make a release again; refused when the bytes are not those that were signed"""
    from sinks.figures.release import named
    from sinks.figures.release import reproduce as again
    from sinks.store.commands import opened

    with opened(STATEMENT_SECONDS) as (_, database), database.snapshot() as db:
        data = again(db, found := named(db, id))
    if into:
        into.write_bytes(data)
    say.out(f"{found.id}  {len(data)} bytes  sha256 {found.sha256}  与签发一致 as signed")
