"""The whole way of a post, by real parts but for the broker: form, desk, poll with its proofs, stages, read model, page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.http.client import HttpClient
from ops.settings import ROOT
from ops.sources import OWN_SOURCE, load_sources
from schemas import topics
from schemas.fields.date import CHINA
from schemas.records.listing import Listing
from schemas.source.model import Source
from schemas.wire import load
from sinks.desk.submissions import Desk
from sinks.store.database import Database
from streams.processor import Context
from tests.connectors.conftest import client
from tests.connectors.platform import Bench
from tests.hub import Hub
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.desk.test_forms import READ
from tests.sinks.desk.test_posts import CONTACT, filled

__all__ = ["client"]


class Way:
    """What follows the desk, step by step."""

    def __init__(self, base: str, feeder: Feeder, client: HttpClient, folder: Path) -> None:
        found = load_sources(ROOT / "connectors" / "sources")[OWN_SOURCE]
        access = found.access.model_copy(update={"base": base})
        self.source: Source = found.model_copy(update={"access": access, "synthetic": True})
        self.bench = Bench(folder, self.source, client, "demand")
        self.hub = Hub(Context(sources={OWN_SOURCE: self.source}))
        self.feeder = feeder

    def go(self) -> Listing | None:
        """A poll and what comes of it; the listing as it stands then."""
        poll = self.bench.poll()
        assert (poll.outcome.verdict, poll.outcome.state, poll.outcome.reason) == ("complete", "ok", "")
        read = [each for each in self.bench.records if each.topic == topics.RAW.name]
        self.hub.write(read).run()  # every record again: a replay changes nothing
        newest = {each.key: each.value for each in self.hub.log(topics.DEMAND.name)}
        held = [load(Listing, value) for value in newest.values() if value]
        for listing in held:
            self.feeder.feed(listing)
        assert len(held) <= 1
        return held[0] if held else None


@pytest.fixture
def way(portal: Portal, feeder: Feeder, client: HttpClient, tmp_path: Path) -> Way:
    return Way(str(portal.client.base_url).rstrip("/"), feeder, client, tmp_path / "evidence")


def test_a_form_becomes_a_listing_once_it_is_approved_and_leaves_when_it_is_withdrawn(
    way: Way, portal: Portal, db: Database
) -> None:
    desk = Desk(db, lambda: datetime.now(CHINA))
    assert way.go() is None
    place = portal.client.post("/post", data=filled(portal)).headers["location"]
    assert way.go() is None, "nothing is published before the desk has looked"
    (found,) = desk.listed()
    desk.decide(found.id, "approved")
    listing = way.go()
    assert listing is not None
    assert (listing.state, listing.title, listing.summary, listing.industries, listing.area) == (
        "open", READ["title"], READ["text"], ("F4",), "430100",
    )  # fmt: skip
    assert [(each.source, each.feed, each.record) for each in listing.sources] == [(OWN_SOURCE, "demand", found.id)]
    page = portal.get(f"/demand/{listing.id.partition(':')[2]}").text
    assert READ["title"] in page and CONTACT not in page
    assert (again := way.go()) is not None and again.revision == listing.revision, "one more poll changes nothing"

    portal.client.post("/post/manage", data={"link": place.partition("link=")[2], "act": "withdraw"})
    gone = way.go()
    assert gone is not None and (gone.state, gone.id) == ("withdrawn", listing.id)
    assert CONTACT not in str(way.bench.records) and CONTACT not in str(way.hub.history)
