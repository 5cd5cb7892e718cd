"""Signing in at the operators' listener: who gets in, how often one may try, when a session ends, what the trail says of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pyotp
import pytest

from ops.networks import client_network
from schemas.errors import NotFound, Refused
from schemas.fields.date import CHINA
from sinks.access import accounts, lockout, sessions
from sinks.access.accounts import Account
from sinks.access.credentials import Credentials
from sinks.access.roles import Role
from sinks.portal.web.doors import COOKIE, TOKEN
from sinks.portal.web.sign_in_pages import BEFORE
from sinks.store import keys
from sinks.store.database import Database
from sinks.store.trail import broken, entries
from tests.sinks.conftest import Portal

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=CHINA)


class Hands:
    """A person at the operators' listener, at an hour that the test sets."""

    def __init__(self, portal: Portal, db: Database) -> None:
        self.portal, self.db, self.at = portal, db, NOW
        portal.now = lambda: self.at
        self.browser = portal.operators

    def account(self, name: str = "wang", role: Role = Role.OPERATOR) -> Credentials:
        return accounts.add(self.db, name, role, self.at)

    def code(self, made: Credentials) -> str:
        return pyotp.TOTP(made.totp).at(self.at)

    def tries(self, name: str, password: str, code: str) -> httpx.Response:
        fields = {"name": name, "password": password, "code": code, TOKEN: self.browser.token("/sign-in")}
        return self.browser.send_form("/sign-in", fields)

    def signs_in(self, made: Credentials, name: str = "wang") -> httpx.Response:
        return self.tries(name, made.password, self.code(made))

    def sees(self, path: str = "/operations") -> int:
        return self.browser.get(path).status_code

    def told(self) -> list[tuple[str, str, str]]:
        return [(each.actor, each.action, each.outcome) for each in entries(self.db)]


@pytest.fixture
def hands(portal: Portal, db: Database) -> Hands:
    return Hands(portal, db)


def test_without_an_account_the_listener_says_which_command_makes_the_first(hands: Hands) -> None:
    first = hands.browser.get("/")
    assert (first.status_code, first.headers["location"]) == (303, "/operations")
    assert hands.browser.get("/operations").headers["location"] == "/sign-in"
    assert hands.browser.get("/en/operations").headers["location"] == "/en/sign-in"
    page = hands.browser.get("/sign-in").text
    assert "tongda accounts add NAME --role operator" in page and "<input" not in page
    hands.account()
    page = hands.browser.get("/en/sign-in").text
    assert "tongda accounts" not in page and 'autocomplete="current-password"' in page


def test_a_password_and_a_code_open_a_session_in_the_role_of_the_account(hands: Hands) -> None:
    made = hands.account(role=Role.DESK)
    answer = hands.signs_in(made)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operations")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{COOKIE}="))
    assert {each.strip() for each in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
    assert [hands.sees(path) for path in ("/operations", "/keys", "/accounts", "/audit")] == [200, 200, 403, 403]
    page = hands.browser.get("/operations")
    assert page.headers["cache-control"] == "no-store" and "wang" in page.text and "业务" in page.text
    assert hands.told() == [("wang", "sign in", "done")] and entries(hands.db)[0].object == "127.0.0.1"


def test_a_database_holds_neither_password_nor_cookie(hands: Hands) -> None:
    made = hands.account()
    hands.signs_in(made)
    token = hands.browser.cookies[COOKIE]
    with hands.db.snapshot() as db:
        (account,), (session,) = db.fetch("select * from account"), db.fetch("select * from session")
    assert made.password not in str(account) and account["password"].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert token not in str(session) and session["digest"] == sessions.digest_of(token)
    assert len(made.password) == 26 and len(token) == 43


def test_whatever_is_wrong_the_answer_is_the_same_and_the_trail_has_it(hands: Hands) -> None:
    made = hands.account()
    gone = hands.account("li")
    accounts.disable(hands.db, "li", hands.at)
    right, wrong = hands.code(made), f"{(int(hands.code(made)) + 1) % 10**6:06}"
    answers = [
        hands.tries("wang", "x", right),
        hands.tries("wang", made.password, wrong),
        hands.tries("zhang", made.password, right),
        hands.tries("li", gone.password, hands.code(gone)),
        hands.tries("Correct Horse Battery", "", ""),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text.replace(hands.browser.cookies[BEFORE], "") for answer in answers}) == 1
    assert [each[0] for each in hands.told()] == ["wang", "wang", "-", "-", "-"]
    assert {each[1:] for each in hands.told()} == {("sign in", "refused")}
    assert "Correct" not in str(entries(hands.db))
    assert hands.sees() == 303


