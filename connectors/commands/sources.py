"""``tongda sources``: what the hub polls, how it fares, and trying a definition without a broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.new import new
from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.errors import Exit, NotFound

if TYPE_CHECKING:
    from connectors.commands.tryout import Trial
    from ops.settings import Settings
    from schemas.source.model import Source

SourceId = Annotated[str, typer.Argument(metavar="SOURCE", help="平台编号 id of the platform")]
FeedId = Annotated[str, typer.Argument(metavar="FEED", help="栏目编号 id of the feed")]
OneFeed = Annotated[str | None, typer.Argument(metavar="FEED", help="只此栏目 this feed alone")]
SOURCE_AND_FEED = {"source": "平台 source", "feed": "栏目 feed"}
STATE = {
    **SOURCE_AND_FEED,
    "state": "状态 state",
    "last_complete_at": "上次完整 complete",
    "watermark": "水位 watermark",
    "new": "新增 new",
    "rejected": "拒收 rejected",
    "reason": "备注 reason",
}
DEFINED = {
    **SOURCE_AND_FEED,
    "name": "名称 name",
    "kind": "类别 kind",
    "style": "分页 paging",
    "every_seconds": "间隔(秒) every (s)",
    "robots": "robots.txt",
}
HELD = {
    **SOURCE_AND_FEED,
    "held_since": "自 since",
    "reason": "原因 reason",
    "detail": "说明 detail",
    "evidence": "证据 evidence",
}
REQUESTS = {
    "source": "平台 source",
    "day": "日期 day",
    "requests": "请求 requests",
    "bytes": "字节 bytes",
    "refused": "拒绝 refused",
    "unchanged": "未变 304",
    "waited_seconds": "等待(秒) waited (s)",
    "budget": "额度 budget",
    "left": "剩余 left",
}
SAMPLE = {
    **SOURCE_AND_FEED,
    "sample": "样例 sample",
    "rows": "行 rows",
    "kinds": "类别 kinds",
    "unclaimed": "未认领 unclaimed",
    "absent": "样例中没有 in no sample",
    "rejected": "拒收 rejected",
    "refusal": "首行拒收 first refused",
    "error": "错误 error",
    "code": "代码 code",
    "next_step": "下一步 next",
}
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
app = group()
app.command("new")(new)


@app.command("list")
def listed(form: Format = Form.TABLE) -> None:
    """各栏目的状态 every feed and its state (needs the broker)"""
    from connectors.commands.states import states
    from ops.cli.start import begin
    from ops.sources import read_sources

    settings = begin("sources", writes=False)
    say.listing(states(settings, read_sources(settings.sources, settings)), STATE, form)


@app.command()
def show(source: SourceId, form: Format = Form.TABLE) -> None:
    """一个平台的定义 one source as defined"""
    from connectors.commands.tryout import defined

    _, sources = known()
    say.listing(defined(_named(sources, source)), DEFINED, form)


@app.command()
def schema() -> None:
    """source.yml 的 JSON Schema,供编辑器使用 JSON Schema of source.yml, for editors"""
    import json

    from ops.sources import schema as made

    say.out(json.dumps(made(), ensure_ascii=False, indent=2))


@app.command()
def check(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="只核对此平台 this platform alone")] = None,
    form: Format = Form.TABLE,
) -> Exit:
    """按定义解读样例,有遗漏时退出码 5 read the samples by the definition; exit 5 when one is not clean"""
    import schemas.figures  # noqa: F401  # kinds are checked by being imported, and so are the figures that count them
    from connectors.commands.samples import checked, refused
    from ops.cli.start import begin
    from ops.sources import read_sources

    settings = begin("sources", writes=False)
    loaded = read_sources(settings.sources, settings)
    found = [refused(name, error) for name, error in loaded.refused.items() if source in (None, name)]
    chosen = [_named(loaded.sources, source)] if source and not found else []
    for each in chosen or ([] if source else loaded.sources.values()):
        found += checked(settings.sources, each)
    say.listing(({**sample._asdict(), "clean": sample.clean} for sample in found), SAMPLE, form)
    return Exit.OK if all(sample.clean for sample in found) else Exit.REFUSED


@app.command()
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
        raise typer.BadParameter("only the running connectors publish; add --dry-run", param_hint="--dry-run")
    from connectors.commands.tryout import pulled

    _, sources = known()
    with trial() as ready:
        found = list(pulled(_named(sources, source), feed, ready))
    say.listing(found, PULLED, form)
    return Exit.OK if all(each["state"] == "ok" for each in found) else Exit.PLATFORM


@app.command()
def preview(
    source: SourceId,
    feed: FeedId,
    number: Annotated[int, typer.Option("-n", min=1, help="条数 how many rows")] = 20,
    form: Format = Form.TABLE,
) -> Exit:
    """实取一页并显示解读结果,不发布 request one page and show its rows as they are understood; publish nothing"""
    from connectors.commands.preview import first_page, typed_rows

    _, sources = known()
    chosen = _named(sources, source)
    with trial() as ready:
        page = first_page(chosen, feed, ready)
    if page.failure is not None:
        raise page.failure
    found = list(typed_rows(chosen, feed, page.published))
    say.note(f"{page.origin.url}: {len(found)} 行 rows, 声明总数 declared total {page.listed.total or '-'}")
    say.listing(({**row._asdict(), "kinds": ", ".join(row.kinds) if form == Form.TABLE else row.kinds, "told": row.told}
                 for row in found[:number]), TYPED, form)  # fmt: skip
    return Exit.REFUSED if any(row.refused for row in found) else Exit.OK


@app.command()
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
    chosen = _named(sources, source)
    with trial() as ready:
        made = recorded(chosen, feed, ready, requests, days)
    file = file_of(settings.sources, source, feed)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written(made), encoding="utf-8")
    say.out(
        f"{file}: {len(made.exchanges)} 次应答 answers, {made.found.read} 行 rows, {made.found.verdict} {made.found.reason}".rstrip()
    )
    say.note("提交前请通读,确认不含个人信息 read it before you commit it: no person may be in it")


@app.command()
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
        raise typer.BadParameter("either a later answer or another definition", param_hint="--definition")
    _, sources = known()
    chosen = _named(sources, source)
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


@app.command()
def sample(
    source: SourceId, feed: FeedId, number: Annotated[int, typer.Option("-n", min=1, help="条数 how many records")] = 3
) -> Exit:
    """平台原样给出的前几条记录,每行一条 JSON the first records as the platform gives them, one JSON a line"""
    from connectors.commands.tryout import try_poll
    from schemas.wire import encode

    _, sources = known()
    with trial() as ready:
        _, records = try_poll(_named(sources, source), feed, ready)
    for record in records[:number]:
        say.out(encode(record).decode())
    return Exit.OK if records else Exit.PLATFORM


@app.command()
def pause(
    source: SourceId,
    feed: OneFeed = None,
    reason: Annotated[str, typer.Option(help="理由,勿写人名 why; no names of persons")] = "",
) -> None:
    """暂停轮询,直到恢复 let a platform or a feed rest until it is resumed (needs the broker)"""
    from connectors.commands.pause import paused
    from connectors.commands.run import clock

    settings, sources = known()
    paused(settings, _named(sources, source), feed or "", clock(), reason)
    again = f"tongda sources resume {source} {feed or ''}".strip()
    say.out(f"{source} {feed or '*'}: 已暂停 paused; 恢复 to go on: {again}")


@app.command()
def resume(source: SourceId, feed: OneFeed = None) -> None:
    """恢复轮询 let a platform or a feed be polled again (needs the broker)"""
    from connectors.commands.pause import resumed

    settings, sources = known()
    for each in resumed(settings, _named(sources, source), feed or ""):
        say.out(f"{source} {each.feed or '*'}: 已恢复 resumed; 暂停自 paused since {each.paused_at}")


@app.command()
def requests(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="只看此平台 this platform alone")] = None,
    form: Format = Form.TABLE,
) -> None:
    """各平台近日的请求台账 the requests made of each platform in the last days (needs the broker)"""
    from connectors.commands.ledger import kept_cursors, ledger

    settings, sources = known()
    chosen = {source: _named(sources, source)} if source else sources
    say.listing(ledger(chosen, kept_cursors(settings)), REQUESTS, form)


@app.command()
def held(form: Format = Form.TABLE) -> None:
    """被暂扣、等待人工的栏目及原因 feeds that wait for a person, and why (needs the broker)"""
    from connectors.commands.hold import holds

    settings, _ = known()
    say.listing((hold._asdict() for hold in holds(settings)), HELD, form)


@app.command()
def release(
    source: SourceId,
    feed: FeedId,
    reason: Annotated[str, typer.Option(help="理由,勿写人名 why; no names of persons")] = "",
) -> None:
    """放行一次 let pass, once, what a feed is held for (needs the broker)"""
    from connectors.commands.hold import released
    from connectors.commands.run import clock

    settings, sources = known()
    hold = released(settings, _named(sources, source), feed, clock(), reason)
    say.out(f"{source} {feed} {hold.reason}: 下次轮询放行 passes with the next poll, {hold.next_poll_at}")


def known() -> tuple[Settings, dict[str, Source]]:
    """The settings, and every definition that can be used."""
    from ops.cli.start import begin
    from ops.sources import load_sources

    settings = begin("sources", writes=False)
    return settings, load_sources(settings.sources, settings)


def _named(sources: dict[str, Source], source: str) -> Source:
    """The source of that id. Raises NotFound."""
    if source not in sources:
        known = ", ".join(sources)
        raise NotFound(
            f"no source {source!r}; known: {known} · 没有平台 {source};已有 {known}", next_step="tongda sources list"
        )
    return sources[source]


def _feed_of(source: Source, feed: str) -> None:
    """Raises NotFound when the source has no such feed."""
    from connectors.commands.tryout import must_have

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
