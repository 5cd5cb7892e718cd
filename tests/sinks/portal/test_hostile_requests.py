"""Requests that are meant to harm: what they name is neither believed, nor counted, nor shown, and each answer is dressed."""

from __future__ import annotations

import httpx
import pytest
from fastapi import Request, Response

from ops import telemetry
from ops.telemetry import read_samples
from schemas.fields.divisions import divisions
from sinks.portal.web import middleware
from tests.ops.metrics import sample

FOREIGN = {"Host": "evil.example"}


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/listings/", "/api/v1/listings/", "/en/", "/nothing", "/about/privacy"]
)
def test_the_host_that_a_request_names_is_believed_nowhere(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers=FOREIGN, follow_redirects=False)
    assert "evil.example" not in answer.text + str(answer.headers)


def test_an_address_with_a_slash_too_many_leads_to_the_one_without(client: httpx.Client) -> None:
    answer = client.get("/about/privacy/?x=1", headers=FOREIGN, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/about/privacy?x=1")
    for path in ("//evil.example/", "/nothing/at/all/", "/"):
        assert "location" not in client.get(f"{client.base_url}{path}", follow_redirects=False).headers


def test_a_method_of_the_callers_own_makes_no_series(client: httpx.Client) -> None:
    for number in range(3):
        assert client.request(f"MINT{number}", "/about/privacy").status_code == 405
    samples = read_samples(telemetry.render().decode(), ("tongda_http_requests_total",))
    methods = {found.labels["method"] for found in samples}
    assert methods <= {*middleware.METHODS, "other"} and "other" in methods


@pytest.mark.parametrize(
    "given", ["<script>alert(1)</script>", "00-" + "x" * 32 + "-1", "00-" + "A" * 32 + "-0123456789abcdef-01"]
)
def test_a_trace_id_that_is_none_is_not_taken_over(client: httpx.Client, given: str) -> None:
    told = client.get("/api/v1/nothing", headers={"traceparent": given}).json()["trace_id"]
    assert len(told) == 32 and told not in given and int(told, 16) >= 0


def test_a_trace_id_of_the_caller_is_taken_over(client: httpx.Client) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = client.get("/api/v1/nothing", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.json()["trace_id"] == trace


def test_the_values_of_all_facets_together_are_bounded(client: httpx.Client) -> None:
    """A page has a link for each that takes it away, and each link names the others: bytes grow with the square."""
    counties = [code for code in sorted(divisions()) if not code.endswith("00")][:51]
    chosen = [("county", code) for code in counties[:50]] + [("not.county", code) for code in counties[:50]]
    assert client.get("/api/v1/listings", params=[*chosen]).status_code == 503, "understood; there is no database here"
    refused = client.get("/api/v1/listings", params=[*chosen, ("stage", "unknown")])
    assert refused.status_code == 400
    message = "101 values of facets are chosen; accepted: 100 in all · 选了 101 个筛选值，最多 100 个"
    assert refused.json()["errors"] == [{"name": "facets", "message": message}]


def test_a_fault_while_a_body_is_made_is_dressed_and_counted(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(request: Request, response: Response) -> Response:
        raise RuntimeError("half of a body")

    monkeypatch.setattr(middleware, "_tagged", broken)
    labels = {"route": "/about/privacy", "method": "GET", "code": "500"}
    before = sample("tongda_http_requests_total", **labels) or 0
    answer = client.get("/about/privacy")
    assert (answer.status_code, "half of a body" in answer.text) == (500, False)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert sample("tongda_http_requests_total", **labels) == before + 1