def test_a_code_opens_once_and_no_older_one_after_it(hands: Hands) -> None:
    made = hands.account()
    before, present = pyotp.TOTP(made.totp).at(hands.at - timedelta(seconds=30)), hands.code(made)
    assert hands.tries("wang", made.password, present).status_code == 303
    assert hands.tries("wang", made.password, present).status_code == 401
    assert hands.tries("wang", made.password, before).status_code == 401
    old = pyotp.TOTP(made.totp).at(hands.at - timedelta(seconds=90))
    assert hands.tries("wang", made.password, old).status_code == 401
    hands.at += timedelta(seconds=60)
    assert hands.signs_in(made).status_code == 303


def test_failed_tries_make_the_next_one_wait_longer_each_time(hands: Hands) -> None:
    made = hands.account()
    for _ in range(lockout.FREE["account"]):
        assert hands.tries("wang", "x", "000000").status_code == 401
    noted = len(hands.told())
    assert hands.signs_in(made).status_code == 401  # right, and too early
    assert len(hands.told()) == noted
    hands.at += timedelta(seconds=1)
    assert hands.tries("wang", "x", "000000").status_code == 401
    hands.at += timedelta(seconds=1)
    assert hands.signs_in(made).status_code == 401  # now two seconds
    hands.at += timedelta(seconds=1)
    assert hands.signs_in(made).status_code == 303
    assert hands.tries("wang", "x", "000000").status_code == 401 and len(hands.told()) == noted + 3


