"""``tongda sources new``: a definition and its sample, from a few answers given as options or when they are asked for."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops import say

if TYPE_CHECKING:
    from connectors.commands.draft import Layout, Wanted
    from connectors.commands.tryout import Trial
    from schemas.source.model import Source

QUESTIONS = {
    "name": "平台名称 official name of the platform",
    "authority": "层级 whose platform (register, national, provincial, exchange, university, bank, centre, park, prefecture, vendor)",
    "kind": "类别 what a row states (transfer, licence, pledge, supply, demand, …)",
    "base": "网址 address of the platform, https://…",
    "path": "路径 path of the list below it, /api/deals",
}


def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="平台编号 id: place, owner and platform, as hn_example")],
    feed: Annotated[str, typer.Option(help="栏目编号 id of the list")] = "rows",
    title: Annotated[str, typer.Option(help="栏目名称 the list's Chinese name; none: the kind's term")] = "",
    name: Annotated[str | None, typer.Option(help=QUESTIONS["name"])] = None,
    authority: Annotated[str | None, typer.Option(help=QUESTIONS["authority"])] = None,
    kind: Annotated[str | None, typer.Option(help=QUESTIONS["kind"])] = None,
    base: Annotated[str | None, typer.Option(help=QUESTIONS["base"])] = None,
    path: Annotated[str | None, typer.Option(help=QUESTIONS["path"])] = None,
    answer: Annotated[
        Path | None, typer.Option(help="存下的 JSON 应答 a saved JSON answer; without it one is requested")
    ] = None,
    page: Annotated[str, typer.Option(help="页码参数 parameter with the number of the page; none: one page")] = "",
    phase: Annotated[
        str, typer.Option(help="阶段 phase of the rows; none: noticed, open or the first, as it is told")
    ] = "",
    key: Annotated[str, typer.Option(help="编号列 column that names a row")] = "",
    map: Annotated[
        list[str] | None, typer.Option(help="字段=列 FIELD=COLUMN, as transferee=受让方; repeatable")
    ] = None,
    unit: Annotated[list[str] | None, typer.Option(help="字段=单位 FIELD=UNIT, as consideration=万元")] = None,
) -> None:
    """由一次应答起草平台定义及样例 draft a definition and its sample from one answer of the platform"""
    from connectors.commands.diff import saved
    from connectors.commands.draft import Wanted, definition, drafted, layout, unclean
    from connectors.commands.known import known
    from connectors.commands.trials import trial
    from schemas.errors import Refused

    settings, sources = known()
    given = {"name": name, "authority": authority, "kind": kind, "base": base, "path": path}
    told = {each: value or _asked(each) for each, value in given.items()}
    wanted = Wanted(
        id, feed=feed, title=title, page=page, phase=phase, key=key, maps=_pairs(map), units=_pairs(unit), **told
    )
    target = settings.sources / id
    if target.exists():
        raise Refused(f"{target} exists · 平台已存在", code="T5815", next_step=f"tongda sources check {id}")
    _check(wanted)
    if answer is not None:
        body = saved(answer)
    else:
        with trial() as ready:
            body = fetched(wanted, ready)
    found = layout(body)
    wanted, fields = _decided(wanted, found, sources)
    content = definition(wanted, found, fields)
    _must_be_usable(wanted, content)
    with tempfile.TemporaryDirectory() as folder:
        if fault := unclean(drafted(Path(folder), wanted, content, body)):
            raise fault
        shutil.copytree(Path(folder) / id, target)
    for ours, theirs in fields.items():
        say.note(f"  {ours}: {theirs}")
    say.note(_phase_taken(wanted, settings.lang))
    say.out(
        f"{target / 'source.yml'}: 已起草并核对 drafted and checked; 下一步 next: tongda sources preview {id} {feed}"
    )


def fetched(wanted: Wanted, trial: Trial, *, synthetic: bool = False) -> bytes:
    """One answer of the platform, requested under the guard and pace of a poll. Raises Failure, Misconfigured.

    ``synthetic``: the address is that of a stand-in on this machine.
    """
    from connectors.commands.tryout import trying
    from connectors.poll.guards import check_status
    from connectors.poll.plan import PageRequest
    from schemas.source.model import Source

    source = Source.model_validate(
        {
            "id": wanted.id,
            "name": wanted.name,
            "authority": wanted.authority,
            "synthetic": synthetic,
            "access": {"base": wanted.base},
            "feeds": {wanted.feed: {"kind": wanted.kind, "request": {"path": wanted.path}}},
        }
    )
    with trying(source, wanted.feed, trial) as (poll, _):
        answer, _ = poll.fetcher.request(PageRequest(wanted.path), lambda answer, origin: answer)
    check_status(answer, trial.clock())
    return answer.body


# What of a definition comes from which option: the key within a feed or above it.
OPTIONS = {"fields": "--map", "units": "--unit", "phase": "--phase", "key": "--key", "path": "--path", "base": "--base",
           "name": "--name", "parameter": "--page"}  # fmt: skip


def _must_be_usable(wanted: Wanted, content: dict[str, Any]) -> None:
    """Raises BadParameter for what cannot be in a definition, in the words of the options that were typed."""
    from ops.sources import judged

    for place, message in judged(content)[1]:
        option = next((OPTIONS[key] for key in reversed(place) if key in OPTIONS), "/".join(place))
        typed = {"--map": wanted.maps, "--unit": wanted.units}.get(option, {}).get(place[-1])
        raise typer.BadParameter(f"{f'{place[-1]}={typed}: ' if typed else ''}{message}", param_hint=option)


def _phase_taken(wanted: Wanted, lang: str) -> str:
    """Which phase the rows have by the draft, and how to have another one."""
    from schemas.kinds import BY_NAME

    phases = BY_NAME[wanted.kind].phases
    terms = "、".join(f"{name} {term.zh}" for name, term in phases.items())
    return say.of(
        lang,
        f"阶段 {wanted.phase}(可选:{terms});不符时用 --phase,或改 source.yml 的 phase",
        f"phase: {wanted.phase} (of {', '.join(phases)}); if that is wrong: --phase, or phase: in source.yml",
    )


def _check(wanted: Wanted) -> None:
    """Raises BadParameter for a kind, an authority or a phase that does not exist, before anything is requested."""
    from typing import get_args

    from ops.sources import NAME
    from schemas.kinds import BY_NAME
    from schemas.nearest import unknown
    from schemas.source.model import Authority

    if wanted.kind not in BY_NAME:
        raise typer.BadParameter(unknown(wanted.kind, BY_NAME, "kind"), param_hint="--kind")
    if wanted.authority not in get_args(Authority):
        raise typer.BadParameter(unknown(wanted.authority, get_args(Authority), "authority"), param_hint="--authority")
    phases = BY_NAME[wanted.kind].phases
    if wanted.phase and wanted.phase not in phases:
        raise typer.BadParameter(unknown(wanted.phase, phases, f"phase of {wanted.kind}"), param_hint="--phase")
    for given, hint in ((wanted.id, "ID"), (wanted.feed, "--feed")):
        if not NAME.fullmatch(given):
            raise typer.BadParameter(
                f"{given!r}: lower case letters, digits and _ · {given!r}:只能用小写字母、数字和 _", param_hint=hint
            )


def _decided(wanted: Wanted, found: Layout, sources: Mapping[str, Source]) -> tuple[Wanted, dict[str, str]]:
    """Which column is which field: as given, as guessed, and, where a person is there to ask, as answered."""
    from connectors.commands.draft import PERSONAL, guessed, money_fields
    from schemas.kinds import BY_NAME

    fields = {**guessed(wanted.kind, found.columns, sources), **wanted.maps}
    units = dict(wanted.units)
    phases = BY_NAME[wanted.kind].phases
    phase = wanted.phase or next((each for each in ("noticed", "open") if each in phases), next(iter(phases)))
    if sys.stdin.isatty():
        if not wanted.phase and len(phases) > 1:
            phase = typer.prompt(f"阶段 phase ({', '.join(phases)})", default=phase)
            _check(wanted._replace(phase=phase))
        for column in found.columns:
            if column not in fields.values() and not PERSONAL.search(column):
                example = str(found.rows[0].get(column, ""))[:40]
                ours = typer.prompt(
                    f"{column} ({example}) 是哪个字段 is which field? 回车忽略 Enter: none",
                    default="",
                    show_default=False,
                )
                fields |= {ours: column} if ours else {}
        for ours in (ours for ours in money_fields(wanted.kind) if ours in fields and ours not in units):
            told = typer.prompt(
                f"{fields[ours]} 的单位 its unit? 回车:单元格已写明 Enter: the cells say",
                default="",
                show_default=False,
            )
            units |= {ours: told} if told else {}
    return wanted._replace(units=units, phase=phase), fields


def _asked(what: str) -> str:
    """The answer to a question. Raises BadParameter where nobody can be asked."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"is needed: {QUESTIONS[what]} · 须给出:{QUESTIONS[what]}", param_hint=f"--{what}")
    return str(typer.prompt(QUESTIONS[what]))


def _pairs(given: Iterable[str] | None) -> dict[str, str]:
    """``FIELD=VALUE`` as a mapping. Raises BadParameter."""
    found = {}
    for each in given or ():
        ours, sign, theirs = each.partition("=")
        if not (ours and sign and theirs):
            raise typer.BadParameter(f"{each!r} is not FIELD=VALUE · {each!r} 应为 字段=值")
        found[ours] = theirs
    return found
