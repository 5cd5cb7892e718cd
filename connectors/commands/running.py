"""Running: the commands about the connectors that run: what they may poll, what they hold back, what they asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from connectors.commands.known import SOURCE_AND_FEED, FeedId, OneFeed, SourceId, known, named
from ops import say
from ops.cli.options import Form, Format

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


def pause(
    source: SourceId,
    feed: OneFeed = None,
    reason: Annotated[str, typer.Option(help="理由,勿写人名 why; no names of persons")] = "",
) -> None:
    """暂停轮询,直到恢复 let a platform or a feed rest until it is resumed (needs the broker)"""
    from connectors.commands.run import clock
    from ops.cli.trail import noted
    from ops.decisions import paused

    settings, sources = known()
    with noted(settings, "sources pause", f"{source} {feed or '*'}", reason):
        paused(settings, named(sources, source), feed or "", clock(), reason)
    again = f"tongda sources resume {source} {feed or ''}".strip()
    say.out(f"{source} {feed or '*'}: 已暂停 paused; 恢复 to go on: {again}")


def resume(source: SourceId, feed: OneFeed = None) -> None:
    """恢复轮询 let a platform or a feed be polled again (needs the broker)"""
    from ops.cli.trail import noted
    from ops.decisions import resumed

    settings, sources = known()
    with noted(settings, "sources resume", f"{source} {feed or '*'}"):
        done = resumed(settings, named(sources, source), feed or "")
    for each in done:
        say.out(f"{source} {each.feed or '*'}: 已恢复 resumed; 暂停自 paused since {each.paused_at}")


def requests(
    source: Annotated[str | None, typer.Argument(metavar="SOURCE", help="只看此平台 this platform alone")] = None,
    form: Format = Form.TABLE,
) -> None:
    """各平台近日的请求台账 the requests made of each platform in the last days (needs the broker)"""
    from connectors.commands.ledger import kept_cursors, ledger

    settings, sources = known()
    chosen = {source: named(sources, source)} if source else sources
    say.listing(ledger(chosen, kept_cursors(settings)), REQUESTS, form)


def held(form: Format = Form.TABLE) -> None:
    """被暂扣、等待人工的栏目及原因 feeds that wait for a person, and why (needs the broker)"""
    from connectors.commands.hold import holds

    settings, _ = known()
    say.listing((hold._asdict() for hold in holds(settings)), HELD, form)


def release(
    source: SourceId,
    feed: FeedId,
    reason: Annotated[str, typer.Option(help="理由,勿写人名 why; no names of persons")] = "",
) -> None:
    """放行一次 let pass, once, what a feed is held for (needs the broker)"""
    from connectors.commands.run import clock
    from ops.cli.trail import noted
    from ops.decisions import released

    settings, sources = known()
    with noted(settings, "sources release", f"{source} {feed}", reason):
        hold = released(settings, named(sources, source), feed, clock(), reason)
    say.out(f"{source} {feed} {hold.reason}: 下次轮询放行 passes with the next poll, {hold.next_poll_at or ''}")