def test_waits_double_up_to_a_quarter_of_an_hour_and_end_after_a_day(db: Database) -> None:
    waits = [lockout.wait_seconds("account wang", tries) for tries in (4, 5, 6, 7, 14, 15, 1000)]
    assert waits == [0, 1, 2, 4, 512, 900, 900]
    assert [lockout.wait_seconds("address 192.0.2.1", tries) for tries in (19, 20, 21)] == [0, 1, 2]
    names = [f"n{number}" for number in range(lockout.FREE["address"])]
    assert all(lockout.begins(db, name, "192.0.2.1", NOW) for name in names)
    assert not lockout.begins(db, "wang", "192.0.2.1", NOW)
    lockout.forget(db, "n1")  # a success of one's own account opens nothing for guesses at others
    assert not lockout.begins(db, "wang", "192.0.2.1", NOW) and lockout.begins(db, "wang", "192.0.2.2", NOW)
    assert lockout.begins(db, "wang", "192.0.2.1", NOW + lockout.KEPT)
    assert client_network("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert client_network("::ffff:192.0.2.1") == "192.0.2.1"


def test_a_session_ends_after_half_an_hour_without_a_request_and_after_twelve_hours(hands: Hands) -> None:
    made = hands.account()
    hands.signs_in(made)
    hands.at += timedelta(minutes=29)
    assert hands.sees() == 200
    hands.at += timedelta(minutes=29)
    assert hands.sees() == 200
    hands.at += timedelta(minutes=31)
    assert hands.sees() == 303
    hands.signs_in(made)
    for _ in range(24):
        assert hands.sees() == 200
        hands.at += timedelta(minutes=29, seconds=59)
    hands.at += timedelta(minutes=1)
    assert hands.sees() == 303


def test_signing_in_makes_a_new_session_and_ends_the_one_before(hands: Hands) -> None:
    made = hands.account()
    hands.browser.cookies.set(COOKIE, "chosen-by-somebody-else", domain="127.0.0.1")
    hands.signs_in(made)
    first = hands.browser.cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    hands.at += timedelta(minutes=1)
    hands.signs_in(made)
    second = hands.browser.cookies[COOKIE]
    assert second != first and sessions.of(hands.db, first, hands.at) is None
    assert sessions.of(hands.db, second, hands.at) is not None


def test_signing_out_disabling_and_resetting_end_sessions_at_once(hands: Hands) -> None:
    made = hands.account()
    hands.account("li")
    hands.signs_in(made)
    token = hands.browser.cookies[COOKIE]
    assert hands.browser.send_form("/sign-out", {TOKEN: hands.browser.token("/operations")}).status_code == 303
    hands.browser.cookies.set(COOKIE, token, domain="127.0.0.1")
    assert hands.sees() == 303
    assert hands.told() == [("wang", "sign in", "done"), ("wang", "sign out", "done")]
    for end in (lambda: accounts.disable(hands.db, "wang", hands.at), lambda: accounts.reset(hands.db, "wang")):
        hands.at += timedelta(minutes=1)
        made = accounts.reset(hands.db, "wang")
        hands.signs_in(made)
        assert hands.sees() == 200
        end()
        assert hands.sees() == 303 and hands.signs_in(made).status_code == 401
    assert broken(entries(hands.db)) is None


def test_a_form_is_taken_from_a_page_of_this_session_alone(hands: Hands) -> None:
    assert hands.signs_in(hands.account()).status_code == 303
    token = hands.browser.token("/keys")
    own = {"holder": "a bank", TOKEN: token}
    refused = [
        hands.browser.send_form("/keys", own, Origin="https://evil.example"),
        hands.browser.send_form("/keys", own, Origin="null"),
        hands.browser.post("/keys", data=own),
        hands.browser.send_form("/keys", {"holder": "a bank"}),
        hands.browser.send_form("/keys", {**own, TOKEN: "x" * 43}),
        hands.browser.send_form("/keys", {**own, "much": "x" * 9_000}),
        hands.browser.send_form("/keys", {**own, **{f"f{n}": "x" for n in range(30)}}),
        hands.browser.send_form("/sign-out", {}),
        hands.browser.send_form("/sign-in", {"name": "wang", "password": "x", "code": "1"}),
    ]
    assert [(answer.status_code, "T4031" in answer.text) for answer in refused] == [(403, True)] * len(refused)
    assert keys.listed(hands.db) == [] and hands.sees() == 200
    assert hands.browser.send_form("/keys", own).status_code == 200


def test_keys_are_made_and_revoked_on_a_page_and_the_trail_says_by_whom(hands: Hands) -> None:
    assert hands.signs_in(hands.account()).status_code == 303
    token = hands.browser.token("/keys")
    page = hands.browser.send_form("/keys", {"holder": "<b>样例银行</b>", TOKEN: token})
    (made,) = keys.listed(hands.db)
    assert f"tongda_{made.id}_" in page.text and "<b>样例" not in page.text
    assert f"tongda_{made.id}_" not in hands.browser.get("/keys").text
    assert hands.browser.send_form("/keys", {"holder": " ", TOKEN: token}).status_code == 303
    assert hands.browser.send_form(f"/keys/{made.id}/revoke", {TOKEN: token}).headers["location"] == "/keys"
    assert hands.browser.send_form("/keys/000000000000/revoke", {TOKEN: token}).status_code == 404
    assert keys.listed(hands.db)[0].revoked_at is not None
    assert hands.told()[1:] == [
        ("wang", "keys make", "begun"),
        ("wang", "keys make", "done"),
        ("wang", "keys revoke", "begun"),
        ("wang", "keys revoke", "done"),
        ("wang", "keys revoke", "begun"),
        ("wang", "keys revoke", "T4001"),
    ]
    seen = hands.browser.get("/audit").text
    assert entries(hands.db)[-1].digest in seen and "keys revoke" in seen


def test_accounts_are_added_once_listed_and_named_as_one_can_type_them(db: Database) -> None:
    accounts.add(db, "wang", Role.READER, NOW)
    with pytest.raises(Refused, match="already"):
        accounts.add(db, "wang", Role.OPERATOR, NOW)
    for name in ("", "Wang", "王", "a b", "x" * 41, "-x"):
        with pytest.raises(Refused, match="no name"):
            accounts.add(db, name, Role.READER, NOW)
    for act in (lambda: accounts.disable(db, "li", NOW), lambda: accounts.reset(db, "li")):
        with pytest.raises(NotFound, match="no account is named li"):
            act()
    accounts.disable(db, "wang", NOW)
    assert accounts.listed(db) == [Account("wang", Role.READER, NOW, NOW)] and not accounts.are_there_any(db)
    accounts.reset(db, "wang")
    assert accounts.listed(db) == [Account("wang", Role.READER, NOW, None)] and accounts.are_there_any(db)
