"""``tongda sources``: what the hub polls, how it fares, and trying a definition without a broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.commands.known import SOURCE_AND_FEED, SourceId, known, named
from connectors.commands.new import new
from connectors.commands.running import held, pause, release, requests, resume
from connectors.commands.trials import diff, preview, pull, record, sample
from ops import say
from ops.cli.lazy import group
from ops.cli.options import Form, Format
from schemas.errors import Exit

if TYPE_CHECKING:
    from connectors.commands.samples import Sample

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
SAMPLE = {
    **SOURCE_AND_FEED,
    "sample": "样例 sample",
    "rows": "行 rows",
    "kinds": "类别 kinds",
    "unclaimed": "未认领 unclaimed",
    "absent": "样例中没有 in no sample",
    "rejected": "拒收 rejected",
    "error": "错误 error",
    "code": "代码 code",
}
SHORT = 40  # signs of an error in the table; below it each stands whole
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
    say.listing(defined(named(sources, source)), DEFINED, form)


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
    chosen = [named(loaded.sources, source)] if source and not found else []
    for each in chosen or ([] if source else loaded.sources.values()):
        found += checked(settings.sources, each)
    rows = [{**sample._asdict(), "clean": sample.clean} for sample in found]
    if form == Form.TABLE:
        rows = [{**row, "error": shortened(str(row["error"]))} for row in rows]
    say.listing(rows, SAMPLE, form)
    if form == Form.TABLE:
        for sample in found:
            for line in faults(sample, settings.lang):
                say.out(line)
    return Exit.OK if all(sample.clean for sample in found) else Exit.REFUSED


def shortened(text: str) -> str:
    """The beginning of an error, without the folder before its file."""
    first = text.partition("\n")[0].rpartition("source.yml: ")[2]
    return first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"


def faults(sample: Sample, lang: str) -> Iterator[str]:
    """What is wrong with a sample, whole, and what to do about it; nothing when it is clean."""
    if sample.clean:
        return
    yield f"\n{' '.join(filter(None, (sample.source, sample.feed, sample.sample)))}: {sample.code}"
    for text in filter(None, (sample.error, sample.refusal)):
        yield from (f"  {line}" for line in say.in_language(text, "en").splitlines())
    yield say.next_step(sample.next_step, lang)


for command in (pull, preview, record, diff, sample, pause, resume, requests, held, release):
    app.command()(command)
