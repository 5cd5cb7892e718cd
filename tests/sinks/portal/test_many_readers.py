"""Many readers, and readers that are slow or hostile: they cost what one costs, or are refused."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from ops import telemetry
from schemas.errors import Unreachable
from sinks.portal.errors import TooManyStreams
from sinks.portal.web import listener, shared_pages, stream
from sinks.portal.web.listener import Bounded
from sinks.portal.web.shared_pages import Question, Sent, SharedPages
from tests.ops.metrics import sample

QUESTION = Question("0a0b0c0d", "public", ("tongda.transfer.v1",), 7, 9)


def asked_at_once(pages: SharedPages, readers: int) -> list[Any]:
    async def all_of_them() -> list[Any]:
        views: Any = None
        return await asyncio.gather(*(pages.get(views, QUESTION) for _ in range(readers)), return_exceptions=True)

    return asyncio.run(all_of_them())


def test_what_many_streams_wait_for_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Question] = []

    def read(_: Any, question: Question) -> Sent:
        asked.append(question)
        return Sent(b"data", 9)

    monkeypatch.setattr(shared_pages, "read", read)
    assert asked_at_once(SharedPages(), 150) == [Sent(b"data", 9)] * 150
    assert asked == [QUESTION]


def test_an_answer_that_failed_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[Exception | Sent] = iter((Unreachable("away"), Sent(b"", 7)))

    def read(_: Any, question: Question) -> Sent:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(shared_pages, "read", read)
    views: Any = None

    async def twice() -> list[Any]:
        pages = SharedPages()
        first = await asyncio.gather(pages.get(views, QUESTION), pages.get(views, QUESTION), return_exceptions=True)
        return [*map(str, first), await pages.get(views, QUESTION)]

    assert asyncio.run(twice()) == ["away", "away", Sent(b"", 7)]


def test_a_reader_that_leaves_does_not_take_the_answer_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_pages, "read", lambda *_: Sent(b"data", 8))
    views: Any = None

    async def one_leaves() -> Sent:
        pages = SharedPages()
        leaving, staying = (asyncio.create_task(pages.get(views, QUESTION)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(one_leaves()) == Sent(b"data", 8)


def test_an_address_has_so_many_streams_and_the_portal_so_many_in_all() -> None:
    address = "203.0.113.7"
    open_of = Counter({address: stream.MOST_OF_ONE_ADDRESS})
    with pytest.raises(TooManyStreams, match="50 live streams of this address"):
        stream.must_have_room(open_of, address)
    stream.must_have_room(open_of, "203.0.113.8")
    full = Counter({f"a{number}": 40 for number in range(25)})
    with pytest.raises(TooManyStreams, match="1000 live streams"):
        stream.must_have_room(full, address)


def test_a_stream_is_counted_for_as_long_as_it_is_open() -> None:
    async def events() -> Any:
        yield b"one"
        yield b"two"

    async def opened_and_left() -> tuple[dict[str, int], dict[str, int]]:
        open_of = Counter[str]()
        counted = stream._counted(open_of, "a", events())
        await anext(counted)
        while_open = dict(open_of)
        assert sample("tongda_sse_clients") == 1
        await counted.aclose()  # type: ignore[attr-defined]
        return while_open, dict(open_of)

    assert asyncio.run(opened_and_left()) == ({"a": 1}, {})
    assert b"tongda_sse_clients 0.0" in telemetry.render()


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with a short limit, in this process."""
    monkeypatch.setattr(Bounded, "headers_seconds", 0.1)
    monkeypatch.setattr(Bounded, "most_of_one_address", 3)
    monkeypatch.setattr(listener, "NOT_LIMITED", frozenset())
    server = uvicorn.Server(
        uvicorn.Config(_app, port=0, http=Bounded, lifespan="off", log_level="critical", timeout_keep_alive=30)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def ended(client: socket.socket) -> bool:
    """The other side closes the connection without an answer."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: hub\r\nX-Long: "])
def test_a_request_that_is_never_finished_is_ended(served: int, sent: bytes) -> None:
    with connected(served) as client:
        client.sendall(sent)
        assert ended(client)


def test_a_second_request_that_is_never_finished_is_ended_too(served: int) -> None:
    with connected(served) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 204")
        client.sendall(b"GET / HT")
        assert ended(client)


def test_one_address_has_so_many_connections(served: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"
    clients = [connected(served) for _ in range(3)]
    try:
        for client in clients:
            client.sendall(request)
            assert client.recv(1000).startswith(b"HTTP/1.1 204")
        with connected(served) as fourth:
            assert ended(fourth)
    finally:
        for client in clients:
            client.close()
