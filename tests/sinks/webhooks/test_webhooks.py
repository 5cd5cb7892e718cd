"""A receiver that subscribed is told of every revision at least once and in order; one that is slow, wrong or hostile harms nobody."""

from __future__ import annotations

import asyncio
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest
from msgspec.structs import replace

from schemas.errors import Fenced
from sinks.store import keys
from sinks.store.database import Database
from sinks.webhooks import retries
from sinks.webhooks.queue import MOST_WAITING, Queue, Result
from sinks.webhooks.sender import Answer, Sender
from sinks.webhooks.subscriptions import MOST_OF_A_KEY, Subscriptions, Webhook
from tests.sinks.conftest import Feeder
from tests.sinks.examples import a_listing, a_transfer
from tests.sinks.webhooks.conftest import TOPICS, Sending
from tests.sinks.webhooks.receivers import Received, Receiver, ok, respond

Held = tuple[Webhook, str]
PRIVATE = ("127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "10.0.0.1", "169.254.169.254", "0.0.0.0")


def transfers(number: int, revision: int = 1):
    return [replace(a_transfer(), id=f"transfer:{at:020d}", revision=revision) for at in range(number)]


def failing(handler: BaseHTTPRequestHandler, came: Received) -> None:
    respond(handler, 500)


def test_every_revision_is_told_once_signed_and_in_order(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    feeder.feed(*transfers(3, 1), *transfers(3, 2), a_listing())
    feeder.feed(*transfers(3, 3))
    send()
    assert sorted(each.said for each in receiver.received) == [
        (each.id, revision) for each in transfers(3) for revision in (1, 2, 3)
    ]
    for each in transfers(3):
        told = [revision for id, revision in (came.said for came in receiver.received) if id == each.id]
        assert told == [1, 2, 3]
    assert all(each.is_signed_by(webhook[1]) for each in receiver.received)
    assert len({each.id for each in receiver.received}) == 9
    assert {(each.state, each.attempts, each.status) for each in held.deliveries(webhook[0].id)} == {
        ("delivered", 1, 200)
    }


def test_a_message_says_what_is_new_and_where_it_is_read(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending
) -> None:
    [event] = transfers(1)
    feeder.feed(event)
    send()
    feeder.store.write([feeder.record(TOPICS[0], event.id, None)])
    send()
    first, gone = (each.value for each in receiver.received)
    sequence = first["data"]["sequence"]
    assert first == {
        "type": TOPICS[0],
        "timestamp": first["timestamp"],
        "data": {
            "topic": TOPICS[0],
            "id": event.id,
            "revision": 1,
            "state": "current",
            "sequence": sequence,
            "url": f"/api/v1/changes?topic=tongda.transfer.v1&after={sequence - 1}&limit=1",
        },
    }
    assert (gone["data"]["state"], gone["data"]["revision"]) == ("taken_down", 1)


def test_nothing_is_sent_to_an_address_that_did_not_ask_for_it(
    held: Subscriptions, receiver: Receiver, feeder: Feeder, send: Sending
) -> None:
    receiver.echoes = False
    made = held.make(receiver.url, TOPICS)
    assert made
    feeder.feed(*transfers(1))
    for _ in range(retries.VERIFY_TRIES):
        send.later()
    found = held.one(made.webhook.id)
    assert (found.state, found.reason) == ("disabled", "not verified: its answer does not contain the challenge")
    assert receiver.received == []


def test_a_subscription_may_begin_at_the_place_of_a_snapshot(
    held: Subscriptions, receiver: Receiver, feeder: Feeder, send: Sending
) -> None:
    feeder.feed(*transfers(2))
    held.make(receiver.url, TOPICS, after=1)
    send()
    assert [each.said for each in receiver.received] == [(transfers(2)[1].id, 1)]


def test_a_failing_receiver_is_tried_on_the_schedule_until_it_is_dead_and_goes_on_when_enabled(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions, db: Database
) -> None:
    feeder.feed(*transfers(1))
    receiver.answer = failing
    send()
    [waiting] = held.deliveries(webhook[0].id)
    assert (waiting.state, waiting.attempts, waiting.status, waiting.problem) == ("waiting", 1, 500, "status 500")
    assert waiting.tried_at
    assert (waiting.next_at - waiting.tried_at).total_seconds() == retries.WAITS[0]
    send()
    assert len(receiver.received) == 1  # nothing before its time
    for _ in retries.WAITS:
        send.later()
    assert [(each.state, each.attempts) for each in held.deliveries(webhook[0].id)] == [("failed", 10)]
    feeder.feed(*transfers(1, 2))
    with db.transaction() as opened:
        opened.execute("update webhook set failing_since = now() - interval '4 days'")
    send.later()
    found = held.one(webhook[0].id)
    assert (found.state, found.waiting, found.reason) == ("disabled", 1, "nothing arrived for three days: status 500")
    receiver.answer = ok
    held.enable(webhook[0].id)
    send()
    send.later()
    assert (held.one(webhook[0].id).state, held.one(webhook[0].id).failures) == ("active", 0)
    assert receiver.received[-1].said[1] == 2
    assert len({each.id for each in receiver.received}) == 2  # the same id on every try


def test_a_later_revision_waits_for_the_earlier_one_and_other_records_do_not(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, db: Database
) -> None:
    one, other = transfers(2)

    def wrong(handler: BaseHTTPRequestHandler, came: Received) -> None:
        respond(handler, 500 if came.said == (one.id, 1) else 200)

    receiver.answer = wrong
    feeder.feed(one, replace(one, revision=2), other)
    send()
    assert sorted(each.said for each in receiver.received) == [(one.id, 1), (other.id, 1)]
    assert Queue(db).claim(1) == []  # the later revision alone is nothing to do
    receiver.answer = ok
    send.later()
    assert [each.said for each in receiver.received[2:]] == [(one.id, 1), (one.id, 2)]


def test_a_receiver_that_says_gone_is_told_nothing_more(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    receiver.answer = lambda handler, came: respond(handler, 410)
    feeder.feed(*transfers(1))
    send()
    assert (held.one(webhook[0].id).state, held.one(webhook[0].id).reason) == ("disabled", "it answered 410: gone")


def test_retry_after_is_obeyed(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    receiver.answer = lambda handler, came: respond(handler, 429, Retry_After="3600")
    feeder.feed(*transfers(1))
    send()
    [waiting] = held.deliveries(webhook[0].id)
    found = held.one(webhook[0].id)
    assert waiting.tried_at
    assert (waiting.next_at - waiting.tried_at).total_seconds() == 3600
    assert (found.next_at - waiting.tried_at).total_seconds() == 3600


def endless(handler: BaseHTTPRequestHandler, came: Received) -> None:
    """An answer that never ends."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(1 << 40))
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def dripping(handler: BaseHTTPRequestHandler, came: Received) -> None:
    """Headers byte by byte, each well within any limit on a single read."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            lambda handler, came: respond(handler, 302, Location="http://127.0.0.1:1/"),
            "it redirects, which is not followed",
        ),
        (lambda handler, came: respond(handler, 200, X_Long="y" * 20_000), "ClientResponseError"),
        (lambda handler, came: handler.wfile.write(b"no HTTP\r\n\r\n"), "ClientResponseError"),
        (lambda handler, came: handler.connection.shutdown(socket.SHUT_RDWR), "ServerDisconnectedError"),
        (dripping, "no answer in time"),
    ],
)
def test_a_wrong_answer_is_a_failure_and_nothing_else(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions, answer, problem: str
) -> None:
    receiver.answer = answer
    send.deadline_seconds = 0.5
    feeder.feed(*transfers(1))
    send()
    [waiting] = held.deliveries(webhook[0].id)
    assert (waiting.state, waiting.problem) == ("waiting", problem)


def test_an_answer_without_an_end_is_left_after_its_first_line(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    receiver.answer = endless
    feeder.feed(*transfers(1))
    send()
    assert [each.state for each in held.deliveries(webhook[0].id)] == ["delivered"]


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        *((host, f"{host.strip('[]')} does not resolve to public addresses only") for host in PRIVATE),
        ("127.1", "InvalidUrlClientError"),
        ("2130706433", "InvalidUrlClientError"),
    ],
)
def test_no_request_goes_to_a_private_address_however_it_is_written(host: str, problem: str) -> None:
    async def sent() -> Answer:
        sender = Sender(())
        try:
            return await sender.send(f"http://{host}:9/", b"{}", {})
        finally:
            await sender.close()

    assert asyncio.run(sent()) == Answer(0, problem)


