"""Who follows ``Link`` alone reads every list to its end, with the parameters that it was asked with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_transfer

NEXT = re.compile(r'<(/[^>]+)>; rel="next"')


def followed(portal: Portal, path: str) -> list[list[dict[str, Any]]]:
    """The items of each page."""
    pages = []
    while path:
        answer = portal.get(path)
        pages.append(answer.json()["items"])
        link = NEXT.fullmatch(answer.headers.get("link", ""))
        path = link[1] if link else ""
    return pages


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/events/transfer?limit=2&phase=recorded&state=current&state=merged",
        "/api/v1/supply?limit=2",
        "/api/v1/changes?topic=tongda.transfer.v1&topic=tongda.supply.v1&limit=2",
    ],
)
def test_a_page_links_to_the_next_and_the_last_to_none(portal: Portal, feeder: Feeder, path: str) -> None:
    feeder.feed(*(replace(a_transfer(), id=f"transfer:{at}") for at in range(5)))
    feeder.feed(*(replace(a_listing(), id=f"supply:{at}") for at in range(5)))
    pages = followed(portal, path)
    items = [item.get("key") or item["id"] for page in pages for item in page]
    assert len(items) == len({*items}) == (10 if "changes" in path else 5)
    assert {len(page) for page in pages[:-1]} == {2}
