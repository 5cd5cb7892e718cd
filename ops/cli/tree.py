"""The whole tree of ``tongda``: the options before a command, the commands of the table, what a command's end means."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

import typer
from typer.main import get_command

from ops.cli.lazy import AS_TYPED, PLAIN, tabled
from ops.cli.table import COMMANDS
from schemas.errors import Exit

HELP = "通达 专利转化运用事件中枢 Tongda, the event hub for turning patents into business"
COMPLETION = {
    "install_completion": "安装命令补全 install completion for this shell",
    "show_completion": "显示补全脚本 print the completion script of this shell",
}
EXAMPLES = """\
\b
例 Examples:
  tongda up --detach           在后台启动全部 start everything in the background
  tongda status --format json
  tongda doctor kafka
  tongda sources check hn_ip_service
  tongda verify                按真值重算并比对 recompute from the stand-ins' ledger and compare"""


def tongda() -> Any:
    """The command, to be called with arguments."""
    settings = {**AS_TYPED, "max_content_width": 110}
    plain = {**PLAIN, "add_completion": True}
    app = typer.Typer(**plain, cls=tabled(COMMANDS), context_settings=settings, no_args_is_help=True)
    app.callback(help=HELP, epilog=f"{exits()}\n\n{EXAMPLES}", result_callback=_ended)(_before)
    tree: Any = get_command(app)
    for parameter in tree.params:
        parameter.help = COMPLETION.get(parameter.name, parameter.help)
    return tree


def exits() -> str:
    """The table of exit codes."""
    return "\n".join(["\b", "退出码 Exit codes:", *(f"  {exit.value:>3}  {exit.meaning}" for exit in Exit)])


def _speak(lang: str | None) -> str | None:
    """From here on in this language, also what is wrong with the words that follow."""
    if lang:
        os.environ["TONGDA_LANG"] = lang
    return lang


def _before(
    lang: Annotated[
        Literal["zh", "en"] | None,
        typer.Option(callback=_speak, is_eager=True, help="提示信息的语言 language of messages"),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="操作者,记入审计 who acts, for the audit trail; beside the account"),
    ] = None,
) -> None:
    if actor:
        os.environ["TONGDA_ACTOR"] = actor


def _ended(result: object, **_: object) -> None:
    """A command returns None or its exit code."""
    raise typer.Exit(int(result) if isinstance(result, int) else Exit.OK)