def test_a_receiver_that_does_not_answer_delays_no_other(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    silent = Receiver()
    try:
        send.inside.add(silent.place)
        made = held.make(silent.url, TOPICS)
        assert made
        send()
        silent.answer = dripping
        feeder.feed(*transfers(300))
        send.deadline_seconds = 1.0
        send()
        assert len(receiver.received) == 300
        assert len(silent.received) <= 4 * 2
    finally:
        silent.stop()


def test_a_rotated_secret_signs_beside_the_former_one_for_a_day(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions, db: Database
) -> None:
    found, former = webhook
    secret = held.rotate(found.id)
    feeder.feed(*transfers(1))
    send()
    assert [receiver.received[0].is_signed_by(each) for each in (secret, former)] == [True, True]
    with db.transaction() as opened:
        opened.execute("update webhook set former_until = now() - interval '1 second'")
    feeder.feed(*transfers(1, 2))
    send()
    assert [receiver.received[1].is_signed_by(each) for each in (secret, former)] == [True, False]


def test_a_revoked_key_ends_its_webhooks(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions, db: Database
) -> None:
    keys.revoke(db, held.one(webhook[0].id).key)
    feeder.feed(*transfers(1))
    send()
    assert receiver.received == []


def test_a_message_of_the_log_is_sent_again_under_its_id(
    webhook: Held, receiver: Receiver, feeder: Feeder, send: Sending, held: Subscriptions
) -> None:
    feeder.feed(*transfers(1))
    send()
    held.redeliver(webhook[0].id, receiver.received[0].id)
    send()
    assert [each.id for each in receiver.received] == [receiver.received[0].id] * 2


def test_a_process_that_stood_still_longer_than_its_lease_settles_nothing(
    webhook: Held, feeder: Feeder, db: Database, held: Subscriptions
) -> None:
    feeder.feed(*transfers(1))
    queue = Queue(db)
    queue.fill()
    [first] = queue.claim(8)
    assert queue.claim(8) == []
    with db.transaction() as opened:
        opened.execute("update webhook set leased_until = now()")
    [second] = queue.claim(8)
    results = [Result(message, Answer(200)) for message in queue.due(second)]
    with pytest.raises(Fenced):
        queue.settle(first, results)
    queue.settle(second, results)
    assert [(each.state, each.attempts) for each in held.deliveries(webhook[0].id)] == [("delivered", 1)]


def test_a_queue_is_bounded_and_what_has_no_room_stays_among_the_changes(
    webhook: Held, feeder: Feeder, db: Database, held: Subscriptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_WAITING == 10_000
    monkeypatch.setattr("sinks.webhooks.queue.MOST_WAITING", 7)
    feeder.feed(*transfers(20))
    queue = Queue(db)
    while queue.fill():
        pass
    assert held.one(webhook[0].id).waiting == 7
    while held.one(webhook[0].id).waiting:
        [claim] = queue.claim(1)
        queue.settle(claim, [Result(message, Answer(200)) for message in queue.due(claim)])
        queue.fill()
    assert [each.state for each in held.deliveries(webhook[0].id)] == ["delivered"] * 20


def test_a_log_keeps_its_newest_messages(
    webhook: Held, feeder: Feeder, db: Database, held: Subscriptions, send: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sinks.webhooks.queue.MOST_KEPT", 2)
    feeder.feed(*transfers(5))
    send()
    Queue(db).prune()
    assert [each.record for each in held.deliveries(webhook[0].id)] == [transfers(5)[at].id for at in (4, 3)]


def test_a_key_has_a_bounded_number_of_webhooks(held: Subscriptions) -> None:
    made = [held.make("https://example.org/", TOPICS) for _ in range(MOST_OF_A_KEY + 1)]
    assert [each is None for each in made] == [False] * MOST_OF_A_KEY + [True]
