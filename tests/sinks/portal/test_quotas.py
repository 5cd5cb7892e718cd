"""Each caller has a quota: an even pace is never refused, a burst is, with words and headers that say when to come again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import httpx
import pytest

from ops.evidence import EvidenceStore
from ops.networks import client_network
from sinks.portal.errors import QuotaExceeded
from sinks.portal.read.views import Views
from sinks.portal.search.follow import Follower
from sinks.portal.show.look import Look
from sinks.portal.web import quotas
from sinks.portal.web.pages import Pages
from sinks.portal.web.quotas import Quotas
from sinks.portal.web.server import create_app
from sinks.store.database import Database

FAR, OTHER = "203.0.113.7", "203.0.113.8"
ITEM = re.compile(r'"(key|address)";r=(\d+);t=(\d+)')


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refused(found: Quotas, times: int, address: str = FAR, key: str = "") -> int:
    number = 0
    for _ in range(times):
        try:
            found.spend(address, key)
        except QuotaExceeded:
            number += 1
    return number


def test_a_burst_ends_at_the_quota_and_it_comes_back_evenly(clock: Clock) -> None:
    found = Quotas(of_address=60, clock=clock)
    left = [found.spend(FAR, "") for _ in range(60)]
    assert [each.requests for each in left if each] == [*range(59, -1, -1)]
    with pytest.raises(QuotaExceeded) as error:
        found.spend(FAR, "")
    assert error.value.retry_after == 1
    assert error.value.headers == {"RateLimit-Policy": '"address";q=60;w=60', "RateLimit": '"address";r=0;t=60'}
    assert refused(found, 5) == 5, "asking on costs nothing"
    clock.now += 10
    assert refused(found, 20) == 10
    clock.now += 3600
    assert refused(found, 70) == 10, "what was not used is not saved up"


def test_an_even_pace_is_never_refused(clock: Clock) -> None:
    for quota in (1, 7, 60, 6_000):
        found = Quotas(of_address=quota, clock=clock)
        for _ in range(300):
            assert refused(found, 1) == 0
            clock.now += 60 / quota


def test_callers_do_not_share_and_nobody_has_many_quotas(clock: Clock) -> None:
    found = Quotas(of_address=3, of_key=5, clock=clock)
    assert refused(found, 4) == 1
    assert refused(found, 3, OTHER) == 0
    assert [refused(found, 1, key=f"Bearer invented{n}") for n in range(5)] == [1] * 5
    found.note("Bearer good", holds=True)
    assert refused(found, 6, key="Bearer good") == 1
    assert refused(found, 1, OTHER, "Bearer good") == 1, "a key is one caller wherever it comes from"
    found.note("Bearer good", holds=False)
    clock.now += 60
    assert refused(found, 4, key="Bearer good") == 1, "a revoked key has the quota of its address"
    assert (
        client_network("2001:db8:1:2:3:4:5:6") == client_network("2001:db8:1:2::9") != client_network("2001:db8:1:3::9")
    )
    assert client_network("::ffff:192.0.2.1") == "192.0.2.1" != client_network("::ffff:192.0.2.2")
    assert client_network("unix:") == "unix:"


def test_this_machine_and_a_quota_of_none_are_not_limited(clock: Clock) -> None:
    found = Quotas(of_address=1, clock=clock)
    assert [found.spend("127.0.0.1", ""), found.spend("::1", "")] == [None, None]
    assert refused(Quotas(clock=clock), 100) == 0


def test_a_flood_of_addresses_takes_bounded_memory(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "MOST_CALLERS", 50)
    monkeypatch.setattr(quotas, "MOST_KEYS", 10)
    found, turned_away = Quotas(of_address=2, of_key=2, clock=clock), 0
    for n in range(200):
        found.note(f"Bearer {n}", holds=True)
        found.spend(f"198.51.100.{n}", f"Bearer {n % 20}")
        turned_away += refused(found, 1)
    assert found.callers == 50
    assert turned_away == 198, "who goes on asking is not forgotten"


async def answers(app: object, requests: Iterable[tuple[str, str, dict[str, str]]]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(app=app, client=(FAR, 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        return [await client.request(method, path, headers=headers) for method, path, headers in requests]


@pytest.mark.slow  # makes a whole application
def test_answers_tell_the_quota_and_beyond_it_a_problem_and_when_to_come_again(tmp_path: Path) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", role="tests")
    views = Views(database, Follower(database), EvidenceStore(tmp_path), (), lambda: date(2025, 3, 31))
    app = create_app(views, Follower(database), Pages(views, Look()), Quotas(of_address=3))
    free = [("GET", path, {}) for path in ("/healthz", "/robots.txt", "/static/none.css") for _ in range(3)]
    *before, first, head, page, problem, words = asyncio.run(
        answers(
            app,
            [
                *free,
                ("GET", "/api/v1/topics", {}),
                ("HEAD", "/schemas/none/v1.json", {}),
                ("GET", "/about/privacy", {}),
                ("GET", "/api/v1/topics", {"Origin": "https://elsewhere.example"}),
                ("GET", "/about/privacy", {}),
            ],
        )
    )
    assert not any("RateLimit" in answer.headers or answer.status_code == 429 for answer in before)
    assert first.headers["RateLimit-Policy"] == '"address";q=3;w=60'
    left = [ITEM.fullmatch(answer.headers["RateLimit"]) for answer in (first, head, page, problem)]
    assert [int(each[2]) for each in left if each] == [2, 1, 0, 0]
    assert [answer.status_code for answer in (first, head, page)] == [200, 404, 200]
    assert (problem.status_code, problem.headers["content-type"]) == (429, "application/problem+json")
    assert problem.json()["code"] == "T4292" and problem.json()["detail"] == "3 requests in 60 s by one address"
    assert 1 <= int(problem.headers["Retry-After"]) <= 20
    assert "RateLimit" in problem.headers["Access-Control-Expose-Headers"]
    assert words.status_code == 429 and "请求超出限额" in words.text, "to a person, a page"
