"""Every parameter of every address with hostile values, against a real database: an answer below 500, dressed like every answer."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_point, a_transfer
from tests.sinks.portal.examples import a_status

HOSTILE = (
    "\x00",
    "'; drop table event; --",
    "%' or 1=1 --",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "\u202e\u2066\ufeff\ud7ff",
    "0000-00-00",
    "9999-99-99T99:99:99Z",
    "-1",
    "9" * 40,
    "NaN",
    "=cmd|' /C calc'!A0",
    "*" * 150 + "(",
    "\\",
    "{{7*7}}${7*7}",
)
DRESSED = ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy")
PAGES = {
    "/listings": ["q", "area", "since", "cursor", "price"],
    "/events": ["kind", "subject", "area", "since", "phase"],
    "/event/{kind}/{id}": [],
    "/patent/{number}": [],
    "/organisation/{id}": [],
    "/statistics": ["as_of", "month"],
    "/statistics/explanation": ["key", "as_of"],
    "/statistics/monthly/{month}": ["as_of"],
    "/statistics/{name}": ["area", "as_of"],
    "/targets": ["as_of"],
    "/releases/{id}": [],
    "/revisions": ["since", "until", "indicator", "area"],
}
STREAMED = "/api/v1/stream"  # never ends; its parameters are those of changes


def addresses(openapi: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Each path with the names of its query parameters."""
    return [
        (path, [each["name"] for each in methods["get"].get("parameters", ()) if each["in"] == "query"])
        for path, methods in openapi["paths"].items()
        if "get" in methods and path != STREAMED
    ]


def filled(path: str, value: str) -> str:
    """The path with each of its names replaced."""
    parts = [value if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def test_no_parameter_brings_the_portal_down(portal: Portal, feeder: Feeder) -> None:
    """Pages get every value; addresses of the API, which share their readers of parameters, a third of them in turns."""
    feeder.feed(a_transfer(), a_listing(), a_point(dimensions={"area": "430000"}), a_status())
    openapi = portal.get("/openapi.json").json()
    found: Counter[int] = Counter()
    for turn, (path, parameters) in enumerate((*addresses(openapi), *PAGES.items())):
        for number, value in islice(enumerate(HOSTILE), turn % 3, None, 1 if path in PAGES else 3):
            asked = {parameters[number % len(parameters)]: value} if parameters else {}
            requests = [(filled(path, "x"), asked)]
            if "{" in path:
                requests.append((filled(path, value.replace("/", "%2F").replace("\x00", "%00")), {}))
            for address, query in requests:
                answer = portal.client.get(address, params=query)
                assert answer.status_code < 500, (address, query, answer.text)
                assert [name for name in DRESSED if name not in answer.headers] == [], (address, query)
                is_page = answer.headers.get("content-type", "").startswith("text/html")
                assert not is_page or "<script>alert" not in answer.text, (address, query)
                found[answer.status_code] += 1
    assert found.total() > 500 and found[400] > found[200], found
    assert "tongda_http_requests_total" in portal.metrics()
    assert portal.get("/api/v1/listings").json()["total"] == 1
