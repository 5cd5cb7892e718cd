"""A receiver of webhooks that verifies each message by Standard Webhooks. Python's standard library is all it needs.

    WEBHOOK_SECRET=whsec_… python webhook.py 8090

It prints a line for each message: its id, and the record with its revision and state. The same id comes again when an answer was
lost: keep the ids with what you made of them. Put your web server with TLS before it.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOST_BYTES = 65_536
TOLERANCE_SECONDS = 300  # an older message may be somebody's recording


def is_genuine(secret: str, headers: Any, body: bytes) -> bool:
    id, sent, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not sent.isdigit() or abs(time.time() - int(sent)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = "v1," + base64.b64encode(hmac.digest(key, f"{id}.{sent}.".encode() + body, "sha256")).decode()
    return any(hmac.compare_digest(made.encode(), each.encode()) for each in given.split())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(min(length, MOST_BYTES))
        if length > MOST_BYTES or not is_genuine(os.environ["WEBHOOK_SECRET"], self.headers, body):
            self.answer(401)
            return
        message = json.loads(body)
        if message["type"] == "webhook.verification":
            self.answer(200, message["challenge"].encode())
            return
        data = message["data"]
        print(self.headers["webhook-id"], data["id"], data["revision"], data["state"], flush=True)
        self.answer(204)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing but the messages is printed."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print("listening on {}:{}".format(*server.server_address), flush=True)
    server.serve_forever()
