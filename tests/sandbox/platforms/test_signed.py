"""Platforms that know who asks: each has a key in the sandbox, lets its owner in, and nobody else."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.http.client import HttpClient
from ops import run
from ops.sandbox.platforms import keys
from ops.sandbox.platforms.keys import Keys
from ops.sandbox.platforms.platforms import Platforms, today
from ops.sandbox.platforms.shelf import Shelves
from ops.sandbox.platforms.signed import Gateway, Licensed, contracts, gateway_signature, md5_signature
from ops.sandbox.platforms.web import Call
from ops.sandbox.stories.simulation import Origin
from ops.settings import ROOT, read_settings
from ops.sources import load_sources
from ops.supervisor.parts import bases
from tests.connectors.conftest import client
from tests.connectors.platform import Bench

__all__ = ["client"]
SOURCES = load_sources(ROOT / "connectors" / "sources")
SIGNED = {name: source for name, source in SOURCES.items() if source.access.auth.style != "none"}


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platforms]:
    found = Platforms(tmp_path_factory.mktemp("world"), Origin(3, 60, today()), 0)
    found.open()
    yield found
    found.close()


def test_every_key_that_a_definition_names_is_made_by_the_sandbox() -> None:
    assert {source.access.auth.secret for source in SIGNED.values()} == set(keys.NAMES)


def test_keys_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    first, again = Keys(tmp_path / "keys"), Keys(tmp_path / "keys")
    assert len({first[name] for name in keys.NAMES}) == len(keys.NAMES)
    assert [first[name] for name in keys.NAMES] == [again[name] for name in keys.NAMES]
    for file in first.files().values():
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_connectors_find_the_keys_as_they_find_the_addresses(tmp_path: Path) -> None:
    made = Keys(tmp_path / "keys").files()
    run.write(tmp_path / "run", "platforms", os.getpid(), sources={}, secrets=made)
    settings = read_settings({"TONGDA_HOME": str(tmp_path)})
    assert {name: str(file) for name, file in settings.secret_files.items()} == made
    assert bases(settings) == {f"TONGDA_SECRET_{name}_FILE": file for name, file in made.items()}
    elsewhere = {"TONGDA_HOME": str(tmp_path), "TONGDA_SECRET_POOL_KEY_FILE": "/etc/pool"}
    assert read_settings(elsewhere).secret_files[keys.POOL] == Path("/etc/pool")


def test_a_platform_refuses_another_key(platforms: Platforms, tmp_path: Path, client: HttpClient) -> None:
    addresses = platforms.listen()["sources"]
    for name, source in SIGNED.items():
        access = source.access.model_copy(update={"base": addresses[name]})
        wrong = Bench(
            tmp_path / name,
            source.model_copy(update={"access": access, "synthetic": True}),
            client,
            next(iter(source.feeds)),
            secret=lambda name: "0" * 32,
        )
        poll = wrong.poll()
        assert (name, poll.outcome.verdict, poll.rows.read) == (name, "blocked", 0)


def test_the_stand_ins_sign_by_the_published_vectors() -> None:
    """Those of the gateway's and of the vendor's interface documents."""
    assert (
        gateway_signature("test-secret", "s_test_0001", "rid-0001", "1700000000000")
        == "5xUhJpRd1q7o5z+kfZ7YCoft1KaBgxlPvN+v1d4MmYQ="
    )
    query = {"appId": "demo", "page": "1", "pageSize": "50", "timestamp": "1700000000000"}
    assert md5_signature(query, "test-app-secret") == "6C7C0717726E0FDB240C96DFA0B15C49"


def test_a_secret_of_the_gateway_lasts_an_hour() -> None:
    key, at = "k" * 32, [datetime(2026, 11, 30, 9, 59, 0, tzinfo=UTC)]
    gateway = Gateway(key, lambda: at[0])

    def ask(secret: str) -> str:
        time = str(int(at[0].timestamp() * 1000))
        sign = gateway_signature(secret, "jsht-query", "tongda-hunan", time)
        headers = {"gjgxjhpt_rid": "tongda-hunan", "gjgxjhpt_sid": "jsht-query"}
        headers |= {"gjgxjhpt_rtime": time, "gjgxjhpt_sign": sign}
        body = b'{"beginDate": "2026-11-01", "endDate": "2026-11-30", "page": 1, "size": 10}'
        answer = gateway.answer(Shelves(), Call("POST", "/gateway/jsht/query", {}, headers, body))
        return answer.body.decode()

    secret = gateway.secret()
    assert '"total": 0' in ask(secret) and '"1001"' in ask(key)
    at[0] = datetime(2026, 11, 30, 10, 0, 0, tzinfo=UTC)
    assert '"1001"' in ask(secret) and '"total": 0' in ask(gateway.secret())


def test_a_licence_ends_with_its_token_and_with_the_calls_of_its_day() -> None:
    key, at = "k" * 32, [datetime(2026, 11, 30, 15, 0, 0, tzinfo=UTC)]
    licensed = Licensed(key, lambda: at[0], calls_a_day=2)

    def token(secret: str) -> dict[str, Any]:
        body = urlencode({"client_id": "tongda-hunan", "password": secret}).encode()
        found: dict[str, Any] = json.loads(licensed.answer(Shelves(), Call("POST", "/oauth/token", {}, {}, body)).body)
        return found

    def code(given: str) -> str:
        query = {"access_token": given, "load_from": "2026-11-01", "load_to": "2026-12-01"}
        return str(json.loads(licensed.answer(Shelves(), Call("GET", "/api/law/cn", query, {})).body)["errorCode"])

    assert token("wrong") == {"errorCode": "1001", "errorMsg": "客户端认证失败"}
    given = token(key)["access_token"]
    assert [code(given), code("made up"), code(""), code(given), code(given)] == [
        "000000",
        "1002",
        "1002",
        "000000",
        "9999",
    ]
    at[0] += timedelta(seconds=600)
    assert code(given) == "1002"


def test_the_gateway_refuses_a_query_of_more_than_31_days() -> None:
    body = {"beginDate": "2026-10-01", "endDate": "2026-10-31", "page": 1, "size": 10}
    assert b'"code": "0"' in contracts(Shelves(), body).body
    assert b'"code": "400"' in contracts(Shelves(), {**body, "endDate": "2026-11-01"}).body
