"""Pages are made once for each state of the store, and never shown in another state, language or question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sinks.portal.read.kept import Shelf
from sinks.store.database import Database, Snapshot
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_point

PROVINCE = {"area": "430000"}
ADDRESSES = ("/", "/en", "/?grid=pledges", "/statistics", "/en/statistics", "/listings", "/listings?q=x", "/targets")


@pytest.fixture
def figures(portal: Portal, feeder: Feeder) -> Portal:
    """A portal with two figures and a listing."""
    feeder.feed(a_point(period="2025", value="17", dimensions=PROVINCE), a_listing(1))
    feeder.feed(a_point(indicator="pledges", label="质押", period="2025", value="3", dimensions=PROVINCE))
    portal.follower.step()
    return portal


def test_a_page_that_is_asked_for_again_costs_one_look_at_the_store(
    figures: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = {address: figures.client.get(address).text for address in ADDRESSES}
    looks = 0
    snapshot = Database.snapshot

    @contextmanager
    def counted(database: Database) -> Iterator[Snapshot]:
        nonlocal looks
        looks += 1
        with snapshot(database) as db:
            yield db

    monkeypatch.setattr(Database, "snapshot", counted)
    assert {address: figures.client.get(address).text for address in ADDRESSES} == first
    assert looks == len(ADDRESSES)
    assert len(set(first.values())) == len(ADDRESSES)


@pytest.mark.parametrize("address", ["/", "/en", "/statistics", "/statistics/transfers", "/screen"])
def test_a_figure_is_on_its_pages_as_soon_as_it_is_in_the_store(figures: Portal, feeder: Feeder, address: str) -> None:
    assert "4,711" not in figures.client.get(address).text
    feeder.feed(a_point(period="2025", value="4711", dimensions=PROVINCE, revision=2))
    assert "4,711" in figures.client.get(address).text


def test_a_listing_is_found_as_soon_as_the_index_has_it(figures: Portal, feeder: Feeder) -> None:
    feeder.feed(a_listing(2, title="一种隔膜"))
    assert "一种隔膜" not in figures.client.get("/listings").text  # the follower has not looked yet
    figures.follower.step()
    assert "一种隔膜" in figures.client.get("/listings").text


@pytest.mark.parametrize("address", ["/", "/en"])
def test_an_open_page_is_given_its_numbers_alone(figures: Portal, address: str) -> None:
    whole, part = figures.client.get(address).text, figures.client.get(address, headers={"X-Live": "1"}).text
    assert part.strip() in whole
    assert part.count("data-live=") == whole.count("data-live=") == 1
    assert len(part) < len(whole) / 3


def test_a_shelf_holds_no_more_than_it_should_and_lets_go_of_what_was_used_longest_ago() -> None:
    shelf = Shelf(most=3, largest=100)
    shelf.get("a", lambda: b"a" * 10)
    shelf.get("b", lambda: b"b" * 10)
    shelf.get("c", lambda: b"c" * 10)
    assert shelf.get("a", lambda: b"made anew") == b"a" * 10
    shelf.get("d", lambda: b"d" * 10)
    assert [shelf.get(key, lambda: b"made anew") for key in "acd"] == [b"a" * 10, b"c" * 10, b"d" * 10]
    shelf.get("e", lambda: b"e" * 90)
    assert shelf.get("d", lambda: b"d") == b"d" * 10
    assert shelf.get("c", lambda: b"made anew") == b"made anew"
