"""Doors: each address says which action it is, as a dependency; for those that are not everybody's the caller must have signed in.

A form that changes something has to come from a page of this listener: its ``Origin`` is this one (a browser sends it with every
POST), and it brings the token of its session along.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from ops.settings import Settings
from sinks.access import sessions
from sinks.access.oidc import Provider
from sinks.access.roles import MAY, PERSONS, Action, may
from sinks.access.sessions import Session
from sinks.portal.errors import NotAllowed, SignInNeeded
from sinks.portal.web.methods import READING
from sinks.store.database import Database

COOKIE = "__Host-tongda"  # a browser takes it with Secure and without a domain alone
TOKEN = "token"  # the field of a form that changes something
MOST_BYTES, MOST_FIELDS = 8_000, 20  # of a form
Form = Mapping[str, str]


@dataclass(frozen=True)
class Gate:
    """What the operator's listener knows to let somebody in. ``url``: its address as browsers see it.

    ``provider``: where persons may sign in besides; None: with accounts of the hub alone. ``settings``: of the broker and the
    definitions, for what is decided here.
    """

    database: Database
    url: str
    now: Callable[[], datetime]
    provider: Provider | None = None
    settings: Settings = field(default_factory=Settings)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its own pages come from; on loopback by either name."""
        return (self.url, self.url.replace("//127.0.0.1:", "//localhost:"))


class Door:
    """An address that is not for persons who sign in: everybody's, or one that asks for a key itself."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> None:
        """Lets everybody through."""


class GuardedDoor(Door):
    """An address for persons who have signed in, in a role that may do it."""

    async def __call__(self, request: Request) -> None:
        """Raises SignInNeeded, NotAllowed. Notes session and form at the request."""
        gate: Gate = request.app.state.gate
        token = request.cookies.get(COOKIE, "")
        session = await run_in_threadpool(sessions.of, gate.database, token, gate.now())
        if session is None:
            raise SignInNeeded("sign in first · 请先登录")
        if not may(session.role, self.action):
            raise NotAllowed(f"the role {session.role.value} does not do this · 本角色无此权限")
        if request.method not in READING:
            form = await form_of(request)
            must_be_own(request, form, session.csrf)
            request.state.form = form
        request.state.session = session


def door(action: Action) -> Any:
    """The dependency that declares and guards an address."""
    return Depends(GuardedDoor(action) if MAY[action] <= PERSONS else Door(action))


def session_of(request: Request) -> Session:
    """Who came through a guarded door."""
    session: Session = request.state.session
    return session


async def form_of(request: Request) -> Form:
    """The fields of a form. Raises NotAllowed for one that is larger than any of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise _foreign()
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise _foreign() from None


def must_be_own(request: Request, form: Form, token: str) -> None:
    """Raises NotAllowed when a form was sent from elsewhere."""
    gate: Gate = request.app.state.gate
    given = form.get(TOKEN, "")
    is_ours = request.headers.get("origin") in gate.origins
    if not is_ours or not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise _foreign()


def _foreign() -> NotAllowed:
    return NotAllowed("the form was not sent from a page of this session · 表单不是从本页面提交的", code="T4031")


def declared(route: Any) -> list[Action]:
    """The actions that a route of either listener says it is."""
    found = [each.call for each in route.dependant.dependencies] if hasattr(route, "dependant") else []
    return [each.action for each in found if isinstance(each, Door)]
