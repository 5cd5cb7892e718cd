"""Serve: the portal's process with its two listeners, from its settings to their end."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from ops import run as running
from ops.evidence import EvidenceStore
from ops.garbage import collect_seldom
from ops.health import record
from ops.peers import peers
from ops.settings import ROOT, Settings
from ops.supervisor.supervisor import check_ports
from sinks.access.oidc import Provider, roles_of
from sinks.figures.vintages import Publisher
from sinks.mail.addresses import Addresses, key_of
from sinks.portal.digests import Digests
from sinks.portal.read.operations import METRICS
from sinks.portal.read.targets import load_plans
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web.doors import Gate
from sinks.portal.web.listener import Bounded
from sinks.portal.web.operator_app import create_operator_app
from sinks.portal.web.pages import Pages
from sinks.portal.web.quotas import Quotas
from sinks.portal.web.server import create_app
from sinks.store.database import Database

PLANS = Path("ops/targets")
VINTAGE_SECONDS = 120  # of one statement: it reads every amount


def serve(settings: Settings) -> None:
    """Listen until stopped. Without its database the portal says so and recovers by itself. Raises Misconfigured."""
    check_ports(settings)
    collect_seldom()
    database = Database(settings.database, role="portal", size=settings.database_pool)
    follower = Follower(Database(settings.database, role="portal index", size=2, statement_seconds=20))
    today = lambda: now().date()  # noqa: E731
    others = lambda: peers(settings.run, METRICS, but="portal")  # noqa: E731
    addresses = Addresses(key_of(settings.mail_key))
    evidence, plans = EvidenceStore(settings.evidence), load_plans(ROOT / PLANS)
    views = Views(database, follower, evidence, plans, today, others, addresses=addresses)
    look, address = Look(), f"http://{settings.portal}"
    pages = Pages(views, look, settings.public_url or address)
    digests = Digests(views, settings.public_url or address)
    with publishing(settings) as publisher, listening(settings.operator) as private:
        beside = (digests.rounds, publisher.rounds)
        quotas = Quotas(settings.quota_address, settings.quota_key)
        readers = create_app(views, follower, pages, quotas, beside)
        host, _, _ = settings.operator.rpartition(":")
        operator = f"http://{host}:{private.getsockname()[1]}"
        gate = Gate(database, settings.operator_url or operator, now, provider_of(settings), settings)
        public = OneOfTwo(config(readers, settings.portal))
        apart = OneOfTwo(config(create_operator_app(views, follower, look, gate, beside), settings.operator))
        record(settings, "portal", health=operator, address=address)
        digests.start()
        try:
            asyncio.run(both(public, apart, private))
        finally:
            digests.stop()
            running.forget_own(settings.run, "portal", os.getpid())
            database.close()


@contextmanager
def publishing(settings: Settings) -> Iterator[Publisher]:
    """Vintages of money are made beside, by one portal at a time."""
    stopping = threading.Event()
    database = Database(settings.database, role="vintages", statement_seconds=VINTAGE_SECONDS)
    publisher = Publisher(database, now)
    thread = threading.Thread(target=publisher.run, args=(stopping,), name="vintages", daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        stopping.set()
        thread.join(5)
        database.close()


def provider_of(settings: Settings) -> Provider | None:
    """The identity provider of the settings, if one is named. Raises Misconfigured: its secret cannot be read."""
    if not settings.oidc_issuer:
        return None
    secret, roles = settings.oidc_secret(), roles_of(settings.oidc_roles)
    return Provider(settings.oidc_issuer, settings.oidc_client, secret, settings.oidc_claim, roles)


def now() -> datetime:
    """The one place where the portal meets a clock."""
    return datetime.now(running.CHINA)


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A socket at this address; port 0 is any free one."""
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host.strip("[]"), int(port)))
        yield opened


def config(app: FastAPI, address: str) -> uvicorn.Config:
    """How both listeners serve."""
    host, _, port = address.rpartition(":")
    return uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        http=Bounded,
        log_config=None,  # its loggers hand on to ours, whose lines are one form
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        lifespan="on",
    )


class OneOfTwo(uvicorn.Server):
    """One of the two servers of the process: signals are taken for both (``both``)."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def both(public: OneOfTwo, beside: OneOfTwo, private: socket.socket) -> None:
    """Serve readers and operators until a signal; then end readers first."""
    with uvicorn.Server.capture_signals(public):  # raises the signal again when both have ended
        operators = asyncio.create_task(beside.serve(sockets=[private]))
        await public.serve()
        beside.should_exit = True
        await operators
