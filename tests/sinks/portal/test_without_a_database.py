"""The portal while its database is away: it says so in words, and goes on serving what needs none."""

from __future__ import annotations

import httpx
import pytest

from sinks.portal.web.doors import COOKIE
from tests.sinks.conftest import Operators


@pytest.mark.parametrize("path", ["/", "/listings", "/statistics", "/screen"])
def test_a_page_says_that_the_database_does_not_answer(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    assert "数据库暂时没有应答" in answer.text and "追踪号" in answer.text


def test_the_api_answers_with_a_problem_document(client: httpx.Client) -> None:
    answer = client.get("/api/v1/sources")
    assert answer.status_code == 503 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "T8001"


def test_what_needs_no_database_is_served(client: httpx.Client) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/about/privacy", "/readyz")] == [200, 200, 503]


def test_operators_get_metrics_and_are_told_that_nobody_can_sign_in(operators: Operators) -> None:
    operators.cookies.set(COOKIE, "x", domain="127.0.0.1")
    answers = {path: operators.get(path) for path in ("/healthz", "/metrics", "/readyz", "/sign-in", "/operations")}
    assert [answer.status_code for answer in answers.values()] == [200, 200, 503, 503, 503]
    assert "T8001" in answers["/operations"].text and answers["/operations"].headers["retry-after"] == "5"
