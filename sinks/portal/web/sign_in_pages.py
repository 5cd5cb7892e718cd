"""Signing in and out at the operators' listener, and the files that its pages need before anybody has."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ops import telemetry
from sinks.access import accounts, sessions
from sinks.access.oidc import LONGEST, NotBelieved, Person, Relying
from sinks.access.roles import Action, Role
from sinks.access.sign_in import REFUSED, SIGN_IN, UNKNOWN, Tried, sign_in
from sinks.portal.show.look import Look
from sinks.portal.web.doors import COOKIE, TOKEN, Form, Gate, door, form_of, must_be_own, session_of
from sinks.portal.web.fields import Name
from sinks.portal.web.page import static
from sinks.portal.web.routes import OnceRoute
from sinks.store import trail

BEFORE = "__Host-tongda-before"  # holds the token of the form with which one signs in: there is no session yet
ON_THE_WAY = "__Host-tongda-on-the-way"  # holds the state of a journey to the identity provider
AFTER, BACK = "/operations", "/sign-in/back"


class SignInPages:
    """Who one is: a form, an identity provider, and the way out."""

    def __init__(self, look: Look, gate: Gate) -> None:
        self.look, self.gate = look, gate

    def router(self) -> APIRouter:
        router = APIRouter(route_class=OnceRoute)
        for prefix in ("", "/en"):
            add = router.add_api_route
            add(f"{prefix}/sign-in", self.form, methods=["GET"], dependencies=[door(Action.SIGN_IN)])
            add(f"{prefix}/sign-in", self.try_it, methods=["POST"], dependencies=[door(Action.SIGN_IN)])
            add(f"{prefix}/sign-out", self.sign_out, methods=["POST"], dependencies=[door(Action.SIGN_OUT)])
            if self.gate.provider:
                add(f"{prefix}/sign-in/provider", self.leave, methods=["GET"], dependencies=[door(Action.SIGN_IN)])
        if self.gate.provider:
            router.add_api_route(BACK, self.back, methods=["GET"], dependencies=[door(Action.SIGN_IN)])
        router.add_api_route("/static/{name}", self.static, methods=["GET"], dependencies=[door(Action.SIGN_IN)])
        return router

    def form(self, request: Request) -> Response:
        return self.page(request)

    async def try_it(self, request: Request) -> Response:
        """One try. The answer to every wrong one is the same. Raises NotAllowed: sent from elsewhere."""
        form = await form_of(request)
        must_be_own(request, form, request.cookies.get(BEFORE, ""))
        return await run_in_threadpool(self.tried, request, form)

    def tried(self, request: Request, form: Form) -> Response:
        name, password, code = (form.get(field, "").strip() for field in ("name", "password", "code"))
        tried = Tried(name, password, code, request.client.host if request.client else "")
        role = sign_in(self.gate.database, tried, self.gate.now())
        telemetry.count("tongda_sign_ins_total", scheme="account", outcome="ok" if role else "refused")
        if role is None:
            return self.page(request, failed=True)
        return self.begun(request, tried.name, role, account=tried.name)

    def begun(self, request: Request, actor: str, role: Role, account: str | None) -> Response:
        """A new session in place of a former one of this browser."""
        former = request.cookies.get(COOKIE, "")
        token = sessions.begin(self.gate.database, actor, role, account, self.gate.now(), former)
        response = RedirectResponse("/en" + AFTER if request.url.path.startswith("/en/") else AFTER, 303)
        response.set_cookie(COOKIE, token, **HIDDEN)
        response.delete_cookie(BEFORE, secure=True)
        return response

    def leave(self, request: Request) -> Response:
        """To the identity provider."""
        try:
            state, address = self.relying().begin(self.gate.now())
        except NotBelieved as error:
            telemetry.log("sign_in_refused", "warning", error=str(error))
            return self.page(request, failed=True)
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        response.set_cookie(ON_THE_WAY, state, max_age=int(LONGEST.total_seconds()), **HIDDEN)
        return response

    def back(self, request: Request) -> Response:
        """From the identity provider. Whatever it says, it is said to the browser that set out."""
        address = request.client.host if request.client else ""
        try:
            person = self.relying().end(
                request.cookies.get(ON_THE_WAY, ""), dict(request.query_params), self.gate.now()
            )
        except NotBelieved as error:
            person = Person("", None)
            telemetry.log("sign_in_refused", "warning", error=str(error))
        actor = f"oidc:{person.subject}" if person.subject else UNKNOWN
        note = trail.DONE if person.role else REFUSED
        trail.note(self.gate.database, trail.Action(actor, SIGN_IN, address), note, self.gate.now())
        telemetry.count("tongda_sign_ins_total", scheme="oidc", outcome="ok" if person.role else "refused")
        found = (
            self.begun(request, actor, person.role, account=None) if person.role else self.page(request, failed=True)
        )
        found.delete_cookie(ON_THE_WAY, secure=True)
        return found

    def relying(self) -> Relying:
        assert self.gate.provider is not None  # else nothing leads here
        return Relying(self.gate.provider, self.gate.database, self.gate.url + BACK)

    def sign_out(self, request: Request) -> Response:
        session = session_of(request)
        sessions.end(self.gate.database, session)
        trail.note(self.gate.database, trail.Action(session.actor, "sign out", ""), trail.DONE, self.gate.now())
        response = RedirectResponse(request.url.path.replace("sign-out", "sign-in"), 303)
        response.delete_cookie(COOKIE, secure=True)
        return response

    def page(self, request: Request, failed: bool = False) -> Response:
        """The form, or how the first account is made."""
        token = request.cookies.get(BEFORE) or secrets.token_urlsafe(sessions.BYTES)
        body = self.look.html(
            "sign_in.html",
            request.url.path,
            request.url.query,
            places=(),
            actor="",
            failed=failed,
            provider=self.gate.provider is not None,
            any_account=accounts.are_there_any(self.gate.database),
            field=TOKEN,
            token=token,
        )
        response = HTMLResponse(body, 401 if failed else 200, headers={"Cache-Control": "no-store"})
        response.set_cookie(BEFORE, token, **HIDDEN)
        return response

    def static(self, name: Name) -> Response:
        return static(self.look, name)


HIDDEN: dict[str, Any] = {"secure": True, "httponly": True, "samesite": "lax", "path": "/"}
