"""The parts of the hub on one machine: what each needs before it starts, and its command line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ops import run
from ops.settings import Settings
from ops.sources import OWN_SOURCE

CLI = ("-m", "ops.cli")
TONGDA = (sys.executable, *CLI)
Form = Literal["server", "step", "process"]


@dataclass(frozen=True)
class Part:
    """One part. A server is embedded, a step ends by itself and must succeed, a process runs until it is stopped."""

    name: str
    label: str
    form: Form
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()  # of Python
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def command(self) -> list[str]:
        """How its process is started."""
        return [sys.executable, *self.arguments]


# SIGTERM makes PostgreSQL wait for its clients, SIGINT does not. A process needs the servers beside the steps: it gets their
# addresses when it starts and not later.
WHOLE_HUB = ("topics", "kafka", "migrate", "postgres")
PARTS = (
    Part("postgres", "数据库 PostgreSQL", "server", stop_signal=signal.SIGINT),
    Part("kafka", "消息总线 Kafka", "server"),
    Part("topics", "主题", "step", ("kafka",), (*CLI, "topics", "apply")),
    Part("migrate", "数据库结构", "step", ("postgres",), (*CLI, "store", "migrate")),
    Part("platforms", "模拟平台", "process", (), (*CLI, "run", "platforms")),
    Part("streams", "流处理", "process", ("topics", "kafka"), (*CLI, "run", "streams")),
    Part("connectors", "采集", "process", ("topics", "kafka", "platforms"), (*CLI, "run", "connectors")),
    Part("store", "读模型", "process", WHOLE_HUB, (*CLI, "run", "store")),
    Part("portal", "门户", "process", WHOLE_HUB, (*CLI, "run", "portal")),
    Part("webhooks", "推送", "process", ("migrate", "postgres"), (*CLI, "run", "webhooks")),
)
WITH_HEALTH = ("connectors", "streams", "store", "platforms", "webhooks")  # the portal answers at its own address
EVERYWHERE = ("0.0.0.0", "[::]")  # a listener at every address of the machine is one at its loopback too
ELSEWHERE = (("kafka", "TONGDA_KAFKA"), ("postgres", "TONGDA_DATABASE"))


def chosen(settings: Settings, environ: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts to start here. A server whose address is set runs elsewhere; production has no stand-ins."""
    elsewhere = {name for name, setting in ELSEWHERE if environ.get(setting)}
    if settings.profile == "production":
        elsewhere.add("platforms")
    return tuple(part for part in PARTS if part.name not in elsewhere)


def environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child, with the current addresses of the embedded servers and the stand-ins."""
    variables = {**environ, "TONGDA_HOME": str(settings.home)}
    for name, setting in ELSEWHERE:
        if record := run.read(settings.run, name):
            variables[setting] = record["address"]
            if "password_file" in record:
                variables["TONGDA_DATABASE_PASSWORD_FILE"] = record["password_file"]
    return {**variables, **bases(settings)}


def has_its_servers(part: Part, variables: Mapping[str, str]) -> bool:
    """Whether this environment has the address of each server that the part needs; a server that is down has none."""
    return part.form != "process" or all(setting in variables for name, setting in ELSEWHERE if name in part.needs)


def with_health(part: Part, settings: Settings, variables: dict[str, str]) -> dict[str, str]:
    """A health port of its own for each process: from that of TONGDA_HEALTH on, in the order of WITH_HEALTH; 0 stays any."""
    host, _, port = settings.health.rpartition(":")
    if part.name not in WITH_HEALTH or port == "0":
        return variables
    return {**variables, "TONGDA_HEALTH": f"{host}:{int(port) + WITH_HEALTH.index(part.name)}"}


def bases(settings: Settings) -> dict[str, str]:
    """The stand-ins' addresses and the files of their keys as settings, and the portal's, which is that of its desk's list;
    nothing when no stand-in runs."""
    record = run.read(settings.run, "platforms")
    sources: dict[str, str] = record.get("sources", {})
    secrets: dict[str, str] = record.get("secrets", {})
    if sources:
        sources = {**sources, OWN_SOURCE: own_base(settings)}
    return {f"TONGDA_SOURCE_{source.upper()}_BASE": base for source, base in sources.items()} | {
        f"TONGDA_SECRET_{name}_FILE": file for name, file in secrets.items()
    }


def own_base(settings: Settings) -> str:
    """Where the connectors of this machine reach its portal."""
    host, _, port = settings.portal.rpartition(":")
    return f"http://{'127.0.0.1' if host in EVERYWHERE else host}:{port}"
