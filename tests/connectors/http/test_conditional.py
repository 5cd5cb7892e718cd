"""A page that did not change is not sent again; what it stands for is read from the evidence, and nothing is missed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.http import conditional
from connectors.http.client import HttpClient
from connectors.http.conditional import Validators
from tests.connectors.platform import Bench, a_platform, a_source, paged, rows

CONDITIONAL = {"request": {"path": "/api/deals", "query": {"pageSize": "10"}, "conditional": True}}


class Server:
    """Answers by ``If-None-Match``; ``etag`` makes a page's tag."""

    def __init__(
        self, etag: Callable[[bytes], str] = lambda body: f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    ) -> None:
        self.shown, self.etag = rows(1, 35), etag
        self.statuses: list[int] = []

    def reply(self, path: str, query: dict[str, str], n: int) -> Callable[[Any], None]:
        def answer(handler: Any) -> None:
            _, headers, body = paged(self.shown, query)
            tag = self.etag(body)
            status = 304 if handler.headers.get("If-None-Match") == tag else 200
            self.statuses.append(status)
            handler.send_response(status)
            for name, value in {
                **headers,
                "ETag": tag,
                "Content-Length": "0" if status == 304 else str(len(body)),
            }.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(b"" if status == 304 else body)

        return answer


def test_an_unchanged_list_costs_no_bytes_and_is_proved_as_any_other(tmp_path: Path, client: HttpClient) -> None:
    server, validators = Server(), Validators()
    with a_platform(server.reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **CONDITIONAL), client)
        bench.poll(validators=validators)
        first = list(server.statuses)
        poll = bench.poll(validators=validators)
    assert (first, server.statuses[5:]) == ([200, 200, 200, 200, 304], [304] * 5)
    assert (poll.outcome.verdict, poll.rows.unchanged, len(bench.raw())) == ("complete", 35, 35)


def test_a_304_on_page_one_says_nothing_of_page_two(tmp_path: Path, client: HttpClient) -> None:
    server, validators = Server(), Validators()
    with a_platform(server.reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **CONDITIONAL), client)
        bench.poll(validators=validators)
        server.shown[15] = {**server.shown[15], "专利号": "changed"}
        poll = bench.poll(validators=validators)
    assert (server.statuses[5:], poll.rows.changed) == ([304, 200, 304, 304, 304], 1)
    assert [(one["record"], one["sequence"]) for one in bench.raw()[35:]] == [("r016", 2)]


def test_after_a_week_a_page_is_asked_without_condition_and_a_tag_that_lied_is_not_believed_again(
    tmp_path: Path, client: HttpClient
) -> None:
    server, validators = Server(etag=lambda body: f'"{len(body)}"'), Validators()
    with a_platform(server.reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **CONDITIONAL), client)
        bench.poll(validators=validators)
        server.shown[15] = {**server.shown[15], "专利号": "202099999999"}  # of the same length
        bench.poll(validators=validators)
        assert len(bench.raw()) == 35  # the tag lies, and nothing can tell yet
        validators.known = {
            address: replace(known, since=known.since - timedelta(days=7))
            for address, known in validators.known.items()
        }
        server.statuses.clear()
        bench.poll(validators=validators)
        assert (len(bench.raw()), validators.trusted) == (36, False)
        server.statuses.clear()
        bench.poll(validators=validators)
    assert set(server.statuses) == {200}


def test_a_feed_that_does_not_declare_it_asks_without_condition(tmp_path: Path, client: HttpClient) -> None:
    server, validators = Server(), Validators()
    with a_platform(server.reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base), client)
        bench.poll(validators=validators)
        bench.poll(validators=validators)
    assert set(server.statuses) == {200} and not validators.known


def test_no_more_addresses_are_remembered_than_a_bound(
    tmp_path: Path, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditional, "MOST_ADDRESSES", 20)
    server, validators = Server(), Validators()
    server.shown = rows(1, 25 * 10)
    with a_platform(server.reply) as platform:
        bench = Bench(tmp_path, a_source(platform.base, **CONDITIONAL), client)
        bench.poll(validators=validators)
    assert len(validators.known) == 20
