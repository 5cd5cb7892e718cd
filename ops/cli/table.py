"""Every command of ``tongda``, and where it is: a command is imported when it is called, not before.

``ops`` imports no connectors, streams or sinks: their commands are known here by name alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """One line: the word that is typed, ``module:attribute`` of its function or group, and its help in both languages."""

    name: str
    where: str
    zh: str
    en: str

    @property
    def help(self) -> str:
        """Both languages in one line."""
        return f"{self.zh} {self.en}"


COMMANDS = (
    Command("up", "ops.cli.machine:up", "启动全部", "start everything on this machine"),
    Command("down", "ops.cli.machine:down", "停止全部", "stop everything"),
    Command("status", "ops.cli.machine:status", "运行状态", "what runs here, and whether it is ready"),
    Command("doctor", "ops.cli.machine:doctor", "体检", "check what the hub needs"),
    Command("reset", "ops.cli.machine:reset", "清空数据", "remove all data of this machine"),
    Command("run", "ops.cli.roles:app", "运行一个进程", "run one process in the foreground"),
    Command("settings", "ops.cli.settings:app", "设置", "settings, their values and where they come from"),
    Command("topics", "ops.cli.topics:app", "主题", "topics as declared and as the broker has them"),
    Command(
        "sources",
        "connectors.commands.sources:app",
        "平台",
        "state of each feed, checking a definition, releasing what is held",
    ),
    Command(
        "dead-letters",
        "sinks.operator.commands:letters",
        "死信",
        "what was refused, why, and replaying it",
    ),
    Command(
        "review",
        "sinks.operator.commands:review",
        "复核",
        "put events together or set them apart by a ruling",
    ),
    Command(
        "explain",
        "sinks.operator.commands:explain",
        "溯源",
        "a figure, an event or a listing down to the bytes as fetched",
    ),
    Command(
        "verify",
        "sinks.operator.commands:verify",
        "核对",
        "recompute everything from the stand-ins' ledger and compare",
    ),
    Command(
        "figures",
        "sinks.figures.commands:figures",
        "统计",
        "check figures against a recount; sign, compare and reproduce releases",
    ),
    Command(
        "rebuild",
        "streams.rebuild.commands:app",
        "重建",
        "make everything after the raw records again, compare, switch over",
    ),
    Command(
        "backup",
        "sinks.store.backup.commands:backup",
        "备份",
        "keep the read model, raw records and evidence; put them back",
    ),
    Command(
        "store",
        "sinks.store.commands:store",
        "读模型",
        "migrate the database, compare its tables with the topics",
    ),
    Command(
        "audit",
        "sinks.operator.audit_commands:audit",
        "操作审计",
        "what persons did by command, as a chain that is verified",
    ),
    Command(
        "accounts",
        "sinks.access.commands:accounts",
        "账户",
        "who signs in at the operator's listener: add, list, disable, reset",
    ),
    Command("keys", "sinks.store.key_commands:keys", "密钥", "who may read what is shared: make, list and revoke keys"),
    Command(
        "desk",
        "sinks.desk.commands:desk",
        "值班台",
        "what people sent by a form: approve, ask for a change, refuse, close",
    ),
    Command("follows", "sinks.mail.commands:follows", "邮件订阅", "what is followed by mail, and ending a follow"),
    Command("webhooks", "sinks.webhooks.commands:webhooks", "推送", "who is told of changes, the log, sending again"),
)

# The processes, as `tongda run ROLE`: started so by the supervisor, by Compose and by the image.
ROLES = (
    Command("platforms", "ops.sandbox.commands:run", "模拟平台", "the stand-in platforms"),
    Command("connectors", "connectors.commands.run:run", "采集", "poll all feeds of the partitions this process gets"),
    Command("streams", "streams.commands:run", "流处理", "stages, all or those named, until a signal"),
    Command("store", "sinks.store.commands:run", "入库", "keep the read model up to date"),
    Command("portal", "sinks.portal.commands:run", "门户", "pages, API and feeds"),
    Command("webhooks", "sinks.webhooks.commands:run", "推送", "tell subscribed receivers of changes"),
)
