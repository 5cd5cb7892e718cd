"""The command ``tongda``: noun, then verb. What belongs to another folder is handed to that folder's own command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from ops import say
from ops.settings import FIELDS, Settings, language, masked, read_settings
from ops.supervisor.parts import ROLES
from schemas.errors import HubError, NotFound
from schemas.topics import TOPICS


class Elsewhere(NamedTuple):
    """A noun that another folder answers: the module that runs, with what stands before the rest of the arguments."""

    command: tuple[str, ...]
    help: str


ELSEWHERE = {
    "sources": Elsewhere(
        ("connectors", "sources"), "平台 how each feed fares, checking a definition, releasing what is held"
    ),
    "dead-letters": Elsewhere(("sinks.store", "dead-letters"), "死信 what was refused, why, and putting it back"),
    "review": Elsewhere(("sinks.store", "review"), "值班台 set apart or put together what the hub merged"),
    "explain": Elsewhere(
        ("sinks.store", "explain"), "溯源 a figure, an event or a listing down to the bytes as fetched"
    ),
    "verify": Elsewhere(("sinks.verify",), "核对 recompute from the stand-ins' truth and compare"),
    "rebuild": Elsewhere(
        ("streams.rebuild",), "重建 everything after the raw records made again, compared, switched over to"
    ),
    "backup": Elsewhere(("sinks.store", "backup"), "备份 keep the read model, raw records and evidence; put them back"),
    "store": Elsewhere(("sinks.store",), "读模型 migrate the database, compare its tables with the topics"),
}
EXAMPLES = """\
例 examples
  tongda up --detach          在后台启动全部 start everything in the background
  tongda status --format json
  tongda doctor kafka
  tongda sources check hn_ip_service
  tongda verify               按真值重算并比对 recompute from the stand-ins' truth and compare
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) > 2 and given[0] == "--lang" and given[2] in ELSEWHERE:
        os.environ["TONGDA_LANG"] = given[1]
        given = given[2:]
    if given and given[0] in ELSEWHERE:
        return hand_over(("-m", *ELSEWHERE[given[0]].command), given[1:])
    options = parser().parse_args(given)
    lang = options.lang or language(os.environ)
    try:
        return act(options, read_settings(os.environ))
    except HubError as error:
        return say.failure(error, lang)
    except KeyboardInterrupt:
        return 130


def act(options: argparse.Namespace, settings: Settings) -> int:
    """What the front itself answers. Imports wait until they are needed: a wrong setting is told at once."""
    from ops.supervisor import up

    match options.noun:
        case "up":
            return up.detach(settings) if options.detach else up.up(settings, os.environ)
        case "down":
            return up.down(settings)
        case "status":
            return up.status(settings, options.format)
        case "reset":
            return up.reset(settings, options.yes)
        case "run":
            return hand_over(ROLES[options.role], options.names)
        case "settings":
            return show_settings(settings, options.verb, options.name)
        case "topics":
            return topics(settings, options.verb)
        case "doctor":
            from ops.doctor import doctor

            return doctor(settings, options.what, options.format)
    raise NotFound(f"no command {options.noun}")


def parser() -> argparse.ArgumentParser:
    """The commands of the front."""
    top = argparse.ArgumentParser(
        prog="tongda",
        description="通达 Tongda: 专利转化运用事件中枢 the event hub for patents",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            ["另见 also", *(f"  {noun:<18} {also.help}" for noun, also in ELSEWHERE.items()), "", EXAMPLES]
        ),
    )
    top.add_argument("--lang", choices=("zh", "en"), help="语言 language of messages")
    nouns = top.add_subparsers(dest="noun", required=True, metavar="命令 command")
    command = nouns.add_parser("up", help="启动全部 start everything on this machine")
    command.add_argument(
        "--detach", action="store_true", help="后台运行,门户就绪后返回 return when the portal is ready"
    )
    nouns.add_parser("down", help="停止全部 stop everything")
    _form(nouns.add_parser("status", help="运行状态 what runs and how it fares"))
    command = nouns.add_parser("reset", help="清空数据 remove all data of this machine")
    command.add_argument("--yes", action="store_true", help="确认 yes, remove them")
    command = nouns.add_parser("run", help="运行一个进程 run one process in the foreground")
    command.add_argument("role", choices=sorted(ROLES))
    command.add_argument("names", nargs="*", help="阶段 stages, for streams")
    command = nouns.add_parser("doctor", help="体检 check what the hub needs")
    command.add_argument("what", nargs="?", choices=("tools", "kafka", "database", "processes", "conservation"))
    _form(command)
    command = nouns.add_parser("settings", help="设置 settings, their values and where they come from")
    command.add_argument("verb", nargs="?", default="show", choices=("show", "explain"))
    command.add_argument("name", nargs="?", default="")
    command = nouns.add_parser("topics", help="主题 topics as declared and as the broker has them")
    command.add_argument("verb", nargs="?", default="list", choices=("list", "apply", "diff"))
    return top


def hand_over(command: Sequence[str], arguments: Sequence[str]) -> int:
    """Become another folder's command; does not return."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *command, *arguments])


def show_settings(settings: Settings, verb: str, name: str) -> int:
    """Value, origin and meaning of each setting, or of one. Raises NotFound."""
    wanted = name.upper() if name.upper().startswith("TONGDA_") else f"TONGDA_{name.upper()}"
    if verb == "explain" and wanted not in FIELDS:
        raise NotFound(f"{name or 'nothing'} is no setting · 没有这个设置项", next_step="tongda settings show")
    for variable, field in FIELDS.items():
        if verb == "explain" and variable != wanted:
            continue
        value, described = getattr(settings, field), Settings.model_fields[field]
        origin = (
            "environment"
            if os.environ.get(variable)
            else "embedded"
            if field in ("kafka", "database") and value
            else "default"
        )
        shown = masked(str(value)) if value not in (None, "") else "-"
        say.out(f"{variable:<36} {shown}  ({origin})")
        if verb == "explain":
            say.out(f"{described.description}\ndefault: {described.default}")
    return 0


def topics(settings: Settings, verb: str) -> int:
    """List the declared topics, make the broker's the same, or tell how they differ (10)."""
    if verb == "list":
        for topic in TOPICS:
            say.out(f"{topic.name:<28} {topic.policy:<8} {topic.secrecy:<10} {topic.key}  ({topic.written_by})")
        return 0
    from ops.bus import Admin

    with Admin(settings) as admin:
        if verb == "diff":
            for line in (drift := admin.drift(TOPICS)):
                say.out(line)
            return 10 if drift else 0
        for line in admin.apply(TOPICS):
            say.out(line)
    return 0


def _form(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=("table", "json"), default="table", help="输出形式 form of the output")


if __name__ == "__main__":
    sys.exit(main())
