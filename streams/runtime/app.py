"""App: the Faust worker that runs the hosts as services. Its own Kafka client is off: no agents, tables or topics."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NoReturn

import faust
from faust.app.base import BootStrategy
from mode.types import ServiceT

from ops.garbage import collect_seldom
from ops.health import Health
from ops.settings import Settings
from ops.sources import load_sources
from streams.processor import Context
from streams.runtime import client, library_log, limits
from streams.runtime.host import Host
from streams.runtime.work_thread import WorkThread
from streams.stages import Stage


class Boot(BootStrategy):
    """Of Faust only what runs services: signals, their order, fail-stop."""

    enable_kafka = False
    enable_web = False


class App(faust.App):
    """The hub's streams process."""

    BootStrategy = Boot


def build(settings: Settings, stages: Sequence[Stage], health: Health) -> App:
    """A worker's application with one service a stage. Raises Misconfigured (T3004)."""
    client.must_be_safe(settings)
    sources = load_sources(settings.sources, settings)
    context = Context(
        settings.partitions, sources, settings.synthetic_sources, settings.generation, settings.home / "pages"
    )
    app = App("tongda", broker=f"kafka://{settings.kafka}", datadir=str(settings.home / "faust"), web_enabled=False)
    starting = {stage.name for stage in stages}
    thread = WorkThread()
    for stage in stages:
        app.service(Host(stage, settings, context, health, starting, thread))
    return app


def run(settings: Settings, stages: Sequence[Stage], health: Health) -> NoReturn:
    """Work until a signal (exit 0) or until anything unexpected (exit 1: the supervisor starts anew)."""
    # While a transaction is still completing the broker tells older clients to retry, and the client warns each time.
    logging.getLogger("aiokafka.producer.sender").setLevel(logging.ERROR)
    library_log.limit("aiokafka")
    limits.show_stacks()
    app = build(settings, stages, health)
    collect_seldom()
    worker = Worker(app, loglevel="warn", override_logging=False, redirect_stdouts=False, quiet=True)
    worker.execute_from_commandline()


class Worker(faust.Worker):
    """A worker without a spinner, which keeps the command line it was started with: ``tongda down`` compares it."""

    def on_init_dependencies(self) -> Iterable[ServiceT]:
        self.spinner = None
        return super().on_init_dependencies()

    async def _sentinel_task(self) -> None:
        """The library waits a second here for what is switched off; a restart would take that second longer."""

    def _setproctitle(self, info: str, *, ident: str = "") -> None:
        return None
