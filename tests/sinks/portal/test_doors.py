"""Who may do what: every address of both listeners says what it does, and each role gets what the table gives it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext

from sinks.access import accounts
from sinks.access.roles import MAY, Action, Caller, Role, Who
from sinks.portal.web.doors import TOKEN, declared
from sinks.store import keys
from sinks.store.database import Database
from tests.addresses import routes_of
from tests.sinks.conftest import Portal
from tests.sinks.portal.test_attack import filled

PUBLIC = {Action.READ_PUBLIC, Action.READ_SHARED, Action.SEND_FORMS, Action.HOLD_WEBHOOKS, Action.PROBE}


def test_every_address_of_both_listeners_says_what_it_does(portal: Portal) -> None:
    seen: set[Action] = set()
    for app, of_this in ((portal.app, PUBLIC), (portal.operators.served.app, {*Action} - PUBLIC | {Action.PROBE})):
        told = {(route.path, *sorted(route.methods)): declared(route) for route in routes_of(app)}
        assert {each for each, actions in told.items() if len(actions) != 1} == set()
        assert {actions[0] for actions in told.values()} <= of_this
        seen |= {actions[0] for actions in told.values()}
    assert seen == set(Action)


def test_each_role_gets_at_each_address_what_the_table_gives_it(portal: Portal, db: Database) -> None:
    key = keys.make(db, "a system", "shared")
    accounts.add(db, "wang", Role.READER, portal.now())
    portal.follower.step()
    found, wanted = {}, {}
    for who in (*Caller, *Role):
        for route in chinese(portal.operators.served.app):
            for method in sorted(route.methods - {"HEAD"}):
                action = declared(route)[0]
                found[who, method, route.path] = gets(portal, who, key, method, filled(route.path, "x"))
                wanted[who, method, route.path] = who in MAY[action]
    for who in Caller:
        for route in chinese(portal.app):
            method = min(route.methods - {"HEAD"})
            headers = {"Authorization": f"Bearer {key}"} if who is Caller.KEY else {}
            if route.path == "/api/v1/stream":
                continue  # does not end; its key is tried in test_keys.py
            answer = portal.client.request(method, filled(route.path, "x"), headers=headers)
            found[who, method, route.path] = answer.status_code not in (401, 403)
            wanted[who, method, route.path] = who in MAY[declared(route)[0]]
    assert {each: got for each, got in found.items() if got is not wanted[each]} == {}
    assert len(found) > 150


def chinese(app: FastAPI) -> list[RouteContext]:
    """Each route once: an English one has the handler and the door of its Chinese twin."""
    return [route for route in routes_of(app) if not str(route.path).startswith("/en")]


def gets(portal: Portal, who: Who, key: str, method: str, path: str) -> bool:
    """Whether this caller is let through, with a form that is as it should be."""
    portal.operators.cookies.clear()
    headers = {"Authorization": f"Bearer {key}"} if who is Caller.KEY else {}
    if isinstance(who, Role):
        portal.signed_in(who)
    if method == "POST":
        token = portal.operators.token("/sign-in" if path.endswith("sign-in") else "/operations")
        answer = portal.operators.send_form(path, {TOKEN: token}, **headers)
    else:
        answer = portal.operators.get(path, headers=headers)
    to_sign_in = answer.headers.get("location", "").endswith("/sign-in") and not path.endswith("/sign-out")
    return answer.status_code != 403 and not to_sign_in and (answer.status_code != 401 or "没有登录成功" in answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/operations",
        "/en/operations",
        "/reviews",
        "/desk",
        "/dead-letters",
        "/platforms",
        "/keys",
        "/accounts",
        "/audit",
        "/sign-in",
    ],
)
def test_what_is_not_for_the_public_is_not_on_the_public_listener(portal: Portal, path: str) -> None:
    portal.get(path, 404)
