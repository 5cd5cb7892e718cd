"""The portal while its database is away: it says so in words, and goes on serving what needs none."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/listings", "/statistics", "/operations", "/screen"])
def test_a_page_says_that_the_database_does_not_answer(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    assert "数据库暂时没有应答" in answer.text and "追踪号" in answer.text


def test_the_api_answers_with_a_problem_document(client: httpx.Client) -> None:
    answer = client.get("/api/v1/sources")
    assert answer.status_code == 503 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "T8001"


def test_what_needs_no_database_is_served(client: httpx.Client) -> None:
    assert [client.get(path).status_code for path in ("/healthz", "/metrics", "/about/privacy", "/readyz")] == [
        200,
        200,
        200,
        503,
    ]
