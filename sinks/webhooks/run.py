"""The process that sends webhooks and hands letters to the mail server: round after round until a signal.

A database or a mail server that is away is waited for.
"""

from __future__ import annotations

import asyncio
import signal
import time

from ops import telemetry
from ops.garbage import collect_seldom
from ops.health import Health
from ops.settings import Settings
from schemas.errors import Paused, Unreachable
from sinks.mail.postman import Postman, postman_of
from sinks.store.database import Database
from sinks.webhooks.dispatcher import Dispatcher
from sinks.webhooks.queue import Queue
from sinks.webhooks.sender import Sender

LOOK_SECONDS = 1.0
PRUNE_SECONDS = 600.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 10.0


def run(settings: Settings) -> None:
    """Run until a signal."""
    collect_seldom()
    health = Health(settings, "webhooks")
    health.start()
    database = Database(settings.database, role="webhooks", size=4, statement_seconds=20, transaction_seconds=30)
    try:
        asyncio.run(_serve(settings, database, health))
    finally:
        database.close()
        health.stop()


async def _serve(settings: Settings, database: Database, health: Health) -> None:
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    sender, queue = Sender(settings.webhook_receivers), Queue(database)
    dispatcher, wait, pruned = Dispatcher(queue, sender), FIRST_WAIT_SECONDS, time.monotonic()
    mail = asyncio.create_task(carry(postman_of(settings, database), stopping))
    try:
        while not stopping.is_set():
            health.beat()
            if mail.done():
                mail.result()
            try:
                is_busy = await dispatcher.round()
                if time.monotonic() - pruned > PRUNE_SECONDS:
                    pruned = time.monotonic()
                    await asyncio.to_thread(queue.prune)
            except (Unreachable, Paused) as error:
                telemetry.log("webhooks_wait", "warning", reason=error.message, seconds=wait)
                telemetry.gauge("tongda_sink_paused", 1, sink="webhooks")
                health.check("database", False, f"{error.message} ({error.code})")
                await _either(stopping, wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
                continue
            health.check("database", True)
            health.ready, wait = True, FIRST_WAIT_SECONDS
            telemetry.gauge("tongda_sink_paused", 0, sink="webhooks")
            if not is_busy:
                await dispatcher.wait(LOOK_SECONDS)
        await dispatcher.drain()
        await mail
    finally:
        await sender.close()


async def carry(postman: Postman, stopping: asyncio.Event) -> None:
    """Hand letters on until the signal. A mail server that is away keeps letters waiting, and nothing else."""
    wait = FIRST_WAIT_SECONDS
    while not stopping.is_set():
        try:
            is_busy = await asyncio.to_thread(postman.round)
        except (Unreachable, Paused) as error:
            telemetry.log("mail_waits", "warning", reason=error.message, seconds=wait)
            telemetry.gauge("tongda_sink_paused", 1, sink="mail")
            await _either(stopping, wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            continue
        wait = FIRST_WAIT_SECONDS
        telemetry.gauge("tongda_sink_paused", 0, sink="mail")
        if not is_busy:
            await _either(stopping, LOOK_SECONDS)


async def _either(stopping: asyncio.Event, seconds: float) -> None:
    """Until the signal, or so long."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
