"""Pages for operators: what runs, who holds a key, who has an account, who did what; and those of the desk, each in its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from sinks.access import accounts
from sinks.access.roles import ROLES, Action
from sinks.portal.read.views import Views
from sinks.portal.show.look import Look
from sinks.portal.web.doors import Gate, door
from sinks.portal.web.letter_pages import LetterPages
from sinks.portal.web.moderation_pages import ModerationPages
from sinks.portal.web.operator_page import OperatorPageMaker
from sinks.portal.web.platform_pages import PlatformPages
from sinks.portal.web.problems import Problem
from sinks.portal.web.review_pages import ReviewPages
from sinks.portal.web.routes import OnceRoute
from sinks.store import keys, trail

HOLDER = "holder"
MOST_HOLDER = 200  # characters
MOST_ENTRIES = 500  # of the trail on one page; the command shows all


class OperatorPages(OperatorPageMaker):
    """The pages behind the sign-in."""

    def __init__(self, views: Views, look: Look, gate: Gate) -> None:
        super().__init__(views, look, gate)
        self.desk = (
            ReviewPages(views, look, gate),
            LetterPages(views, look, gate),
            PlatformPages(views, look, gate),
            ModerationPages(views, look, gate),
        )

    def router(self) -> APIRouter:
        """Every page in both languages; a form is sent to one address."""
        router = APIRouter(route_class=OnceRoute)

        def add(action: Action, path: str, handler: Callable[..., Any], method: str = "GET") -> None:
            for prefix in ("", "/en"):
                router.add_api_route(prefix + path, handler, methods=[method], dependencies=[door(action)])

        add(Action.SEE_OPERATIONS, "/operations", self.operations)
        add(Action.SEE_KEYS, "/keys", self.keys)
        add(Action.MANAGE_KEYS, "/keys", self.make_key, "POST")
        add(Action.MANAGE_KEYS, "/keys/{id}/revoke", self.revoke_key, "POST")
        add(Action.SEE_ACCOUNTS, "/accounts", self.accounts)
        add(Action.SEE_AUDIT, "/audit", self.audit)
        for pages in self.desk:
            for action, path, handler, method in pages.addresses():
                add(action, path, handler, method)
        return router

    def operations(self, request: Request) -> Response:
        return self.operator_page(request, "operations.html", now=self.views.operations(), names=self.source_names())

    def keys(self, request: Request) -> Response:
        return self.operator_page(request, "keys.html", keys=keys.listed(self.gate.database), made="")

    def make_key(self, request: Request) -> Response:
        """The key is in this answer and never again."""
        holder = str(request.state.form.get(HOLDER, "")).strip()
        if not holder or len(holder) > MOST_HOLDER or not holder.isprintable():
            return RedirectResponse(request.url.path, 303)
        with self.audited(request, "keys make", holder):
            made = keys.make(self.gate.database, holder, "shared")
        return self.operator_page(request, "keys.html", keys=keys.listed(self.gate.database), made=made)

    def revoke_key(self, request: Request, id: str) -> Response:
        with self.audited(request, "keys revoke", id[:40]):
            keys.revoke(self.gate.database, id)
        return RedirectResponse(request.url.path.removesuffix(f"/{id}/revoke"), 303)

    def accounts(self, request: Request) -> Response:
        return self.operator_page(request, "accounts.html", accounts=accounts.listed(self.gate.database), roles=ROLES)

    def audit(self, request: Request) -> Response:
        newest = trail.newest(self.gate.database, MOST_ENTRIES)
        head = newest[0].digest if newest else trail.FIRST
        return self.operator_page(request, "audit.html", newest=newest, head=head)

    def problem(self, request: Request, problem: Problem) -> Response:
        """What went wrong; whoever has not signed in gets to where one does."""
        if problem.code == "T4011" and request.method == "GET":
            return RedirectResponse("/en/sign-in" if request.url.path.startswith("/en/") else "/sign-in", 303)
        body = self.look.html(
            "operator_problem.html", request.url.path, request.url.query, places=(), actor="", problem=problem
        )
        return HTMLResponse(body, problem.status, headers={"Cache-Control": "no-store"})
