"""Every address of the portal's two listeners, by what it does: read off applications that serve nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from ops.evidence import EvidenceStore
from sinks.access.roles import Action
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web.doors import Gate, declared
from sinks.portal.web.operator_app import create_operator_app
from sinks.portal.web.pages import Pages
from sinks.portal.web.server import create_app
from sinks.store.database import Database

MOST = 3  # addresses that are named of one action of readers


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Its routes, those of included routers as they answer."""
    return list(iter_route_contexts(app.routes))


def applications() -> tuple[FastAPI, FastAPI]:
    """The readers' and the operators', without a database."""
    database = Database("", role="tests")
    follower, look = Follower(database), Look()
    views = Views(database, follower, EvidenceStore(Path()), (), lambda: date(2025, 3, 31))
    gate = Gate(database, "http://127.0.0.1:8081", lambda: datetime(2025, 3, 31, tzinfo=UTC))
    return create_app(views, follower, Pages(views, look)), create_operator_app(views, follower, look, gate)


def addresses() -> dict[Action, list[str]]:
    """Action → its addresses, each once: without the English ones, and of the many that are everybody's to read some."""
    found: dict[Action, dict[str, None]] = {action: {} for action in Action}
    for app in applications():
        for route in routes_of(app):
            path = str(route.path)
            if not path.startswith("/en/") and path != "/en":
                found[declared(route)[0]].setdefault(path.replace("|", "\\|"))
    public = list(found[Action.READ_PUBLIC])
    shown = {action: list(paths) for action, paths in found.items()}
    return shown | {Action.READ_PUBLIC: [*public[:MOST], "…"]}
