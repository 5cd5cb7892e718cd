"""The operators' application: what is not for the public, at a listener of its own, behind a sign-in."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.responses import RedirectResponse, Response

from ops.rounds import Rounds
from sinks.access.roles import Action
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web import health
from sinks.portal.web.doors import Gate, door
from sinks.portal.web.operator_pages import OperatorPages
from sinks.portal.web.quotas import Quotas
from sinks.portal.web.server import dressed
from sinks.portal.web.sign_in_pages import SignInPages


def create_operator_app(
    views: Views, follower: Follower, look: Look, gate: Gate, beside: Sequence[Rounds] = ()
) -> FastAPI:
    """The operators' listener over the same views as the readers'."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.gate = gate
    pages, sign_in = OperatorPages(views, look, gate), SignInPages(look, gate)
    for router in (health.probes(follower, beside), health.metrics(views), pages.router(), sign_in.router()):
        app.include_router(router)
    app.add_api_route("/", first, dependencies=[door(Action.SIGN_IN)])
    return dressed(app, pages.problem, follower, Quotas())


def first() -> Response:
    """Where an operator arrives."""
    return RedirectResponse("/operations", 303)
