"""Signing in at an identity provider: a real one in this process, with answers that are its own and answers that are not."""

from __future__ import annotations

import base64
import hashlib
import json
import socketserver
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from ops.settings import read_settings
from schemas.errors import Unreachable
from schemas.fields.date import CHINA
from sinks.access import oidc
from sinks.access.oidc import LONGEST, NotBelieved, Provider, Relying, roles_of
from sinks.access.roles import Role
from sinks.portal.web.doors import COOKIE
from sinks.store.database import Database
from sinks.store.trail import entries
from tests.sinks.conftest import Portal

# The provider is made with libraries that move to others, and say so.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
CLIENT, SECRET = "tongda", "s3cret"
ROLES = roles_of("ip-ops=operator, ip-bureau=bureau")
USERS = {"wang": ["staff", "ip-bureau", "ip-ops"], "li": "ip-bureau", "zhang": ["staff"]}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    from oidc_provider_mock import User, run_server_in_thread  # here: costs half a second

    users = [User(sub=name, claims={"roles": roles}) for name, roles in USERS.items()]
    with run_server_in_thread(require_nonce=True, user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


def provider(issuer: str) -> Provider:
    return Provider(issuer, CLIENT, SECRET, "roles", ROLES)


@pytest.fixture
def gate(portal: Portal, issuer: str) -> Portal:
    portal.provider = provider(issuer)
    return portal


def at_the_provider(address: str, subject: str) -> dict[str, str]:
    """What the provider's answer brings back to the hub when this person signs in there."""
    answer = httpx.post(address, data={"sub": subject}, trust_env=False, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def comes_back(gate: Portal, subject: str, **changed: str) -> httpx.Response:
    away = gate.operators.get("/sign-in/provider")
    answer = at_the_provider(away.headers["location"], subject)
    return gate.operators.get("/sign-in/back", params={**answer, **changed})


def test_whoever_the_provider_knows_signs_in_with_the_role_that_its_claim_gives(gate: Portal, db: Database) -> None:
    page = gate.operators.get("/sign-in").text
    assert "/sign-in/provider" in page and "tongda accounts" not in page
    for subject, may_see in (("wang", [200, 200]), ("li", [403, 200])):
        back = comes_back(gate, subject)
        assert (back.status_code, back.headers["location"]) == (303, "/operations")
        assert [gate.operators.get(path).status_code for path in ("/keys", "/audit")] == may_see
    for subject in ("zhang", "nobody-here"):
        gate.operators.cookies.clear()
        assert comes_back(gate, subject).status_code == 401 and COOKIE not in gate.operators.cookies
    told = [(each.actor, each.action, each.outcome) for each in entries(db)]
    done = [("oidc:wang", "sign in", "done"), ("oidc:li", "sign in", "done")]
    assert told == [*done, ("oidc:zhang", "sign in", "refused"), ("oidc:nobody-here", "sign in", "refused")]


def test_a_journey_is_sent_out_with_pkce_a_state_and_a_nonce_and_told_to_nobody_else(gate: Portal) -> None:
    first, second = (gate.operators.get("/sign-in/provider") for _ in range(2))
    asked = parse_qs(urlsplit(first.headers["location"]).query)
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == (
        ["code"],
        ["S256"],
        [CLIENT],
    )
    assert asked["redirect_uri"] == [f"{gate.operators.served.url}/sign-in/back"]
    assert len(asked["code_challenge"][0]) == 43
    other = parse_qs(urlsplit(second.headers["location"]).query)
    assert [name for name in ("state", "nonce", "code_challenge") if asked[name] == other[name]] == []
    cookie = first.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=lax", "Max-Age=600"))


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(gate: Portal, db: Database) -> None:
    assert comes_back(gate, "wang", state="another").status_code == 401
    assert comes_back(gate, "wang", code="another").status_code == 401
    assert comes_back(gate, "wang", iss="https://evil.example").status_code == 401
    away = gate.operators.get("/sign-in/provider").headers["location"]
    answer = at_the_provider(away, "wang")
    kept = gate.operators.cookies["__Host-tongda-on-the-way"]
    gate.operators.cookies.clear()
    assert gate.operators.get("/sign-in/back", params=answer).status_code == 401  # somebody else's browser
    gate.operators.cookies.set("__Host-tongda-on-the-way", kept, domain="127.0.0.1")
    assert gate.operators.get("/sign-in/back", params=answer).status_code == 303
    gate.operators.cookies.set("__Host-tongda-on-the-way", kept, domain="127.0.0.1")
    assert gate.operators.get("/sign-in/back", params=answer).status_code == 401  # once more
    started = gate.now()
    answer = at_the_provider(gate.operators.get("/sign-in/provider").headers["location"], "wang")
    gate.now = lambda: started + LONGEST + timedelta(minutes=1)
    assert gate.operators.get("/sign-in/back", params=answer).status_code == 401
    refused = {"error": "access_denied", "state": answer["state"]}
    assert gate.operators.get("/sign-in/back", params=refused).status_code == 401
    assert {each.actor for each in entries(db)} == {"-", "oidc:wang"}


@contextmanager
def answering(relying: Relying, answers: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The provider's answers, some of them changed on the way; gives what was sent to it."""
    asked, sent = Relying._asked, []

    def changed(self: Relying, method: str, address: str, **given: Any) -> Any:
        sent.append({"address": address, **given})
        found = asked(self, method, address, **given)
        return answers.get(urlsplit(address).path, lambda found: found)(found)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Relying, "_asked", changed)
        yield sent


def test_an_id_token_is_believed_when_it_is_the_providers_for_this_client_and_this_journey(
    db: Database, issuer: str
) -> None:
    relying, now = Relying(provider(issuer), db, "http://127.0.0.1:1/sign-in/back"), datetime.now(CHINA)
    own = RSAKey.generate_key(2048, {"kid": "k"})

    def person(changed: dict[str, Any], key: Any = own, algorithm: str = "RS256", keys: Any = None) -> Any:
        state, address = relying.begin(now)
        asked = parse_qs(urlsplit(address).query)
        at, nonce = int(time.time()), asked["nonce"][0]
        claims = {
            "iss": issuer,
            "aud": CLIENT,
            "sub": "wang",
            "iat": at,
            "exp": at + 60,
            "nonce": nonce,
            "roles": "ip-ops",
        }
        claims = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        header = {"alg": algorithm, "kid": "k"}
        token = unsigned(claims) if algorithm == "none" else jwt.encode(header, claims, key, algorithms=[algorithm])
        shown = keys or KeySet([own]).as_dict(private=False)
        answers = {"/oauth2/token": lambda found: {**found, "id_token": token}, "/jwks": lambda _: shown}
        with answering(relying, answers) as sent:
            found = relying.end(state, at_the_provider(address, "wang"), now)
        (token_request,) = (each for each in sent if each["address"].endswith("/token"))
        verifier = token_request["data"]["code_verifier"]
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        assert digest == asked["code_challenge"][0] and token_request["auth"] == (CLIENT, SECRET)
        return found

    assert person({}) == ("wang", Role.OPERATOR)
    assert person({"aud": [CLIENT, "x"], "azp": CLIENT}) == ("wang", Role.OPERATOR)
    hour = int(time.time()) - 3600
    wrong: list[dict[str, Any]] = [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"aud": [CLIENT, "x"], "azp": "x"}, {"nonce": "x"}, {"nonce": None},
        {"exp": hour}, {"exp": None}, {"nbf": hour + 7200}, {"iat": hour + 7200}, {"sub": None}, {"iss": None},
    ]  # fmt: skip
    believed = []
    for changed in wrong:
        with pytest.raises(NotBelieved, match="ID token"):
            believed.append((changed, person(changed)))
    for key, algorithm in (
        (RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
        (OctKey.generate_key(256), "HS256"),
        (own, "none"),
    ):
        with pytest.raises(NotBelieved, match="ID token"):
            believed.append((algorithm, person({}, key, algorithm)))
    with pytest.raises(NotBelieved, match="ID token"):
        person({}, keys={"keys": "none"})
    assert believed == []


def unsigned(claims: dict[str, Any]) -> str:
    """A token that says of itself that nobody signed it."""
    parts = (
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in ({"alg": "none"}, claims)
    )
    return ".".join([*parts, ""])


def test_a_provider_that_describes_another_is_not_believed_and_one_that_is_away_is_said_so(
    gate: Portal, db: Database, issuer: str
) -> None:
    relying = Relying(provider(issuer), db, "http://127.0.0.1:1/sign-in/back")
    for changed in ({"issuer": "https://evil.example"}, {"token_endpoint": "ftp://x"}, {"jwks_uri": None}):
        with (
            answering(relying, {"/.well-known/openid-configuration": lambda found, of=changed: {**found, **of}}),
            pytest.raises(NotBelieved),
        ):
            relying.begin(gate.now())
    gate.provider = provider("http://127.0.0.1:1")
    answer = gate.operators.get("/sign-in/provider")
    assert answer.status_code == 503 and SECRET not in answer.text


@contextmanager
def hostile(drops: Iterable[bytes], pause_seconds: float) -> Iterator[tuple[str, list[int]]]:
    """A provider that sends these, one after the other, for as long as it is listened to; and how many bytes it got rid of."""
    sent = [0]

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(4096)
            with suppress(OSError):
                for drop in drops:
                    self.request.sendall(drop)
                    sent[0] += len(drop)
                    time.sleep(pause_seconds)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", sent
        server.shutdown()


def test_an_answer_without_an_end_costs_neither_memory_nor_time(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    with hostile(chain([head], repeat(b" " * 65_536, 2_000)), 0) as (address, sent):
        with pytest.raises(NotBelieved, match="no JSON object"):
            Relying(provider(address), db, "").begin(datetime.now(CHINA))
        assert sent[0] < 100 * 65_536  # what the two sockets hold, not all of it
    monkeypatch.setattr(oidc, "SECONDS", 0.5)
    with hostile(repeat(b"H", 400), 0.05) as (address, sent):  # each byte comes in time, all of them never
        with pytest.raises(Unreachable, match="TimeoutError"):
            Relying(provider(address), db, "").begin(datetime.now(CHINA))
        assert sent[0] < 400


def test_of_several_values_the_first_of_the_setting_decides() -> None:
    given = provider("https://id.example")
    found = [
        given.role_of(claims) for claims in ({"roles": ["ip-bureau", "ip-ops"]}, {"roles": "ip-ops"}, {"roles": 7}, {})
    ]
    assert found == [Role.OPERATOR, Role.OPERATOR, None, None]
    assert roles_of("") == ()
    each = {"TONGDA_OIDC_ISSUER": "https://id.example", "TONGDA_OIDC_CLIENT": "x"}
    for role in Role:
        assert roles_of(read_settings({**each, "TONGDA_OIDC_ROLES": f"a b={role.value}"}).oidc_roles) == (
            ("a b", role),
        )
