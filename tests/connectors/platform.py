"""A real local HTTP server that misbehaves on request, and what a poll needs to ask it."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.http.auth.session import Session
from connectors.http.client import HttpClient
from connectors.poll.cursor import Cursor
from connectors.poll.memory import Memory
from connectors.poll.poll import Poll
from connectors.poll.robots import RobotsFiles
from connectors.poll.tools import Tools
from connectors.process.status import status_of, status_record
from ops.bus import Outgoing
from ops.evidence import EvidenceStore
from ops.run import CHINA
from schemas.source.model import Source
from schemas.topics import DEAD_LETTER, RAW
from schemas.wire import decode

Reply = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json; charset=utf-8"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Platform:
    """Answers by ``reply(path, query, n)``; n counts the requests from 1. ``raw`` writes bytes to the socket itself."""

    def __init__(self, reply: Callable[[str, dict[str, str], int], Reply | Callable[[Any], None]]) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []  # but for robots.txt
        self.robots: list[Reply] = [(404, {}, b"")]  # its answers, the last one again and again
        self.asked_robots: list[dict[str, str]] = []  # the headers of its requests
        self.sent: dict[str, str] = {}  # headers and body of the newest request
        self.body = b""
        platform = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                if parts.path == "/robots.txt":
                    platform.asked_robots.append(dict(self.headers))
                    self.answer(platform.robots[min(len(platform.asked_robots), len(platform.robots)) - 1])
                    return
                platform.sent = dict(self.headers)
                self.sent_body = platform.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                platform.requests.append((parts.path, query))
                found = reply(parts.path, query, len(platform.requests))
                if callable(found):
                    self.close_connection = True
                    found(self)
                    return
                self.answer(found)

            def answer(self, found: Reply) -> None:
                status, headers, body = found
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def a_platform(reply: Callable[[str, dict[str, str], int], Any]) -> Iterator[Platform]:
    platform = Platform(reply)
    try:
        yield platform
    finally:
        platform.close()


class Bench:
    """A feed under test: its memory and cursor go on from poll to poll, and everything published is kept."""

    def __init__(
        self,
        folder: Path,
        source: Source,
        client: HttpClient,
        feed_id: str = "deals",
        now: Callable[[], datetime] = lambda: datetime.now(CHINA),
        secret: Callable[[str], str] = lambda name: "secret",
    ) -> None:
        self.now = now
        self.source, self.client, self.feed_id, self.folder = source, client, feed_id, folder
        self.cursor, self.memory = Cursor(), Memory()
        self.records: list[Outgoing] = []
        self.transactions: list[Sequence[Outgoing]] = []
        self.waits: list[float] = []
        self.robots = RobotsFiles(EvidenceStore(folder))
        self.session = Session(source.access.auth, secret, lambda: "nonce-1")

    @staticmethod
    def new_cursor() -> Cursor:
        return Cursor()

    def publish(self, records: Sequence[Outgoing]) -> None:
        self.transactions.append(records)
        self.records += records

    def poll(self, **given: Any) -> Poll:
        """One poll; ``given`` replaces some of its tools."""
        tools = Tools(
            client=self.client,
            evidence=EvidenceStore(self.folder),
            publish=self.publish,
            now=self.now,
            wait=self.waits.append,
            session=self.session,
            chance=random.Random(1),
            robots=self.robots,
            status=lambda cursor: status_record(status_of(self.source, self.feed_id, cursor, 5.0), 0, self.now()),
            **given,
        )
        poll = Poll(self.source, self.feed_id, self.cursor, self.memory, 4, 5.0, tools)
        self.cursor = poll.run()
        return poll

    def raw(self) -> list[dict[str, Any]]:
        return [{"absent": False, **decode(one.value)} for one in self.records if one.topic == RAW.name and one.value]

    def letters(self) -> list[dict[str, Any]]:
        return [decode(one.value) for one in self.records if one.topic == DEAD_LETTER.name and one.value]

    def open_letters(self) -> list[str]:
        """The reasons of the letters that no null closes."""
        last = {one.key: one.value for one in self.records if one.topic == DEAD_LETTER.name}
        return [decode(value)["reason"] for value in last.values() if value]

    def keys(self) -> list[str]:
        return [one["record"] for one in self.raw()]


def a_source(base: str, *, access: dict[str, Any] | None = None, **feed: Any) -> Source:
    """A page-number platform with one feed; ``feed`` replaces parts of it."""
    return Source.model_validate(
        {
            "id": "hn_test",
            "name": "测试平台",
            "authority": "provincial",
            "synthetic": True,
            "access": {
                "base": base,
                "deadline": "3s",
                "ok": {"at": "/code", "in": [200, "200"]},
                "retry": {"at": "/code", "in": [500]},
                **(access or {}),
            },
            "feeds": {
                "deals": {
                    "kind": "transfer",
                    "request": {"path": "/api/deals", "query": {"pageSize": "10"}},
                    "paging": {
                        "style": "page",
                        "parameter": "pageNo",
                        "total": "/data/total",
                        "proof": ["total_each_page", "first_page_again"],
                    },
                    "records": "/data/list",
                    "key": "/id",
                    **feed,
                }
            },
        }
    )


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """Rows n … m, each of its own content."""
    return [{"id": f"r{number:03d}", "专利号": f"2020{number:08d}"} for number in range(first, last + 1)]


def page(items: list[dict[str, Any]], total: int, code: Any = 200) -> Reply:
    return 200, JSON, json.dumps({"code": code, "data": {"total": total, "list": items}}, ensure_ascii=False).encode()


def paged(items: list[dict[str, Any]], query: dict[str, str], size: int = 10) -> Reply:
    """One page of an honest platform."""
    number = int(query["pageNo"])
    return page(items[(number - 1) * size : number * size], len(items))
