"""Trials: the commands that poll a platform by hand and publish nothing, and what they compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.known import SOURCE_AND_FEED, FeedId, SourceId, known, named
from ops import say
from ops.cli.options import Form, Format
from schemas.errors import Exit

if TYPE_CHECKING:
    from connectors.commands.tryout import Trial
    from schemas.source.model import Source

PULLED = {
    **SOURCE_AND_FEED,
    "verdict": "结论 verdict",
    "reason": "原因 reason",
    "rows": "行 rows",
    "rejected": "拒收 rejected",
    "watermark": "水位 watermark",
    "seconds": "秒 seconds",
    "detail": "说明 detail",
}
TYPED = {
    "row": "行 row",
    "key": "编号 key",
    "kinds": "类别 kinds",
    "told": "取值 values",
    "refused": "拒收 refused",
}
DIFFERENCE = {
    "key": "编号 key",
    "change": "变化 change",
    "field": "字段 field",
    "before": "之前 before",
    "after": "之后 after",
}


def pull(
    source: SourceId,
    feed: Annotated[str | None, typer.Argument(metavar="FEED", help="只轮询此栏目 this feed alone")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="不发布 publish nothing; the running connectors publish")
    ] = False,
    form: Format = Form.TABLE,
) -> Exit:
    """试轮询一次并给出结论,不完整时退出码 7 poll once and tell what was proved; exit 7 when not complete"""
    if not dry_run:
        raise typer.BadParameter(
            "only the running connectors publish; add --dry-run · 仅运行中的采集进程可发布,请加 --dry-run",
            param_hint="--dry-run",
        )
    from connectors.commands.tryout import pulled

    _, sources = known()
    with trial() as ready:
        found = list(pulled(named(sources, source), feed, ready))
    say.listing(found, PULLED, form)
    return Exit.OK if all(each["state"] == "ok" for each in found) else Exit.PLATFORM


def preview(
    source: SourceId,
    feed: FeedId,
    number: Annotated[int, typer.Option("-n", min=1, help="条数 how many rows")] = 20,
    form: Format = Form.TABLE,
) -> Exit:
    """实取一页并显示解读结果,不发布 request one page and show its rows as they are understood; publish nothing"""
    from connectors.commands.preview import first_page, typed_rows

    _, sources = known()
    chosen = named(sources, source)
    with trial() as ready:
        page = first_page(chosen, feed, ready)
    if page.failure is not None:
        raise page.failure
    found = list(typed_rows(chosen, feed, page.published))
    say.note(f"{page.origin.url}: {len(found)} 行 rows, 声明总数 declared total {page.listed.total or '-'}")
    say.listing(({**row._asdict(), "kinds": ", ".join(row.kinds) if form == Form.TABLE else row.kinds, "told": row.told}
                 for row in found[:number]), TYPED, form)  # fmt: skip
    return Exit.REFUSED if any(row.refused for row in found) else Exit.OK


def record(
    source: SourceId,
    feed: FeedId,
    requests: Annotated[int, typer.Option(min=1, max=200, help="最多请求数 at most so many requests")] = 20,
    days: Annotated[
        int, typer.Option(min=1, max=366, help="按日栏目回溯天数 of a feed by days: from so long ago")
    ] = 14,
) -> None:
    """实测一次并把脱敏后的应答存于定义旁 poll once and keep the answers, scrubbed of persons, beside the definition"""
    from connectors.commands.cassette import file_of, recorded, written

    settings, sources = known()
    chosen = named(sources, source)
    with trial() as ready:
        made = recorded(chosen, feed, ready, requests, days)
    file = file_of(settings.sources, source, feed)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(made), encoding="utf-8")
    say.out(
        f"{file}: {len(made.exchanges)} 次应答 answers, {made.found.read} 行 rows, {made.found.verdict} {made.found.reason}".rstrip()
    )
    say.note("提交前请通读,确认不含个人信息 read it before you commit it: no person may be in it")


def diff(
    source: SourceId,
    feed: FeedId,
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="存下的应答 a saved answer of the platform")],
    after: Annotated[
        Path | None, typer.Argument(metavar="AFTER", help="后来的应答 a later one; without it: one page as it is now")
    ] = None,
    definition: Annotated[
        Path | None, typer.Option(help="另一份 source.yml,用于重读 BEFORE another definition, which reads BEFORE too")
    ] = None,
    form: Format = Form.TABLE,
) -> Exit:
    """两次应答或两份定义之差,有差异时退出码 10 rows new, changed, gone between two answers or definitions; exit 10"""
    from connectors.commands import diff as differences
    from connectors.commands.preview import first_page
    from ops.sources import load_definition

    if definition and after:
        raise typer.BadParameter(
            "either a later answer or another definition · 后来的应答与另一份定义只能给其一", param_hint="--definition"
        )
    _, sources = known()
    chosen = named(sources, source)
    _feed_of(chosen, feed)
    earlier = differences.stored(chosen, feed, before)
    if definition:
        other = load_definition(definition)
        _feed_of(other, feed)
        both = (chosen, other), (earlier, differences.stored(other, feed, before))
        found = list(differences.by_definitions(feed, *both))
    else:
        if after:
            later = differences.stored(chosen, feed, after)
        else:
            with trial() as ready:
                later = first_page(chosen, feed, ready).published
        found = list(differences.by_answers(chosen.feeds[feed], earlier, later))
    say.listing((each._asdict() for each in found), DIFFERENCE, form)
    return Exit.DIFFERENT if found else Exit.OK


def sample(
    source: SourceId, feed: FeedId, number: Annotated[int, typer.Option("-n", min=1, help="条数 how many records")] = 3
) -> Exit:
    """平台原样给出的前几条记录,每行一条 JSON the first records as the platform gives them, one JSON a line"""
    from connectors.commands.tryout import try_poll
    from schemas.wire import encode

    _, sources = known()
    with trial() as ready:
        _, records = try_poll(named(sources, source), feed, ready)
    for record in records[:number]:
        say.out(encode(record).decode())
    return Exit.OK if records else Exit.PLATFORM


def _feed_of(source: Source, feed: str) -> None:
    """Raises NotFound when the source has no such feed."""
    from ops.sources import must_have

    must_have(source, feed)


@contextmanager
def trial() -> Iterator[Trial]:
    """What a poll outside the running connectors needs, until the end of the block."""
    import os

    from connectors.commands.run import clock, secrets
    from connectors.commands.tryout import Trial
    from connectors.http.client import HttpClient
    from ops.settings import read_settings

    settings = read_settings(os.environ)
    with HttpClient(clock, settings.networks) as client:
        yield Trial(client, clock, secrets(settings))
