"""What is decided on the operators' pages, on a real broker: it is what the commands do, with who has signed in in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.poll.cursor import Cursor
from ops.bus import Outgoing, Writer, read_to_end
from ops.decisions import Held, pauses
from ops.settings import Settings
from schemas import topics
from schemas.records.dead_letter import DeadLetter
from schemas.records.release import Release
from schemas.topics import partition_of
from schemas.wire import encode, load
from sinks.access.roles import Role
from sinks.portal.web.doors import TOKEN
from sinks.store.trail import broken, entries
from tests.live.test_review import ReviewedHub, hub, two_of_one_patent
from tests.sinks.conftest import Feeder, Portal

pytestmark = pytest.mark.live
FEED = "hn_ip_service|transfers"
__all__ = ["hub"]  # a fixture


@pytest.fixture
def portal(hub: ReviewedHub, fresh_settings: Settings, tmp_path: Path) -> Iterator[Portal]:
    portal = Portal(hub.database, tmp_path)
    portal.settings = fresh_settings
    portal.follower.step()
    yield portal
    portal.stop()


def test_rulings_pauses_releases_and_replays_are_decided_in_a_browser(hub: ReviewedHub, portal: Portal) -> None:
    def sends(path: str, page: str, **fields: str) -> None:
        answer = browser.send_form(path, {TOKEN: browser.token(page), **fields})
        assert (answer.status_code, answer.headers.get("location")) == (303, page), answer.text

    before = hub.settle()
    browser = portal.signed_in(Role.OPERATOR)
    one, other = two_of_one_patent(before)
    sends("/reviews/merge", "/reviews", one=one, other=other, reason="同一合同")
    assert len(hub.settle()) == len(before) - 1
    (ruling,) = hub.review.listed()
    page = browser.get("/reviews/rulings").text
    assert ruling.id in page and "同一合同" in page and "有效" in page
    sends("/reviews/rulings/undo", "/reviews/rulings", ruling=ruling.id, reason="并非同一合同")
    assert hub.settle().keys() == before.keys()
    assert "已撤销" in browser.get("/reviews/rulings").text

    sends("/platforms/pause", "/platforms", source="hn_ip_service", feed="transfers", reason="平台维护")
    assert [(each.feed, each.reason) for each in pauses(hub.settings).values()] == [("transfers", "平台维护")]
    sends("/platforms/resume", "/platforms", source="hn_ip_service")
    assert pauses(hub.settings) == {}

    held = Cursor(held_since="2026-11-30T09:00:00.000+08:00", reason="mass_absence")
    assert load(Held, encode(held)).held_since == held.held_since
    lease = partition_of(FEED, hub.settings.partitions)
    with Writer(hub.settings, "tongda.connectors.9") as writer:
        writer.commit([Outgoing(topics.CURSOR.name, FEED.encode(), encode(held), lease)])
    sends("/reviews/release", "/reviews", source="hn_ip_service", feed="transfers", reason="平台已确认")
    (passes,) = [load(Release, each.value) for each in read_to_end(hub.settings, topics.RELEASE.name) if each.value]
    assert (passes.held_since, passes.reason) == (held.held_since, "平台已确认")

    original = next(each for each in read_to_end(hub.settings, topics.RAW.name) if each.value)
    key, value = original.key.decode(), original.value or b""
    letter = DeadLetter(
        id="l1",
        stage="normalise",
        reason="crashed",
        message="x",
        topic=topics.RAW.name,
        key=key,
        original=value.decode(),
    )
    Feeder(hub.database).feed(letter)
    sends("/dead-letters/replay", "/dead-letters", id="l1")
    again = [each.value for each in read_to_end(hub.settings, topics.RAW.name) if each.key == original.key]
    assert again == [value, value]
    assert "l1" not in browser.get("/dead-letters").text

    trail = entries(hub.database)
    assert broken(trail) is None and {each.actor for each in trail} == {"a operator"}
    assert [(each.action, each.outcome) for each in trail[1::2]] == [
        (action, "done")
        for action in (
            "review merge",
            "review undo",
            "sources pause",
            "sources resume",
            "sources release",
            "dead-letters replay",
        )
    ]
