"""Receivers of webhooks: real HTTP servers on loopback that verify, answer as told and remember what came."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

VERIFICATION = "webhook.verification"


class Received(NamedTuple):
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def value(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def said(self) -> tuple[str, int]:
        """The record and the revision that it tells of."""
        return self.value["data"]["id"], self.value["data"]["revision"]

    def is_signed_by(self, secret: str) -> bool:
        """Written from the text of Standard Webhooks, not from the hub's code."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return expected in self.headers["webhook-signature"].split()


class Receiver:
    """``answer``: what it does with a message, 200 unless it is told otherwise; it always echoes the challenge."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[BaseHTTPRequestHandler, Received], None] = ok
        self.echoes = True
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                came = Received({name.lower(): value for name, value in self.headers.items()}, body)
                if came.value["type"] == VERIFICATION:
                    challenge = came.value["challenge"] if receiver.echoes else "?"
                    respond(self, 200, json.dumps({"challenge": challenge}).encode())
                    return
                receiver.received.append(came)
                receiver.answer(self, came)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A sender that was killed has left."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}/hook"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


def respond(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def ok(handler: BaseHTTPRequestHandler, came: Received) -> None:
    respond(handler, 200)
