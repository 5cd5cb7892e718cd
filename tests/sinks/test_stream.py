"""The live stream gives every change once, in order, and goes on where its reader was cut."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice

import pytest

from sinks.store.database import Database
from tests.sinks.conftest import Feeder, Portal
from tests.sinks.examples import a_listing, a_point, a_transfer
from tests.sinks.portal.examples import a_status

ADDRESS = "/api/v1/stream?topic=tongda.transfer.v1"


def read(portal: Portal, events: int, last: str = "", address: str = ADDRESS) -> list[tuple[str, str, dict]]:
    """The first events of a stream: (id, name, data)."""
    portal.follower.step()
    headers = {"Last-Event-ID": last} if last else {}
    with portal.client.stream("GET", address, headers=headers, timeout=5) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        lines = (line for line in answer.iter_lines() if line.startswith(("id: ", "event: ", "data: ")))
        parts = [line.split(": ", 1)[1] for line in islice(lines, events * 3)]
    return [(parts[n], parts[n + 1], json.loads(parts[n + 2])) for n in range(0, len(parts), 3)]


def test_a_reader_cut_anywhere_gets_the_rest_once(portal: Portal, feeder: Feeder) -> None:
    [(start, name, _)] = read(portal, 1)
    assert name == "progress"
    feeder.feed(*[a_transfer(id=f"transfer:{n}") for n in range(5)], a_listing())
    whole = read(portal, 6, start)
    assert [(name, data.get("key")) for _, name, data in whole] == [
        ("progress", None),
        *[("change", f"transfer:{n}") for n in range(5)],
    ]
    for cut in range(5):
        assert read(portal, 6 - cut, whole[cut][0])[1:] == whole[cut + 1 :]


def test_a_client_that_cannot_send_headers_resumes_by_the_parameter(portal: Portal, feeder: Feeder) -> None:
    [(start, _, _)] = read(portal, 1)
    feeder.feed(a_transfer(id="transfer:1"), a_transfer(id="transfer:2"))
    (_, _, _), (first, _, _), (_, _, second) = read(portal, 3, address=f"{ADDRESS}&last_event_id={start}")
    assert second["key"] == "transfer:2"
    assert (
        read(portal, 2, first, f"{ADDRESS}&last_event_id={start}")[1][2] == second
    )  # the header of a reconnection wins


@pytest.mark.parametrize("last", ["00000000-1", "nonsense", "999"])
def test_another_epoch_sends_the_reader_to_a_snapshot(portal: Portal, feeder: Feeder, last: str) -> None:
    feeder.feed(a_transfer())
    (_, name, data), *_ = read(portal, 2, last)
    assert (name, data) == ("reset", {"snapshot": "/api/v1/changes?topic=tongda.transfer.v1&after=0"})


def test_a_stream_ends_when_the_database_was_restored_and_its_reader_is_sent_to_a_snapshot(
    portal: Portal, feeder: Feeder, db: Database
) -> None:
    """The new database counts its changes anew: a stream that went on would leave some out in silence."""
    feeder.feed(a_transfer())
    portal.follower.step()
    with portal.client.stream("GET", ADDRESS, timeout=5) as answer:
        lines = answer.iter_lines()
        last = next(line for line in lines if line.startswith("id: ")).removeprefix("id: ")
        with db.transaction() as restored:
            restored.rows("new_epoch")
        portal.follower.step()
        assert [line for line in lines if line.startswith("event: ")] == ["event: progress"]
    assert read(portal, 1, last)[0][1] == "reset"


def test_a_topic_that_is_not_public_has_no_stream(portal: Portal) -> None:
    portal.get("/api/v1/stream?topic=tongda.raw", 400)
    portal.get("/api/v1/stream?subject=x", 400)


def test_topics_that_are_repeated_are_all_served_in_one_order(portal: Portal, feeder: Feeder) -> None:
    topics = ("tongda.transfer.v1", "tongda.supply.v1", "tongda.statistic.v1")
    address = "/api/v1/stream?" + "&".join(f"topic={topic}" for topic in (*topics, topics[0]))
    [(start, name, data)] = read(portal, 1, address=address)
    assert (name, data["topics"]) == ("progress", [*topics])
    for n in range(3):
        feeder.feed(a_transfer(id=f"transfer:{n}"), a_listing(n), a_point(period=f"2025-0{n + 1}"), a_status())
    whole = read(portal, 10, start, address=address)[1:]
    assert Counter(data["topic"] for _, _, data in whole) == dict.fromkeys(topics, 3)
    sequences = [data["sequence"] for _, _, data in whole]
    assert sequences == sorted(sequences)
    for cut in (0, 4, 8):
        assert read(portal, 9 - cut, whole[cut][0], address=address)[1:] == whole[cut + 1 :]
    page = portal.get(address.replace("stream", "changes") + "&limit=5").json()
    rest = portal.get(address.replace("stream", "changes") + f"&after={page['next']}").json()
    assert [change["sequence"] for change in (*page["items"], *rest["items"])] == sequences
    assert page["total"] == rest["total"] == 9
